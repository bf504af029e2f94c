package org.millrace.execution;

import java.util.Arrays;
import org.millrace.api.pipeline.PriorityQueue;

/**
 * A priority queue as a traffic manager has it: a FIFO for each class of ranks, the lowest class first. A rank's class is
 * its number of bits, so with 8 classes each holds ranks of four binary digits more than the one before. Constant work a
 * call. Owned by: the thread that runs the machine.
 */
public final class RankClasses implements PriorityQueue {
    private static final int NOT_QUEUED = -1;

    private final int bitsPerClass;
    /** First and last flow of a class; 0: none. */
    private final int[] first;
    private final int[] last;
    /** Neighbours of a flow in its class; 0: none. */
    private final int[] next;
    private final int[] previous;
    private final int[] classOf;
    private int size;

    /**
     * Makes an empty one.
     *
     * @param flows   how many there can be; they are numbered from 1
     * @param classes how many, 1 to 31
     */
    public RankClasses(int flows, int classes) {
        bitsPerClass = Math.ceilDiv(Integer.SIZE - 1, classes);
        first = new int[classes];
        last = new int[classes];
        next = new int[flows + 1];
        previous = new int[flows + 1];
        classOf = new int[flows + 1];
        Arrays.fill(classOf, NOT_QUEUED);
    }

    @Override
    public int classes() {
        return first.length;
    }

    @Override
    public void submit(int flow, int rank) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(rank);
        int wanted = Math.max(bits - 1, 0) / bitsPerClass;
        if (wanted == classOf[flow]) {
            return;
        }
        remove(flow);
        classOf[flow] = wanted;
        previous[flow] = last[wanted];
        next[flow] = 0;
        if (last[wanted] == 0) {
            first[wanted] = flow;
        } else {
            next[last[wanted]] = flow;
        }
        last[wanted] = flow;
        size++;
    }

    @Override
    public void remove(int flow) {
        int from = classOf[flow];
        if (from == NOT_QUEUED) {
            return;
        }
        if (previous[flow] == 0) {
            first[from] = next[flow];
        } else {
            next[previous[flow]] = next[flow];
        }
        if (next[flow] == 0) {
            last[from] = previous[flow];
        } else {
            previous[next[flow]] = previous[flow];
        }
        classOf[flow] = NOT_QUEUED;
        size--;
    }

    @Override
    public int next(long nowNs) {
        for (int flow : first) {
            if (flow != 0) {
                remove(flow);
                return flow;
            }
        }
        return 0;
    }

    @Override
    public long deadlineNs() {
        return size == 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
}
