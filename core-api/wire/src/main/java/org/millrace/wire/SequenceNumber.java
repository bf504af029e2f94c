package org.millrace.wire;

/**
 * Arithmetic on 32-bit serial numbers (RFC 1982, RFC 9293 §3.4): sequence numbers and timestamps. The order is right
 * while two numbers are less than 2<sup>31</sup> apart; exactly that far apart, each is less than the other.
 */
public final class SequenceNumber {
    private SequenceNumber() {
    }

    /**
     * Tells whether a is before b.
     *
     * @param a serial number
     * @param b serial number
     * @return a &lt; b
     */
    public static boolean lessThan(int a, int b) {
        return a - b < 0;
    }

    /**
     * Tells whether a is b or before it.
     *
     * @param a serial number
     * @param b serial number
     * @return a ≤ b
     */
    public static boolean lessOrEqual(int a, int b) {
        return a - b <= 0;
    }

    /**
     * Tells whether a is after b.
     *
     * @param a serial number
     * @param b serial number
     * @return a &gt; b
     */
    public static boolean greaterThan(int a, int b) {
        return a - b > 0;
    }

    /**
     * Tells whether a is b or after it.
     *
     * @param a serial number
     * @param b serial number
     * @return a ≥ b
     */
    public static boolean greaterOrEqual(int a, int b) {
        return a - b >= 0;
    }

    /**
     * Tells whether a number lies in a half-open range of any size below 2<sup>32</sup>.
     *
     * @param low first number of the range
     * @param value number to look for
     * @param high first number after the range; equal to low, the range is empty
     * @return low ≤ value &lt; high
     */
    public static boolean between(int low, int value, int high) {
        return Integer.compareUnsigned(value - low, high - low) < 0;
    }

    /**
     * Returns how far it is from one number to another.
     *
     * @param from serial number
     * @param to serial number
     * @return to − from, negative if to is before from
     */
    public static int distance(int from, int to) {
        return to - from;
    }

    /**
     * Returns the later of two numbers.
     *
     * @param a serial number
     * @param b serial number
     * @return the one that is not before the other
     */
    public static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /**
     * Returns the earlier of two numbers.
     *
     * @param a serial number
     * @param b serial number
     * @return the one that is not after the other
     */
    public static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }

    /**
     * Returns how far a is after b.
     *
     * @param a serial number
     * @param b serial number
     * @return a − b, 0 if a is before b
     */
    public static int saturatingSubtract(int a, int b) {
        return Math.max(a - b, 0);
    }
}
