package org.millrace.toe;

import java.util.Arrays;

/**
 * Ranges of a stream that were given back ahead of something before them (§5.5.2.2): disjoint, in order, joined where
 * they touch. Owned by: the Toe's thread.
 */
final class ReleasedRanges {
    private long[] starts = new long[4];
    private long[] ends = new long[4];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** Adds a range, not empty. Answers false if a part of it has been given back before. */
    boolean add(long start, long end) {
        int at = 0;
        while (at < count && ends[at] <= start) {
            at++;
        }
        if (at < count && starts[at] < end) {
            return false;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        System.arraycopy(starts, at, starts, at + 1, count - at);
        System.arraycopy(ends, at, ends, at + 1, count - at);
        starts[at] = start;
        ends[at] = end;
        count++;
        join(at);
        join(at - 1);
        return true;
    }

    /** Takes the range that begins here out and answers its end; {@code position} if none does. */
    long takeFrom(long position) {
        if (count == 0 || starts[0] != position) {
            return position;
        }
        long end = ends[0];
        remove(0);
        return end;
    }

    private void join(int at) {
        if (at >= 0 && at + 1 < count && ends[at] == starts[at + 1]) {
            ends[at] = ends[at + 1];
            remove(at + 1);
        }
    }

    private void remove(int at) {
        count--;
        System.arraycopy(starts, at + 1, starts, at, count - at);
        System.arraycopy(ends, at + 1, ends, at, count - at);
    }
}
