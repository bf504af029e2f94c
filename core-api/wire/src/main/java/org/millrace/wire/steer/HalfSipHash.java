package org.millrace.wire.steer;

/**
 * HalfSipHash (Aumasson and Bernstein, SipHash's reference code) of 32-bit words: a keyed hash with 32-bit operations only,
 * so that a classic BPF filter can compute the same. A word is four bytes of the message, the first one lowest. Any thread.
 */
public final class HalfSipHash {
    static final int INITIAL_2 = 0x6c796765;
    static final int INITIAL_3 = 0x74656462;
    static final int FINAL_2 = 0xff;

    private final int key0;
    private final int key1;
    private final int blockRounds;
    private final int finalRounds;

    /**
     * Makes one of a key.
     *
     * @param key         64 bits, its first byte lowest
     * @param blockRounds for each word
     * @param finalRounds at the end
     */
    public HalfSipHash(long key, int blockRounds, int finalRounds) {
        key0 = (int) key;
        key1 = (int) (key >>> 32);
        this.blockRounds = blockRounds;
        this.finalRounds = finalRounds;
    }

    /** {@return the hash of a message of whole words} */
    public int of(int... words) {
        int v0 = key0;
        int v1 = key1;
        int v2 = INITIAL_2 ^ key0;
        int v3 = INITIAL_3 ^ key1;
        for (int block = 0; block <= words.length + 1; block++) {
            boolean last = block == words.length + 1;
            int word = last ? 0 : block == words.length ? last(words.length) : words[block];
            if (last) {
                v2 ^= FINAL_2;
            }
            v3 ^= word;
            for (int round = last ? finalRounds : blockRounds; round > 0; round--) {
                v0 += v1;
                v1 = Integer.rotateLeft(v1, 5) ^ v0;
                v0 = Integer.rotateLeft(v0, 16);
                v2 += v3;
                v3 = Integer.rotateLeft(v3, 8) ^ v2;
                v0 += v3;
                v3 = Integer.rotateLeft(v3, 7) ^ v0;
                v2 += v1;
                v1 = Integer.rotateLeft(v1, 13) ^ v2;
                v2 = Integer.rotateLeft(v2, 16);
            }
            v0 ^= word;
        }
        return v1 ^ v3;
    }

    /** {@return the last block of a message of so many whole words: its length in bytes, in the highest byte} */
    static int last(int words) {
        return 4 * words << 24;
    }
}
