package org.millrace.execution;

import org.millrace.api.pipeline.FlowQueue;
import org.millrace.api.pipeline.FlowShares;

/**
 * A queue of flows (§4.3.4, after Carousel): flows whose time has come wait in a FIFO and are served round robin, or by
 * {@link ClassQueues classes} as long as there are any;
 * paced flows wait in a time wheel of {@value #SLOTS} slots of {@value #SLOT_NS} ns. A flow due beyond the horizon waits
 * in the farthest slot and is put back from there.
 *
 * <p>Lists are threaded through one array: a flow is in one list or none. Work a call is constant but for turning the
 * wheel, which looks at one bit a slot passed.
 *
 * <p>Owned by: data-path thread.
 */
public final class Carousel implements FlowQueue {
    static final int SLOTS = 2048;
    static final int SLOT_NS = 2048;

    /** How far a flow served late may catch up; keeps its rate when the wheel is turned late. */
    private static final int CATCH_UP_NS = 64 * SLOT_NS;
    private static final int NOT_QUEUED = -1;

    /**
     * Two words a flow, side by side because each is seldom wanted without the other: when it may send next; the next flow in the list that
     * this flow is in, 0 ending a list.
     */
    private final long[] rows;
    private final int[] slots = new int[SLOTS];
    private final long[] occupied = new long[SLOTS / 64];
    private final FlowShares shares;
    /** Where flows wait for their class's turn; null: none does. */
    private ClassQueues classes;
    private int readyHead;
    private int readyTail;
    private int paced;
    /** Number of the last slot that has been emptied, counted since time 0. */
    private long turned;

    /**
     * Makes one without flows, to which all are alike.
     *
     * @param flows how many there can be; they are numbered from 1
     */
    public Carousel(int flows) {
        this(flows, FlowShares.ALIKE);
    }

    /**
     * Makes one without flows.
     *
     * @param flows  how many there can be; they are numbered from 1
     * @param shares how they share
     */
    public Carousel(int flows, FlowShares shares) {
        this.shares = shares;
        rows = new long[2 * (flows + 1)];
        for (int flow = 0; flow <= flows; flow++) {
            link(flow, NOT_QUEUED);
        }
    }

    @Override
    public void submit(int flow, long nowNs) {
        if (link(flow) != NOT_QUEUED) {
            return;
        }
        if (dueNs(flow) <= nowNs) {
            ready(flow);
        } else {
            turn(nowNs);
            place(flow);
        }
    }

    @Override
    public void charge(int flow, long nowNs, long costNs) {
        rows[2 * flow] = Math.max(dueNs(flow), nowNs - CATCH_UP_NS) + costNs;
    }

    @Override
    public void reset(int flow) {
        rows[2 * flow] = 0;
    }

    @Override
    public int next(long nowNs) {
        if (paced != 0) {
            turn(nowNs);
        }
        return classes == null ? first() : firstOfClasses();
    }

    private int first() {
        int flow = readyHead;
        if (flow != 0) {
            readyHead = link(flow);
            link(flow, NOT_QUEUED);
        }
        return flow;
    }

    /** What was queued before weights were set, or unset, goes first. */
    private int firstOfClasses() {
        if (readyHead != 0 && shares.areSet()) {
            return first();
        }
        int flow = classes.take();
        if (flow != 0) {
            link(flow, NOT_QUEUED);
        } else if (classes.isEmpty() && !shares.areSet()) {
            classes = null;
            return first();
        }
        return flow;
    }

    @Override
    public void round() {
        if (classes != null) {
            classes.round();
        }
    }

    @Override
    public void sent(int flow, int bytes) {
        if (classes != null) {
            classes.sent(flow, bytes);
        }
    }

    @Override
    public long deadlineNs() {
        if (readyHead != 0 || classes != null && !classes.isEmpty()) {
            return Long.MIN_VALUE;
        }
        if (paced == 0) {
            return Long.MAX_VALUE;
        }
        long slot = turned + 1;
        while (!isOccupied(slot)) {
            slot++;
        }
        return slot * SLOT_NS;
    }

    private long dueNs(int flow) {
        return rows[2 * flow];
    }

    private int link(int flow) {
        return (int) rows[2 * flow + 1];
    }

    private void link(int flow, int next) {
        rows[2 * flow + 1] = next;
    }

    private void ready(int flow) {
        link(flow, 0);
        if (shares.areSet()) {
            if (classes == null) {
                classes = new ClassQueues(rows.length / 2 - 1, shares);
                classes.round();
            }
            classes.add(flow);
            return;
        }
        if (readyHead == 0) {
            readyHead = flow;
        } else {
            link(readyTail, flow);
        }
        readyTail = flow;
    }

    private void place(int flow) {
        long wanted = (dueNs(flow) + SLOT_NS - 1) / SLOT_NS;
        long slot = Math.max(turned + 1, Math.min(wanted, turned + SLOTS - 1));
        int index = (int) slot & SLOTS - 1;
        link(flow, isOccupied(slot) ? slots[index] : 0);
        slots[index] = flow;
        occupied[index >> 6] |= 1L << index;
        paced++;
    }

    /** Empties every slot whose time has come. */
    private void turn(long nowNs) {
        long target = nowNs / SLOT_NS;
        long slot = Math.max(turned, target - SLOTS);
        turned = Math.max(turned, target);
        while (slot < target && paced != 0) {
            slot++;
            if (isOccupied(slot)) {
                empty((int) slot & SLOTS - 1, nowNs);
            }
        }
    }

    private void empty(int index, long nowNs) {
        occupied[index >> 6] &= ~(1L << index);
        int flow = slots[index];
        while (flow != 0) {
            int following = link(flow);
            paced--;
            if (dueNs(flow) <= nowNs) {
                ready(flow);
            } else {
                place(flow);
            }
            flow = following;
        }
    }

    private boolean isOccupied(long slot) {
        int index = (int) slot & SLOTS - 1;
        return (occupied[index >> 6] & 1L << index) != 0;
    }
}
