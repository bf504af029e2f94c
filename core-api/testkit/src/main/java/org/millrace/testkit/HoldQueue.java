package org.millrace.testkit;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Frames held back on one side, and the memory for them. A frame is due once enough others have overtaken it, or its
 * time is up: after {@link #MAX_POLLS} polls, or, if there is a clock, at its deadline.
 */
final class HoldQueue {
    static final int MAX_POLLS = 64;
    /** A super-frame of the largest IPv4 datagram fits, its link header and tag included. */
    static final int SLOT_BYTES = 66_000;

    private final Arena arena;
    private final LongSupplier clock;
    private final long holdNs;
    private final Deque<HeldFrame> held = new ArrayDeque<>();
    private final Deque<HeldFrame> pool = new ArrayDeque<>();
    private final List<HeldFrame> lent = new ArrayList<>();

    /** A null clock counts polls. */
    HoldQueue(Arena arena, LongSupplier clock, long holdNs) {
        this.arena = arena;
        this.clock = clock;
        this.holdNs = holdNs;
    }

    HeldFrame newFrame() {
        HeldFrame frame = pool.isEmpty() ? new HeldFrame(arena.allocate(SLOT_BYTES, 64)) : pool.pop();
        frame.length = 0;
        frame.segmentSize = 0;
        frame.flags = 0;
        frame.checksumStart = 0;
        return frame;
    }

    void hold(HeldFrame frame, int overtakers) {
        frame.overtakers = overtakers;
        frame.polls = MAX_POLLS;
        frame.deadlineNs = clock == null ? 0 : clock.getAsLong() + holdNs;
        held.add(frame);
    }

    /** A frame has gone past those held. */
    void overtaken() {
        for (HeldFrame frame : held) {
            frame.overtakers--;
        }
    }

    /** The owner has looked once more. */
    void poll() {
        for (HeldFrame frame : held) {
            frame.polls--;
        }
    }

    /** All frames held now are due. */
    void expire() {
        for (HeldFrame frame : held) {
            frame.overtakers = 0;
        }
    }

    /** Takes the oldest due frame, or null. */
    HeldFrame takeDue() {
        for (Iterator<HeldFrame> i = held.iterator(); i.hasNext();) {
            HeldFrame frame = i.next();
            boolean late = clock == null ? frame.polls <= 0 : clock.getAsLong() - frame.deadlineNs >= 0;
            if (late || frame.overtakers <= 0) {
                i.remove();
                return frame;
            }
        }
        return null;
    }

    /** The frame's memory is in use until {@link #recycle()}. */
    void lend(HeldFrame frame) {
        lent.add(frame);
    }

    void recycle() {
        pool.addAll(lent);
        lent.clear();
    }

    int size() {
        return held.size();
    }
}
