package org.millrace.toe;

import java.util.Arrays;

/**
 * The calls of a socket that have neither response nor failure, and their deadlines. A call's number has its place in the
 * lower bits and how often the place was used above them, so that a number comes again late.
 *
 * <p>Owned by: the Toe's thread.
 */
final class Calls {
    private final int mask;
    /** Number of the call at a place; {@code ~number} if there is none: the last one's. */
    private final int[] numbers;
    private final long[] deadlines;
    private final boolean[] late;
    /** Deadline of a place's last entry in the heap. */
    private final long[] listed;
    private final int[] free;
    private int open;
    /** Places of calls with a deadline, a heap by deadline from index 1; those that have ended stay until they come up. */
    private final int[] heap;
    private final long[] due;
    private int queued;

    /** @param most calls, a power of two */
    Calls(int most) {
        mask = most - 1;
        numbers = new int[most];
        deadlines = new long[most];
        late = new boolean[most];
        listed = new long[most];
        free = new int[most];
        heap = new int[2 * most + 1];
        due = new long[2 * most + 1];
        for (int i = 0; i < most; i++) {
            free[i] = i;
            numbers[i] = ~i;
            listed[i] = RpcSocket.NO_DEADLINE;
        }
    }

    int size() {
        return open;
    }

    /** {@return the number of a new call; there must be a place left} */
    int begin(long deadlineNs) {
        int place = free[open++];
        int number = ~numbers[place] + mask + 1 & Integer.MAX_VALUE;
        numbers[place] = number;
        deadlines[place] = deadlineNs;
        late[place] = false;
        if (deadlineNs != listed[place] && deadlineNs != RpcSocket.NO_DEADLINE) {
            if (queued == heap.length - 1) {
                compact();
            }
            listed[place] = deadlineNs;
            push(place, deadlineNs);
        }
        return number;
    }

    boolean isOpen(int number) {
        return number >= 0 && numbers[number & mask] == number;
    }

    /** {@return whether a call's deadline has passed before it ended} */
    boolean isLate(int number) {
        return number >= 0 && late[number & mask];
    }

    /** Answers whether there was such a call. */
    boolean end(int number) {
        if (!isOpen(number)) {
            return false;
        }
        numbers[number & mask] = ~number;
        free[--open] = number & mask;
        return true;
    }

    /** {@return number of a call whose deadline has passed, each once, or {@link RpcSocket#NO_CALL}} */
    int expired(long nowNs) {
        while (queued > 0 && due[1] <= nowNs) {
            int place = heap[1];
            long deadlineNs = due[1];
            pop();
            if (listed[place] == deadlineNs) {
                listed[place] = RpcSocket.NO_DEADLINE;
            }
            if (numbers[place] >= 0 && deadlines[place] == deadlineNs && !late[place]) {
                late[place] = true;
                return numbers[place];
            }
        }
        return RpcSocket.NO_CALL;
    }

    /** {@return the next deadline; one of a call that has ended is possible} */
    long nextDeadlineNs() {
        return queued == 0 ? RpcSocket.NO_DEADLINE : due[1];
    }

    /** Keeps one entry for each call that is open: then half of the heap is free at least. */
    private void compact() {
        int all = queued;
        queued = 0;
        Arrays.fill(listed, RpcSocket.NO_DEADLINE);
        for (int i = 1; i <= all; i++) {
            int place = heap[i];
            if (numbers[place] >= 0 && deadlines[place] == due[i] && listed[place] != due[i]) {
                listed[place] = due[i];
                push(place, due[i]);
            }
        }
    }

    private void push(int place, long deadlineNs) {
        int at = ++queued;
        for (; at > 1 && due[at / 2] > deadlineNs; at /= 2) {
            heap[at] = heap[at / 2];
            due[at] = due[at / 2];
        }
        heap[at] = place;
        due[at] = deadlineNs;
    }

    private void pop() {
        int place = heap[queued];
        long deadlineNs = due[queued--];
        int at = 1;
        for (int child = 2; child <= queued; child = 2 * at) {
            if (child < queued && due[child + 1] < due[child]) {
                child++;
            }
            if (due[child] >= deadlineNs) {
                break;
            }
            heap[at] = heap[child];
            due[at] = due[child];
            at = child;
        }
        heap[at] = place;
        due[at] = deadlineNs;
    }
}
