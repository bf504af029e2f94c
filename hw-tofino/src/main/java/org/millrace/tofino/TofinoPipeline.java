package org.millrace.tofino;

import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.Execution;
import org.millrace.execution.ItemQueue;
import org.millrace.execution.Step;
import org.millrace.tofino.machine.Machine;

/**
 * A program in an RMT pipe. State is touched once a pass and in pipeline order, and passes do not overtake each other
 * inside the pipe; so a pass is executed as one step, in its slot. What takes time is the mirror, whose copy re-enters
 * its cycles later, so that items whose slots come before overtake it; and the queues to the wire, where a frame waits
 * until the port takes it, so that one of a higher priority overtakes it.
 *
 * <p>DESIGN NOTES. Copies re-enter and frames leave in the order of their cycles, before the next item takes its slot.
 * Live, the machine has its own cycle counter: an item submitted takes the next slot; {@link #advance} runs the machine
 * on until it is drained, or a bound on events is reached (a program that mirrors every copy again never drains). On the
 * caller's clock the cycle is the time's, or later if more items came at one time than it has slots; copies and frames
 * wait for their time, unless {@link #quiesce} cannot. Either way the same items at the same times give the same passes
 * and the same wire at the same cycles. A copy is never lost in the mirror: the machine's rule for a full mirror buffer
 * is unpublished; only one for which the slab has no item left is. The traffic manager stands before the egress stages, which hold all state (§5.2), so what it refuses
 * has touched none; but a frame waits behind its pass, as the last thing that happens to it: it leaves as it was then,
 * with the payload that the host's DMA gave it then. Its digest does not wait.
 *
 * <p>Owned by: the data-path thread.
 */
final class TofinoPipeline<M extends SegmentMeta> extends Execution<M> {
    private static final int ITEMS = 1 << 15;
    private static final int MAX_EVENTS = 1 << 16;
    private static final int HEADER_BYTES = 66; // Ethernet, IPv4, TCP with timestamps
    private static final int HOST_PRIORITY = 0;
    private static final int CONGESTION_EXPERIENCED = 3;
    private static final long NEVER = PortQueues.NEVER;
    private static final long REFUSED = Verdict.drop(DropReason.QUEUE_FULL.code());

    private final Step<?, ?>[][] workflows = new Step<?, ?>[Workflow.values().length][];
    private final PortQueues<M> queues;
    /** Frames that the port has been given, on their way through the stages behind the queues. */
    private final ItemQueue<M> inPipe;
    private final int passCycles;
    private final int reentryCycles;
    private final long clockMhz;
    private final boolean isOnCallersClock;
    private final int ownPriority;
    private long cycle;
    private long passes;
    private long copies;

    TofinoPipeline(Machine machine, int passCycles, boolean isOnCallersClock, Program<M> program, Capacity capacity,
                   Outlet<M> outlet) {
        super(program, capacity, outlet, ITEMS);
        this.isOnCallersClock = isOnCallersClock;
        this.passCycles = isOnCallersClock ? passCycles : 0; // live nobody waits for it
        inPipe = new ItemQueue<>();
        reentryCycles = machine.mirror().reentryCycles();
        clockMhz = machine.pipe().packetClockMhz();
        ownPriority = machine.trafficManager().priorities() - 1;
        queues = new PortQueues<>(machine);
        for (Workflow workflow : Workflow.values()) {
            workflows[workflow.ordinal()] = steps(program.stages(workflow)).toArray(Step<?, ?>[]::new);
        }
    }

    @Override
    public void submit(M item, long nowNs) {
        long slot = callersCycle(nowNs) + 1;
        runUntil(slot, nowNs);
        cycle = Math.max(cycle, slot);
        run(item, nowNs);
        runUntil(cycle, nowNs); // if the port is free it takes the frame now
    }

    /** {@return the cycle that it is when an item or the time comes} */
    private long callersCycle(long nowNs) {
        return isOnCallersClock ? Math.max(cycle, nowNs * clockMhz / 1000) : cycle;
    }

    /** Lets copies re-enter and frames leave, each at its cycle; not if the outlet submits too deep: then they wait. */
    private void runUntil(long until, long nowNs) {
        for (int i = 0; i < MAX_EVENTS && !isDeep() && nextCycle() <= Math.max(until, cycle); i++) {
            cycle = Math.max(cycle, nextCycle());
            if (pipeCycle() <= cycle) {
                leave(inPipe.take(), Verdict.EMIT, nowNs);
            } else if (queues.nextCycle() <= copyCycle()) {
                begin(queues.nextCycle() + passCycles, queues.take(), nowNs);
            } else {
                reenter(nowNs);
            }
        }
    }

    /** A frame leaves the port as many cycles after its turn as a pass takes. */
    private void begin(long leavesAt, M frame, long nowNs) {
        if (passCycles == 0) {
            leave(frame, Verdict.EMIT, nowNs);
        } else {
            inPipe.add(frame, leavesAt);
        }
    }

    private long pipeCycle() {
        return inPipe.isEmpty() ? NEVER : inPipe.tag();
    }

    private long copyCycle() {
        return mirrors().isEmpty() ? NEVER : mirrors().due();
    }

    private long nextCycle() {
        return Math.min(Math.min(copyCycle(), queues.nextCycle()), pipeCycle());
    }

    /** The oldest copy takes a slot. */
    private void reenter(long nowNs) {
        run(mirrors().take(), nowNs);
        cycle++;
    }

    /** {@return the machine's time: slots begun and cycles waited for} */
    long cycle() {
        return cycle;
    }

    private void run(M item, long nowNs) {
        int workflow = item.workflow();
        boolean isHosts = workflow == Workflow.TX.ordinal();
        int priority = isHosts ? HOST_PRIORITY : ownPriority; // what the pipe answers goes before what hosts push
        passes++;
        if ((isHosts || workflow == Workflow.MIRROR.ordinal()) && !queues.admits(priority)) {
            leave(item, REFUSED, nowNs);
            return;
        }
        long verdict = pass(item, nowNs);
        if (Verdict.action(verdict) == Verdict.EMIT) {
            queue(item, priority);
            digest(item, verdict, nowNs);
        } else {
            leave(item, verdict, nowNs);
        }
    }

    private void queue(M item, int priority) {
        if (item.ecn() != 0 && queues.marks(priority)) {
            item.ecn(CONGESTION_EXPERIENCED); // RFC 3168 §5; egress marks, by the depth it is told
        }
        int bytes = HEADER_BYTES + (item.payload() == 0 ? 0 : item.length());
        queues.enter(priority, bytes, item, cycle);
    }

    private long pass(M item, long nowNs) {
        long digest = 0;
        long verdict = Verdict.NEXT;
        for (Step<?, ?> step : workflows[item.workflow()]) {
            verdict = step.run(item, nowNs);
            if (verdict != Verdict.NEXT) {
                digest |= verdict & Verdict.DIGEST;
                copies += mirrors().mirror(verdict, item, cycle + reentryCycles) ? 1 : 0;
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
        }
        return verdict | digest;
    }

    @Override
    public void advance(long nowNs) {
        if (isOnCallersClock) {
            long now = callersCycle(nowNs);
            runUntil(now, nowNs);
            cycle = Math.max(cycle, now);
        } else {
            quiesce(nowNs);
        }
    }

    @Override
    public void quiesce(long nowNs) {
        runUntil(NEVER - 1, nowNs);
    }

    @Override
    public void keep() {
        if (!queues.isEmpty()) {
            queues.forEach(this::retain);
        }
        if (!inPipe.isEmpty()) {
            retain(inPipe);
        }
    }

    @Override
    public long deadlineNs() {
        long next = nextCycle();
        if (next == NEVER) {
            return Long.MAX_VALUE;
        }
        return isOnCallersClock ? ns(next) : Long.MIN_VALUE;
    }

    private long ns(long atCycle) {
        return (atCycle * 1000 + clockMhz - 1) / clockMhz;
    }

    @Override
    protected boolean isPaused() {
        return queues.isPausing(HOST_PRIORITY);
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = queues.counters();
        counters.putAll(super.counters());
        counters.put("cycles", cycle);
        counters.put("passes", passes);
        counters.put("copies", copies);
        return counters;
    }
}
