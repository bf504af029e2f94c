package org.millrace.tofino;

/**
 * Frames of one priority that wait for the port, first in, first out: the metadata of each, as it was when its pass
 * ended, its length and the number of its payload. It grows to the longest queue and stays there: how many may enter is
 * the {@link TrafficManager}'s business. Owned by: the data-path thread.
 */
final class WaitingFrames {
    private static final int INITIAL_FRAMES = 64;

    private final int itemWords;
    private int[] words;
    private int[] bytes;
    private int[] payloads;
    private int head;
    private int count;

    WaitingFrames(int itemWords) {
        this.itemWords = itemWords;
        words = new int[INITIAL_FRAMES * itemWords];
        bytes = new int[INITIAL_FRAMES];
        payloads = new int[INITIAL_FRAMES];
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(int[] item, int lengthBytes, int payload) {
        if (count == bytes.length) {
            grow();
        }
        int at = (head + count++) % bytes.length;
        bytes[at] = lengthBytes;
        payloads[at] = payload;
        System.arraycopy(item, 0, words, at * itemWords, itemWords);
    }

    /** {@return length of the oldest, bytes} */
    int lengthBytes() {
        return bytes[head];
    }

    /** Takes the oldest: writes its metadata to an item's words. Answers the number of its payload. */
    int take(int[] item) {
        int payload = payloads[head];
        System.arraycopy(words, head * itemWords, item, 0, itemWords);
        head = (head + 1) % bytes.length;
        count--;
        return payload;
    }

    private void grow() {
        int length = bytes.length;
        int[] largerWords = new int[2 * words.length];
        int[] largerBytes = new int[2 * length];
        int[] largerPayloads = new int[2 * length];
        for (int i = 0; i < count; i++) {
            int from = (head + i) % length;
            largerBytes[i] = bytes[from];
            largerPayloads[i] = payloads[from];
            System.arraycopy(words, from * itemWords, largerWords, i * itemWords, itemWords);
        }
        words = largerWords;
        bytes = largerBytes;
        payloads = largerPayloads;
        head = 0;
    }
}
