package org.millrace.api.context;

/**
 * How large a context is. Buffers are reserved at full size and cost memory only where touched.
 *
 * @param connections   connections at a time, 1 to 65536
 * @param receiveBytes  receive buffer of a connection, a power of two, 4 KiB to 16 MiB
 * @param transmitBytes transmit buffer of a connection, a power of two, 4 KiB to 16 MiB
 * @param ringSlots     descriptors each way, a power of two, 64 to 65536
 */
public record ContextSize(int connections, int receiveBytes, int transmitBytes, int ringSlots) {
    /**
     * 16384 connections, up to 8 MiB each way, 4096 descriptors: 256 GiB of address space. A stream begins with 256 KiB each
     * way in use, and comes to use more as its path needs it.
     */
    public static final ContextSize DEFAULT = new ContextSize(16384, 8 << 20, 8 << 20, 4096);

    /** Checks the ranges. */
    public ContextSize {
        range("connections", connections, 1, 65536);
        power("receiveBytes", receiveBytes, 4 << 10, 16 << 20);
        power("transmitBytes", transmitBytes, 4 << 10, 16 << 20);
        power("ringSlots", ringSlots, 64, 65536);
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is " + min + " to " + max);
        }
    }

    private static void power(String name, int value, int min, int max) {
        range(name, value, min, max);
        if (Integer.bitCount(value) != 1) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is a power of two");
        }
    }
}
