package org.millrace.net.timer;

import java.util.Arrays;

/** Deadlines in a binary heap; each element knows its slot, so that moving or removing one costs O(log n). Owned by one thread. */
public final class TimerQueue {
    private Timed[] heap = new Timed[64];
    private int size;

    /** Makes one in which nothing waits. */
    public TimerQueue() {
    }

    /**
     * Sets an element's deadline.
     *
     * @param timer      the element
     * @param deadlineNs when its time comes; {@link Timed#NEVER} takes it out
     */
    public void schedule(Timed timer, long deadlineNs) {
        if (deadlineNs == Timed.NEVER) {
            cancel(timer);
            return;
        }
        timer.deadlineNs = deadlineNs;
        if (timer.slot < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            place(timer, size++);
        }
        up(timer);
        down(timer);
    }

    /**
     * Takes an element out, if it is in.
     *
     * @param timer the element
     */
    public void cancel(Timed timer) {
        timer.deadlineNs = Timed.NEVER;
        int hole = timer.slot;
        if (hole < 0) {
            return;
        }
        timer.slot = -1;
        Timed last = heap[--size];
        heap[size] = null;
        if (last != timer) {
            place(last, hole);
            up(last);
            down(last);
        }
    }

    /**
     * {@return the element whose deadline has come first, taken out; null if none has}
     *
     * @param nowNs the time
     */
    public Timed poll(long nowNs) {
        if (nextNs() > nowNs) {
            return null;
        }
        Timed due = heap[0];
        cancel(due);
        return due;
    }

    /** {@return the first deadline; {@link Timed#NEVER} if nothing waits} */
    public long nextNs() {
        return size == 0 ? Timed.NEVER : heap[0].deadlineNs;
    }

    int size() {
        return size;
    }

    private void up(Timed timer) {
        while (timer.slot > 0) {
            Timed parent = heap[timer.slot - 1 >> 1];
            if (parent.deadlineNs <= timer.deadlineNs) {
                return;
            }
            swap(timer, parent);
        }
    }

    private void down(Timed timer) {
        while (2 * timer.slot + 1 < size) {
            int left = 2 * timer.slot + 1;
            boolean useRight = left + 1 < size && heap[left + 1].deadlineNs < heap[left].deadlineNs;
            Timed child = heap[useRight ? left + 1 : left];
            if (child.deadlineNs >= timer.deadlineNs) {
                return;
            }
            swap(timer, child);
        }
    }

    private void swap(Timed a, Timed b) {
        int slot = a.slot;
        place(a, b.slot);
        place(b, slot);
    }

    private void place(Timed timer, int slot) {
        heap[slot] = timer;
        timer.slot = slot;
    }
}
