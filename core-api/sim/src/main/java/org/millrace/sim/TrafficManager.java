package org.millrace.sim;

import java.util.SplittableRandom;

/**
 * The queues of a switch's ports to the wire, and the buffer that they share: who may enter, who is marked, whose turn it is. It knows how long
 * what waits is; the frames are their owner's, in queues of his, first in, first out.
 *
 * <p>DESIGN NOTES. A queue is a port's and a priority's: {@code port * priorities + priority}, a higher priority goes first. A
 * frame that finds too little of the shared buffer left for its queue is refused: dynamic thresholds (Choudhury and Hahne, 1998)
 * let a queue grow to α times what is free. Marking and early dropping look at the queue the frame enters, before it
 * enters (RFC 3168, RFC 8257 §3.1; WRED: between two lengths with a probability that grows linearly). Lengths are in units: a
 * machine that keeps frames in cells counts cells.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class TrafficManager {
    /** It enters. */
    public static final int ENTERS = 0;
    /** It enters, and is to be marked. */
    public static final int MARKED = 1;
    /** There is no room for it. */
    public static final int REFUSED = 2;
    /** It is dropped early. */
    public static final int EARLY = 3;

    private final Limits limits;
    private final int ports;
    private final int[] used;
    private final int[] most;
    /** Priorities that wait, a bit each. */
    private final int[] waiting;
    private final int[] frames;
    private long usedOfBuffer;
    private long mostOfBuffer;

    /**
     * What the queues may hold.
     *
     * @param priorities   of a port, 1 to 32
     * @param unitBytes    bytes in a unit, rounded up a frame
     * @param bufferUnits  of all queues together
     * @param alpha        a queue may grow to this times what is free
     * @param queueUnits   and never beyond this
     * @param markUnits    a queue this long marks
     * @param dropFrom     early dropping begins
     * @param dropAllFrom  and drops all, units; above the queue's limit: never
     * @param dropMost     probability just below that
     */
    public record Limits(int priorities, int unitBytes, long bufferUnits, double alpha, long queueUnits, long markUnits, long dropFrom,
                         long dropAllFrom, double dropMost) {
        /** Checks. */
        public Limits {
            if (priorities < 1 || priorities > Integer.SIZE || unitBytes < 1 || !(alpha > 0)) {
                throw new IllegalArgumentException(priorities + " priorities (1 to 32), units of " + unitBytes + " bytes (1 or more), alpha "
                    + alpha + " (more than 0)");
            }
        }

        /**
         * {@return a buffer that all queues share, and nothing else}
         *
         * @param priorities  of a port
         * @param bufferBytes of all queues together
         * @param alpha       a queue may grow to this times what is free
         */
        public static Limits shared(int priorities, long bufferBytes, double alpha) {
            return new Limits(priorities, 1, bufferBytes, alpha, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 0);
        }

        /**
         * {@return the same with marking}
         *
         * @param units a queue this long marks
         */
        public Limits marking(long units) {
            return new Limits(priorities, unitBytes, bufferUnits, alpha, queueUnits, units, dropFrom, dropAllFrom, dropMost);
        }

        /**
         * {@return the same with a longest queue}
         *
         * @param units a queue of these takes no more
         */
        public Limits queue(long units) {
            return new Limits(priorities, unitBytes, bufferUnits, alpha, units, markUnits, dropFrom, dropAllFrom, dropMost);
        }

        /**
         * {@return the same with early dropping}
         *
         * @param from        where it begins, units
         * @param all         where it drops all, units
         * @param probability just below that
         */
        public Limits early(long from, long all, double probability) {
            return new Limits(priorities, unitBytes, bufferUnits, alpha, queueUnits, markUnits, from, all, probability);
        }
    }

    /**
     * Empty queues.
     *
     * @param ports  how many
     * @param limits what they may hold
     */
    public TrafficManager(int ports, Limits limits) {
        this.limits = limits;
        this.ports = ports;
        used = new int[ports * limits.priorities];
        most = new int[used.length];
        frames = new int[used.length];
        waiting = new int[ports];
    }

    private int units(int bytes) {
        return limits.unitBytes == 1 ? bytes : (bytes + limits.unitBytes - 1) / limits.unitBytes;
    }

    /**
     * {@return the queue of a port and a priority}
     *
     * @param port     0 and up
     * @param priority 0 and up
     */
    public int queue(int port, int priority) {
        return port * limits.priorities + priority;
    }

    /**
     * {@return whether a frame may enter: {@link #ENTERS}, {@link #MARKED}, {@link #REFUSED} or {@link #EARLY}} It does not enter by this.
     *
     * @param queue  which
     * @param bytes  its length
     * @param random rolled only between the lengths of early dropping
     */
    public int admits(int queue, int bytes, SplittableRandom random) {
        int length = used[queue];
        long after = length + (long) units(bytes);
        if (after > limits.queueUnits || after > limits.alpha * (limits.bufferUnits - usedOfBuffer)
            || usedOfBuffer + units(bytes) > limits.bufferUnits) {
            return REFUSED;
        }
        if (length >= limits.dropFrom && (length >= limits.dropAllFrom || random.nextDouble() * (limits.dropAllFrom - limits.dropFrom)
            < limits.dropMost * (length - limits.dropFrom))) {
            return EARLY;
        }
        return length >= limits.markUnits ? MARKED : ENTERS;
    }

    /**
     * A frame enters, asked for or not.
     *
     * @param queue which
     * @param bytes its length
     */
    public void enter(int queue, int bytes) {
        int units = units(bytes);
        used[queue] += units;
        most[queue] = Math.max(most[queue], used[queue]);
        usedOfBuffer += units;
        mostOfBuffer = Math.max(mostOfBuffer, usedOfBuffer);
        frames[queue]++;
        waiting[queue / limits.priorities] |= 1 << queue % limits.priorities;
    }

    /**
     * {@return the queue whose turn it is at a port; −1: nothing waits there}
     *
     * @param port which
     */
    public int next(int port) {
        int waits = waiting[port];
        return waits == 0 ? -1 : port * limits.priorities + Integer.SIZE - 1 - Integer.numberOfLeadingZeros(waits);
    }

    /**
     * A frame leaves.
     *
     * @param queue which it has entered
     * @param bytes its length
     */
    public void leave(int queue, int bytes) {
        int units = units(bytes);
        used[queue] -= units;
        usedOfBuffer -= units;
        if (--frames[queue] == 0) {
            waiting[queue / limits.priorities] &= ~(1 << queue % limits.priorities);
        }
    }

    /** {@return units that wait in all queues} */
    public long used() {
        return usedOfBuffer;
    }

    /** {@return most units that waited in all queues at once} */
    public long mostUsed() {
        return mostOfBuffer;
    }

    /**
     * {@return units that wait in a queue}
     *
     * @param queue which
     */
    public int used(int queue) {
        return used[queue];
    }

    /**
     * {@return most units that waited in a queue at once}
     *
     * @param queue which
     */
    public int mostUsed(int queue) {
        return most[queue];
    }

    /** {@return how many ports} */
    public int ports() {
        return ports;
    }
}
