package org.millrace.memory;

/**
 * When more of a payload ring can come into use without moving a byte. A ring in use is the first power of two bytes of
 * what is reserved. The bytes that lie in it keep their places in a larger one if all of them are of one lap, and that lap
 * begins where one of the larger ring does: so at the end of every other lap it can double, and whenever it is empty.
 */
public final class RingGrowth {
    private RingGrowth() {
    }

    /**
     * {@return the largest ring up to {@code wanted} in which all bytes stay where they are, at least {@code bytes}}
     *
     * @param first  stream offset of the first byte in it, perhaps mod 2^32
     * @param end    stream offset behind the last one, likewise
     * @param bytes  of the ring in use, a power of two
     * @param wanted bytes, a power of two
     */
    public static int grown(long first, long end, int bytes, int wanted) {
        int larger = wanted;
        while (larger > bytes && !keepsPlaces(first, end, bytes, larger)) {
            larger >>= 1;
        }
        return Math.max(larger, bytes);
    }

    private static boolean keepsPlaces(long first, long end, int bytes, int larger) {
        return first == end || ((first ^ end - 1) & -bytes) == 0 && (first & larger - 1 & -bytes) == 0;
    }
}
