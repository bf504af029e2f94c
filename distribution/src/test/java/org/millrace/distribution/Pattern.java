package org.millrace.distribution;

/**
 * Bytes that depend on their position, so that one lost, doubled or moved shows.
 *
 * @param seed of the stream
 */
record Pattern(long seed) {
    byte at(long position) {
        long z = (position >>> 3) * 0x9e37_79b9_7f4a_7c15L + seed;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        return (byte) ((z ^ z >>> 27) >>> (position & 7) * 8);
    }

    byte[] bytes(long position, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(position + i);
        }
        return bytes;
    }

    /** Fails unless the bytes are those of the stream at the position. */
    void check(long position, byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] != at(position + i)) {
                throw new AssertionError("wrong byte at position " + (position + i) + " of stream " + seed);
            }
        }
    }
}
