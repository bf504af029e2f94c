package org.millrace.sim;

/**
 * A bounded queue between two who act on an {@link Agenda}, first in, first out; it counts what it refuses and measures how
 * deep it is. An item is a number of its owner's. Owned by: the thread that runs the agenda.
 */
public final class ItemRing {
    private final long[] items;
    private final int capacity;
    private int head;
    private int depth;
    private int mostDepth;
    private long entered;
    private long refused;
    private long sincePs;
    /** Depth × time. */
    private double area;

    /**
     * An empty one.
     *
     * @param capacity most items in it, at least 1
     */
    public ItemRing(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a ring of " + capacity + " items");
        }
        this.capacity = capacity;
        items = new long[Integer.highestOneBit(2 * capacity - 1)];
    }

    /**
     * An item enters.
     *
     * @param item  the item
     * @param nowPs the time, picoseconds
     * @return false: it is full, and the item is not in it, but counted as refused
     */
    public boolean offer(long item, long nowPs) {
        if (depth == capacity) {
            refused++;
            return false;
        }
        measure(nowPs);
        items[head + depth & items.length - 1] = item;
        mostDepth = Math.max(mostDepth, ++depth);
        entered++;
        return true;
    }

    /** {@return the oldest item, which stays; there must be one} */
    public long peek() {
        check();
        return items[head];
    }

    /**
     * {@return the oldest item, which leaves; there must be one}
     *
     * @param nowPs the time, picoseconds
     */
    public long take(long nowPs) {
        check();
        measure(nowPs);
        long item = items[head];
        head = head + 1 & items.length - 1;
        depth--;
        return item;
    }

    private void check() {
        if (depth == 0) {
            throw new IllegalStateException("the ring is empty");
        }
    }

    private void measure(long nowPs) {
        area += (double) depth * (nowPs - sincePs);
        sincePs = nowPs;
    }

    public boolean isEmpty() {
        return depth == 0;
    }

    public boolean isFull() {
        return depth == capacity;
    }

    /** {@return items in it} */
    public int depth() {
        return depth;
    }

    /** {@return most items that were in it at once} */
    public int mostDepth() {
        return mostDepth;
    }

    /** {@return items that have entered} */
    public long entered() {
        return entered;
    }

    /** {@return items that found it full} */
    public long refused() {
        return refused;
    }

    /**
     * {@return the mean depth from time 0 on}
     *
     * @param nowPs the time, picoseconds
     */
    public double meanDepth(long nowPs) {
        return nowPs == 0 ? depth : (area + (double) depth * (nowPs - sincePs)) / nowPs;
    }
}
