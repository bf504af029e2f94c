package org.millrace.agilio.model;

import org.millrace.agilio.machine.Machine;
import org.millrace.api.pipeline.FlowQueue;

/**
 * What the queue manager knows of each flow (§4.3.4, FlexTOE's qman.c and postprocess.c): how much it may send, how many segments
 * have been issued and not yet been decided on, and whether it is paced. It issues a flow's segments itself, as long as there is
 * more; only a flow that had nothing is brought to its notice.
 *
 * <p>DESIGN NOTES. What it costs is {@link SchedulerFpc}'s business. A stage says how much a flow may send as the protocol stage saw it:
 * what has been issued since is taken off. The flow of a stage that does not say how much is queued for one segment of unknown
 * length. A flow's rate is that at which its last segment was charged; each segment of a paced flow waits in the time wheel for as long as
 * it takes at that rate, the first one too.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class QueueManager implements FlowQueue {
    /** How a flow has come to its turn. */
    public enum Way {
        /** It has less than a segment, and bypasses the manager: post-processing has given it to pre-processing. */
        BYPASS,
        /** It has a segment or more, and was in a queue of the manager's FPC. */
        LOCAL,
        /** It was in the queue in EMEM. */
        QUEUE,
        /** It is paced, and was in a slot of the time wheel. */
        SLOT
    }

    private static final int KIB = 1024;

    private final TimeWheel wheel;
    private final int segmentBytes;
    private final boolean hasBypass;
    private final int[] available;
    private final int[] issued;
    private final int[] nsPerKib;
    private final int[] lastBytes;
    private final boolean[] isCharged;
    private final boolean[] isBypassing;
    private Way way = Way.QUEUE;

    /**
     * Makes one that knows of nothing.
     *
     * @param machine  its figures
     * @param capacity how many there can be
     */
    QueueManager(Machine machine, int capacity) {
        wheel = new TimeWheel(capacity, machine.scheduler().slots(),
            Math.max(1, machine.scheduler().slotCycles() * 1000L / machine.fpc().clockMhz()));
        segmentBytes = machine.scheduler().segmentBytes();
        hasBypass = machine.scheduler().bypass() == 1;
        available = new int[capacity + 1];
        issued = new int[capacity + 1];
        nsPerKib = new int[capacity + 1];
        lastBytes = new int[capacity + 1];
        isCharged = new boolean[capacity + 1];
        isBypassing = new boolean[capacity + 1];
    }

    private static void bump() {
        Meter meter = Meter.running();
        if (meter != null) {
            meter.bump();
        }
    }

    @Override
    public void submit(int flow, long nowNs) {
        bump();
        queue(flow, segmentBytes, nowNs);
    }

    private void queue(int flow, int bytes, long nowNs) {
        wheel.add(flow, nowNs, isBypassing[flow] ? 0 : (long) Math.min(bytes, segmentBytes) * nsPerKib[flow] / KIB);
    }

    @Override
    public void submit(int flow, int bytes, long nowNs) {
        int more = Math.max(bytes - issued[flow] * segmentBytes, 0);
        if (available[flow] == 0 && more > 0) {
            isBypassing[flow] = hasBypass && more < segmentBytes;
            if (!isBypassing[flow]) {
                bump();
            }
        }
        available[flow] = more;
        if (more > 0) {
            queue(flow, more, nowNs);
        }
    }

    @Override
    public void charge(int flow, long nowNs, long costNs) {
        isCharged[flow] = true;
        if (lastBytes[flow] > 0) {
            nsPerKib[flow] = (int) Math.min(costNs * KIB / lastBytes[flow], Integer.MAX_VALUE);
        }
    }

    @Override
    public void reset(int flow) {
        available[flow] = 0;
        issued[flow] = 0;
        nsPerKib[flow] = 0;
        lastBytes[flow] = 0;
        isBypassing[flow] = false;
    }

    /** {@inheritDoc} If it has more to send than a segment it is queued once more. */
    @Override
    public int next(long nowNs) {
        int flow = wheel.next(nowNs);
        if (flow != 0) {
            way = isBypassing[flow] ? Way.BYPASS : nsPerKib[flow] != 0 ? Way.SLOT : available[flow] >= segmentBytes ? Way.LOCAL : Way.QUEUE;
            isBypassing[flow] = false;
            available[flow] = Math.max(available[flow] - segmentBytes, 0);
            issued[flow]++;
            if (available[flow] > 0) {
                queue(flow, available[flow], nowNs);
            }
        }
        return flow;
    }

    @Override
    public long deadlineNs() {
        return wheel.deadlineNs();
    }

    /** {@return how the flow that was next has come to its turn} */
    public Way way() {
        return way;
    }

    /**
     * The stage that decides what is sent has seen a segment's turn.
     *
     * @param flow    whose
     * @param hasSent whether something is sent
     * @param bytes   how much payload that has
     */
    public void decided(int flow, boolean hasSent, int bytes) {
        issued[flow] = Math.max(issued[flow] - 1, 0);
        if (!hasSent) {
            available[flow] = 0;
            return;
        }
        if (!isCharged[flow]) {
            nsPerKib[flow] = 0; // nor was the one before it
        }
        isCharged[flow] = false;
        lastBytes[flow] = bytes;
    }
}
