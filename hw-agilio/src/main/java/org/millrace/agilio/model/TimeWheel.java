package org.millrace.agilio.model;

import java.util.Arrays;

/**
 * Flows in the order of their turns (§4.4.1.1, F qman.c): those that are not paced one after the other, the others in the slot of their
 * time; one beyond the horizon in the farthest. Within a slot there is no order. A flow is queued once or not at all.
 *
 * <p>Owned by: the thread that runs the machine.
 */
final class TimeWheel {
    private static final int NOT_QUEUED = -1;

    /** Next flow in the list this flow is in; 0 ends a list. */
    private final int[] link;
    private final int[] slots;
    private final long slotNs;
    private int readyHead;
    private int readyTail;
    private int paced;
    /** Number of the last slot that has been emptied, counted since time 0. */
    private long turned;

    /**
     * Makes an empty one.
     *
     * @param flows  how many there can be; they are numbered from 1
     * @param slots  how many
     * @param slotNs how long each is, nanoseconds
     */
    TimeWheel(int flows, int slots, long slotNs) {
        link = new int[flows + 1];
        Arrays.fill(link, NOT_QUEUED);
        this.slots = new int[slots];
        this.slotNs = slotNs;
    }

    /** Queues a flow, unless it is queued already, to have its turn after so long. */
    void add(int flow, long nowNs, long delayNs) {
        if (link[flow] != NOT_QUEUED) {
            return;
        }
        if (delayNs == 0) {
            ready(flow);
            return;
        }
        turn(nowNs);
        long slot = Math.clamp((nowNs + delayNs + slotNs - 1) / slotNs, turned + 1, turned + slots.length - 1);
        int index = (int) (slot % slots.length);
        link[flow] = slots[index];
        slots[index] = flow;
        paced++;
    }

    /** {@return the flow whose turn it is; 0: none's} */
    int next(long nowNs) {
        turn(nowNs);
        int flow = readyHead;
        if (flow != 0) {
            readyHead = link[flow];
            link[flow] = NOT_QUEUED;
        }
        return flow;
    }

    /** {@return when the next flow's turn is; {@link Long#MAX_VALUE}: none is queued, {@link Long#MIN_VALUE}: at once} */
    long deadlineNs() {
        if (readyHead != 0) {
            return Long.MIN_VALUE;
        }
        if (paced == 0) {
            return Long.MAX_VALUE;
        }
        long slot = turned + 1;
        while (slots[(int) (slot % slots.length)] == 0) {
            slot++;
        }
        return slot * slotNs;
    }

    private void ready(int flow) {
        link[flow] = 0;
        if (readyHead == 0) {
            readyHead = flow;
        } else {
            link[readyTail] = flow;
        }
        readyTail = flow;
    }

    private void turn(long nowNs) {
        long target = nowNs / slotNs;
        for (long slot = Math.max(turned + 1, target - slots.length + 1); slot <= target && paced != 0; slot++) {
            int index = (int) (slot % slots.length);
            int flow = slots[index];
            slots[index] = 0;
            while (flow != 0) {
                int following = link[flow];
                paced--;
                ready(flow);
                flow = following;
            }
        }
        turned = Math.max(turned, target);
    }
}
