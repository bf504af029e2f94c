package org.millrace.execution;

import org.millrace.api.pipeline.SegmentMeta;

/**
 * Items that wait in a machine, first in, first out, each with a number of the machine's: when it is due, how long it is.
 * It grows to the longest queue and stays there: how many items there are bounds it. Owned by: the thread that runs the
 * machine.
 *
 * @param <M> the program's metadata
 */
public final class ItemQueue<M extends SegmentMeta> {
    private static final int INITIAL = 64;

    private M[] items = array(INITIAL);
    private long[] tags = new long[INITIAL];
    private int head;
    private int count;

    /** Makes an empty one. */
    public ItemQueue() {
    }

    @SuppressWarnings("unchecked") // holds what is added
    private static <M> M[] array(int length) {
        return (M[]) new SegmentMeta[length];
    }

    /** {@return whether no item waits} */
    public boolean isEmpty() {
        return count == 0;
    }

    /** {@return items that wait} */
    public int size() {
        return count;
    }

    /**
     * An item begins to wait.
     *
     * @param item the item
     * @param tag  its number
     */
    public void add(M item, long tag) {
        if (count == items.length) {
            grow();
        }
        int at = head + count++ & items.length - 1;
        items[at] = item;
        tags[at] = tag;
    }

    /** {@return the number of the oldest} */
    public long tag() {
        return tags[head];
    }

    /**
     * {@return an item that waits}
     *
     * @param index 0 for the oldest
     */
    public M get(int index) {
        return items[head + index & items.length - 1];
    }

    /** {@return the oldest, which waits no longer} */
    public M take() {
        M item = items[head];
        head = head + 1 & items.length - 1;
        count--;
        return item;
    }

    private void grow() {
        int length = items.length;
        M[] largerItems = array(2 * length);
        long[] largerTags = new long[2 * length];
        for (int i = 0; i < count; i++) {
            largerItems[i] = get(i);
            largerTags[i] = tags[head + i & length - 1];
        }
        items = largerItems;
        tags = largerTags;
        head = 0;
    }
}
