package org.millrace.wire.steer;

/**
 * HalfSipHash (Aumasson and Bernstein, SipHash's reference code) of 32-bit words: a keyed hash with 32-bit operations only,
 * so that a classic BPF filter can compute the same. A word is four bytes of the message, the first one lowest.
 *
 * <p>DESIGN NOTES. The rounds that every variant has, one a block and three at the end, are written out, and the words of a
 * tuple are arguments: loops and an array took as long as the rounds.
 *
 * <p>Owned by: one thread.
 */
public final class HalfSipHash {
    static final int INITIAL_2 = 0x6c796765;
    static final int INITIAL_3 = 0x74656462;
    static final int FINAL_2 = 0xff;

    private final int key0;
    private final int key1;
    private final int blockRounds;
    private final int finalRounds;
    private int v0;
    private int v1;
    private int v2;
    private int v3;

    /**
     * Makes one of a key.
     *
     * @param key         64 bits, its first byte lowest
     * @param blockRounds for each word, at least 1
     * @param finalRounds at the end, at least 3
     */
    public HalfSipHash(long key, int blockRounds, int finalRounds) {
        key0 = (int) key;
        key1 = (int) (key >>> 32);
        this.blockRounds = blockRounds;
        this.finalRounds = finalRounds;
    }

    /** {@return the hash of a message of whole words} */
    public int of(int... words) {
        begin();
        for (int word : words) {
            block(word);
        }
        return end(words.length);
    }

    /** {@return the hash of a message of three words} */
    public int of(int first, int second, int third) {
        begin();
        block(first);
        block(second);
        block(third);
        return end(3);
    }

    private void begin() {
        v0 = key0;
        v1 = key1;
        v2 = INITIAL_2 ^ key0;
        v3 = INITIAL_3 ^ key1;
    }

    private void block(int word) {
        v3 ^= word;
        round();
        for (int i = 1; i < blockRounds; i++) {
            round();
        }
        v0 ^= word;
    }

    private int end(int words) {
        block(last(words));
        v2 ^= FINAL_2;
        round();
        round();
        round();
        for (int i = 3; i < finalRounds; i++) {
            round();
        }
        return v1 ^ v3;
    }

    private void round() {
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

    /** {@return the last block of a message of so many whole words: its length in bytes, in the highest byte} */
    static int last(int words) {
        return 4 * words << 24;
    }
}
