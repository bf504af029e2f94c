package org.millrace.lab.tofino;

import java.util.SplittableRandom;
import org.millrace.sim.port.SentFrames;

/**
 * A link of one or more lanes: a frame takes the lane that is free first, after those before it; behind is a delay. Frames have their preamble, check sequence
 * and gap on it, and at least 64 bytes. Owned by: the thread of the rack.
 */
final class Link {
    /** It does not arrive. */
    static final long NEVER = -1;
    private static final int LEAST_BYTES = 60;
    private static final int GAP_BYTES = 24; // check sequence, preamble, gap
    private static final double BIT_PS_AT_1_MBIT = 1e6;

    private final Shape shape;
    private final SplittableRandom random;
    private final long[] freePs;
    private double loss;
    private long dropped;
    private long marked;
    private long busyPs;

    /**
     * What it is like.
     *
     * @param lanes      how many
     * @param mbit       rate of each
     * @param delayPs    behind
     * @param framePs    what a frame takes at least, however short
     * @param queueBytes most that wait; more is dropped from the tail
     * @param markBytes  what finds so many waiting is marked, if it is ECN-capable
     */
    record Shape(int lanes, long mbit, long delayPs, long framePs, long queueBytes, long markBytes) {
        static Shape of(int lanes, long mbit, long delayPs) {
            return new Shape(lanes, mbit, delayPs, 0, Long.MAX_VALUE, Long.MAX_VALUE);
        }

        Shape frames(long leastPs) {
            return new Shape(lanes, mbit, delayPs, leastPs, queueBytes, markBytes);
        }
    }

    Link(Shape shape, SplittableRandom random) {
        this.shape = shape;
        this.random = random;
        freePs = new long[shape.lanes];
    }

    /** {@return when a frame that comes now arrives; {@link #NEVER}: it is dropped or lost} It may be marked. */
    long pass(long nowPs, byte[] frame) {
        int lane = first();
        long beginPs = Math.max(nowPs, freePs[lane]);
        double waitingBytes = (beginPs - nowPs) * shape.lanes * shape.mbit / (8 * BIT_PS_AT_1_MBIT);
        if (waitingBytes > shape.queueBytes) {
            dropped++;
            return NEVER;
        }
        if (waitingBytes > shape.markBytes && SentFrames.mark(frame)) {
            marked++;
        }
        long tookPs = Math.max(shape.framePs, Math.round((Math.max(LEAST_BYTES, frame.length) + GAP_BYTES) * 8 * BIT_PS_AT_1_MBIT / shape.mbit));
        freePs[lane] = beginPs + tookPs;
        busyPs += tookPs;
        if (loss > 0 && random.nextDouble() < loss) {
            return NEVER;
        }
        return freePs[lane] + shape.delayPs;
    }

    private int first() {
        int first = 0;
        for (int lane = 1; lane < freePs.length; lane++) {
            first = freePs[lane] < freePs[first] ? lane : first;
        }
        return first;
    }

    /** From now on frames are lost, each with this probability. */
    void loss(double part) {
        loss = part;
    }

    long dropped() {
        return dropped;
    }

    long marked() {
        return marked;
    }

    /** {@return the time that its lanes have sent, of all of them} */
    long busyPs() {
        return busyPs / shape.lanes;
    }
}
