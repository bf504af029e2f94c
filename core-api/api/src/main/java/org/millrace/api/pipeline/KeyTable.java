package org.millrace.api.pipeline;

/**
 * Exact match from keys of 128 bits to indices from 1, filled by the stages themselves: messages by peer and number. Not
 * every hardware can insert from the data path.
 */
public interface KeyTable extends Extern {
    /**
     * {@return the index of a key, or 0 if there is none}
     *
     * @param key0 its first 32 bits
     * @param key1 its second
     * @param key2 its third
     * @param key3 its last
     */
    int lookup(int key0, int key1, int key2, int key3);

    /**
     * {@return the index of a key, a free one if it had none yet, or 0 if none is left}
     *
     * @param key0 its first 32 bits
     * @param key1 its second
     * @param key2 its third
     * @param key3 its last
     */
    int insert(int key0, int key1, int key2, int key3);

    /**
     * Gives an index back; its key has none any more.
     *
     * @param index one that was inserted and not released since, otherwise nothing happens
     */
    void release(int index);
}
