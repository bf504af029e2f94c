package org.millrace.execution;

import org.millrace.api.pipeline.PriorityQueue;

/**
 * A priority queue that sorts: a binary heap in which each flow knows its place, so that moving or removing one costs
 * O(log n). Owned by: the thread that runs the machine.
 */
public final class RankHeap implements PriorityQueue {
    /** Flows in the order of a heap, from index 1. */
    private final int[] heap;
    /** Index of a flow in the heap; 0: not queued. */
    private final int[] place;
    private final int[] rank;
    private int size;

    /**
     * Makes an empty one.
     *
     * @param flows how many there can be; they are numbered from 1
     */
    public RankHeap(int flows) {
        heap = new int[flows + 1];
        place = new int[flows + 1];
        rank = new int[flows + 1];
    }

    @Override
    public void submit(int flow, int newRank) {
        rank[flow] = newRank;
        if (place[flow] == 0) {
            put(flow, ++size);
        }
        up(flow);
        down(flow);
    }

    @Override
    public void remove(int flow) {
        int hole = place[flow];
        if (hole == 0) {
            return;
        }
        place[flow] = 0;
        int last = heap[size--];
        if (last != flow) {
            put(last, hole);
            up(last);
            down(last);
        }
    }

    @Override
    public int next(long nowNs) {
        if (size == 0) {
            return 0;
        }
        int first = heap[1];
        remove(first);
        return first;
    }

    @Override
    public long deadlineNs() {
        return size == 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    private void up(int flow) {
        while (place[flow] > 1 && rank[heap[place[flow] / 2]] > rank[flow]) {
            swap(flow, heap[place[flow] / 2]);
        }
    }

    private void down(int flow) {
        while (2 * place[flow] <= size) {
            int child = heap[2 * place[flow]];
            if (2 * place[flow] < size && rank[heap[2 * place[flow] + 1]] < rank[child]) {
                child = heap[2 * place[flow] + 1];
            }
            if (rank[child] >= rank[flow]) {
                return;
            }
            swap(flow, child);
        }
    }

    private void swap(int a, int b) {
        int at = place[a];
        put(a, place[b]);
        put(b, at);
    }

    private void put(int flow, int at) {
        heap[at] = flow;
        place[flow] = at;
    }
}
