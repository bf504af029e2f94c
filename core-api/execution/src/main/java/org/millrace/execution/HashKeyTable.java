package org.millrace.execution;

import org.millrace.api.pipeline.KeyTable;

/**
 * A key table in memory: chains from a salted hash to entries that stay where they are. Owned by: the thread that runs
 * the machine.
 */
public final class HashKeyTable implements KeyTable {
    private static final int KEY_WORDS = 4;

    private final long salt;
    private final int mask;
    /** First entry of each chain; 0: none. */
    private final int[] heads;
    /** Next entry of the chain that an entry is in, or of the free ones with {@link #used} unset; 0 ends. */
    private final int[] next;
    private final int[] keys;
    private final boolean[] used;
    private int free;
    private int made;

    /**
     * Makes an empty one.
     *
     * @param capacity how many keys it can hold
     * @param salt     random: no peer is to know which keys share a chain
     */
    public HashKeyTable(int capacity, long salt) {
        this.salt = salt;
        int buckets = Integer.highestOneBit(Math.max(capacity, 1)) * 2;
        mask = buckets - 1;
        heads = new int[buckets];
        next = new int[capacity + 1];
        keys = new int[(capacity + 1) * KEY_WORDS];
        used = new boolean[capacity + 1];
    }

    private int bucket(int key0, int key1, int key2, int key3) {
        long hash = mix(salt ^ ((long) key0 << 32 | key1 & 0xffff_ffffL));
        hash = mix(hash + salt ^ ((long) key2 << 32 | key3 & 0xffff_ffffL));
        return (int) (hash >>> 32) & mask;
    }

    /** The finisher of SplitMix64. */
    private static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }

    @Override
    public int lookup(int key0, int key1, int key2, int key3) {
        return find(heads[bucket(key0, key1, key2, key3)], key0, key1, key2, key3);
    }

    private int find(int first, int key0, int key1, int key2, int key3) {
        int entry = first;
        while (entry != 0) {
            int at = entry * KEY_WORDS;
            if (keys[at] == key0 && keys[at + 1] == key1 && keys[at + 2] == key2 && keys[at + 3] == key3) {
                return entry;
            }
            entry = next[entry];
        }
        return 0;
    }

    @Override
    public int insert(int key0, int key1, int key2, int key3) {
        int bucket = bucket(key0, key1, key2, key3);
        int known = find(heads[bucket], key0, key1, key2, key3);
        if (known != 0) {
            return known;
        }
        int entry = free;
        if (entry != 0) {
            free = next[entry];
        } else if (made + 1 < next.length) {
            entry = ++made;
        } else {
            return 0;
        }
        int at = entry * KEY_WORDS;
        keys[at] = key0;
        keys[at + 1] = key1;
        keys[at + 2] = key2;
        keys[at + 3] = key3;
        used[entry] = true;
        next[entry] = heads[bucket];
        heads[bucket] = entry;
        return entry;
    }

    @Override
    public void release(int index) {
        if (index <= 0 || index > made || !used[index]) {
            return;
        }
        int at = index * KEY_WORDS;
        int bucket = bucket(keys[at], keys[at + 1], keys[at + 2], keys[at + 3]);
        if (heads[bucket] == index) {
            heads[bucket] = next[index];
        } else {
            int before = heads[bucket];
            while (next[before] != index) {
                before = next[before];
            }
            next[before] = next[index];
        }
        used[index] = false;
        next[index] = free;
        free = index;
    }
}
