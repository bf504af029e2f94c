package org.millrace.lab.live;

import java.util.SplittableRandom;

/**
 * One way of a path: loss, a bottleneck with a buffer, delay, and frames that are overtaken. It decides when a frame leaves.
 *
 * <p>Owned by: the forwarder's thread.
 */
final class Lane {
    /** Most later frames that overtake one. */
    static final int MOST_OVERTAKING = 8;
    /** How long a frame waits for others to overtake it. */
    private static final long HELD_NS = 5_000_000;
    /** Preamble, frame check sequence and gap of Ethernet. */
    private static final int WIRE_BYTES = 24;
    private static final long SECOND_NS = 1_000_000_000;

    private final Conditions conditions;
    private final WaitingFrames frames;
    private final SplittableRandom dice;
    private final int[] held = new int[MOST_OVERTAKING];
    private final int[] toCome = new int[MOST_OVERTAKING];
    private final long[] latestNs = new long[MOST_OVERTAKING];
    private int heldCount;
    private long idleNs;
    private long lost;
    private long full;
    private long mostWaitingNs;

    Lane(Conditions conditions, WaitingFrames frames, SplittableRandom dice) {
        this.conditions = conditions;
        this.frames = frames;
        this.dice = dice;
    }

    /** A frame has come. */
    void take(int slot, long nowNs) {
        int bytes = frames.bytes(slot) + WIRE_BYTES;
        long waitingNs = Math.max(idleNs - nowNs, 0);
        boolean isLost = dice.nextDouble() < conditions.loss();
        if (isLost || (double) waitingNs * conditions.bytesPerSecond() / SECOND_NS + bytes > conditions.bufferBytes()) {
            lost += isLost ? 1 : 0;
            full += isLost ? 0 : 1;
            frames.free(slot);
            return;
        }
        idleNs = nowNs + waitingNs + bytes * SECOND_NS / conditions.bytesPerSecond();
        mostWaitingNs = Math.max(mostWaitingNs, waitingNs);
        long leavesNs = idleNs + conditions.roundTripNs() / 2;
        boolean isOvertaken = dice.nextDouble() < conditions.reorder();
        if (isOvertaken && heldCount < MOST_OVERTAKING) {
            held[heldCount] = slot;
            toCome[heldCount] = dice.nextInt(1, MOST_OVERTAKING + 1);
            latestNs[heldCount++] = leavesNs + HELD_NS;
        } else {
            frames.leaveAt(leavesNs, slot);
            overtake(leavesNs);
        }
    }

    private void overtake(long leavesNs) {
        int kept = 0;
        for (int i = 0; i < heldCount; i++) {
            if (--toCome[i] == 0) {
                frames.leaveAt(Math.min(leavesNs, latestNs[i]), held[i]);
            } else {
                keep(kept++, i);
            }
        }
        heldCount = kept;
    }

    /** Lets go of frames that nothing has overtaken for too long; answers when to look again, or the greatest number. */
    long expire(long nowNs) {
        long nextNs = Long.MAX_VALUE;
        int kept = 0;
        for (int i = 0; i < heldCount; i++) {
            if (latestNs[i] <= nowNs) {
                frames.leaveAt(nowNs, held[i]);
            } else {
                nextNs = Math.min(nextNs, latestNs[i]);
                keep(kept++, i);
            }
        }
        heldCount = kept;
        return nextNs;
    }

    /** Lets go of all frames that wait to be overtaken. */
    void letGo(long nowNs) {
        for (int i = 0; i < heldCount; i++) {
            frames.leaveAt(nowNs, held[i]);
        }
        heldCount = 0;
    }

    private void keep(int to, int from) {
        held[to] = held[from];
        toCome[to] = toCome[from];
        latestNs[to] = latestNs[from];
    }

    /** {@return frames lost by the dice} */
    long lost() {
        return lost;
    }

    /** {@return frames that found the buffer full} */
    long full() {
        return full;
    }

    /** {@return the longest time that a frame has waited at the bottleneck, nanoseconds} */
    long mostWaitingNs() {
        return mostWaitingNs;
    }
}
