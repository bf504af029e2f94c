package org.millrace.tofino;

import java.util.Map;
import org.millrace.api.execution.Execution;
import org.millrace.api.execution.Step;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/**
 * A program in an RMT pipe. State is touched once a pass and in pipeline order, and passes do not overtake each other
 * inside the pipe; so a pass is executed as one step, in its slot. What takes time is the mirror, whose copy re-enters
 * its cycles later, so that items whose slots come before overtake it; and the queue to the wire.
 *
 * <p>DESIGN NOTES. Live, the machine has its own cycle counter: an item submitted takes the next slot, after the copies
 * that are due by then; {@link #advance} runs the machine on until it is drained, or a bound on passes is reached (a
 * program that mirrors every copy again never drains). On the caller's clock the cycle is the time's, or later if more
 * items came at one time than it has slots; a copy waits for its time. Either way the same items at the same times give
 * the same passes at the same cycles. A copy is never lost in the mirror: the machine's rule for a full mirror buffer is
 * unpublished. The traffic manager stands before the egress stages, which hold all state (§5.2), so what it refuses has
 * touched none.
 *
 * <p>Owned by: the data-path thread.
 */
final class TofinoPipeline<M extends SegmentMeta> extends Execution<M> {
    private static final int LEVELS = 16;
    private static final int MAX_PASSES = 1 << 16;
    private static final int HEADER_BYTES = 66; // Ethernet, IPv4, TCP with timestamps
    private static final int HOST_PRIORITY = 0;
    private static final int CONGESTION_EXPERIENCED = 3;
    private static final long REFUSED = Verdict.drop(DropReason.QUEUE_FULL.code());

    private final Step<?, ?>[][] workflows = new Step<?, ?>[Workflow.values().length][];
    private final TrafficManager queues;
    private final int reentryCycles;
    private final long clockMhz;
    private final boolean isOnCallersClock;
    private final int ownPriority;
    private long cycle;
    private long passes;
    private long copies;

    TofinoPipeline(Machine machine, boolean isOnCallersClock, Program<M> program, Capacity capacity,
                   Outlet<M> outlet) {
        super(program, capacity, outlet, LEVELS);
        this.isOnCallersClock = isOnCallersClock;
        reentryCycles = machine.mirror().reentryCycles();
        clockMhz = machine.pipe().packetClockMhz();
        ownPriority = machine.trafficManager().priorities() - 1;
        queues = new TrafficManager(machine);
        for (Workflow workflow : Workflow.values()) {
            workflows[workflow.ordinal()] = steps(program.stages(workflow)).toArray(Step<?, ?>[]::new);
        }
    }

    @Override
    public void submit(long nowNs) {
        if (canNest()) {
            tick(nowNs);
            cycle++;
            nest();
            reenterDue(nowNs);
            unnest();
        }
        run(nowNs);
    }

    private void tick(long nowNs) {
        if (isOnCallersClock) {
            cycle = Math.max(cycle, nowNs * clockMhz / 1000);
        }
    }

    private void reenterDue(long nowNs) {
        while (!mirrors().isEmpty() && mirrors().due() <= cycle) {
            reenter(nowNs);
        }
    }

    /** The oldest copy takes a slot. */
    private void reenter(long nowNs) {
        mirrors().take(words(), meta());
        run(nowNs);
        cycle++;
    }

    /** {@return the machine's time: slots begun and cycles waited for} */
    long cycle() {
        return cycle;
    }

    private void run(long nowNs) {
        M meta = meta();
        int workflow = meta.workflow();
        boolean isHosts = workflow == Workflow.TX.ordinal();
        int priority = isHosts ? HOST_PRIORITY : ownPriority; // what the pipe answers goes before what hosts push
        passes++;
        if ((isHosts || workflow == Workflow.MIRROR.ordinal()) && !queues.admits(priority, cycle)) {
            leave(meta, REFUSED, nowNs);
            return;
        }
        long verdict = pass(meta, nowNs);
        if (Verdict.action(verdict) == Verdict.EMIT
            && queues.enter(priority, HEADER_BYTES + meta.length(), meta.ecn() != 0, cycle)) {
            meta.ecn(CONGESTION_EXPERIENCED); // RFC 3168 §5; egress marks, by the depth it is told
        }
        leave(meta, verdict, nowNs);
    }

    private long pass(M meta, long nowNs) {
        long digest = 0;
        long verdict = Verdict.NEXT;
        for (Step<?, ?> step : workflows[meta.workflow()]) {
            verdict = step.run(meta, nowNs);
            if (verdict != Verdict.NEXT) {
                digest |= verdict & Verdict.DIGEST;
                if ((verdict & Verdict.MIRROR) != 0) {
                    copies++;
                    mirrors().add(Verdict.session(verdict), words(), cycle + reentryCycles);
                }
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
            tick(nowNs);
            reenterDue(nowNs);
            return;
        }
        for (int i = 0; !mirrors().isEmpty() && i < MAX_PASSES; i++) {
            cycle = Math.max(cycle, mirrors().due());
            reenter(nowNs);
        }
        cycle = queues.drain(cycle);
    }

    @Override
    public long deadlineNs() {
        if (!isOnCallersClock) {
            return mirrors().isEmpty() && queues.isEmpty() ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        long copyNs = mirrors().isEmpty() ? Long.MAX_VALUE : ns(mirrors().due());
        return isPaused() ? Math.min(copyNs, ns(queues.freeCycle())) : copyNs;
    }

    private long ns(long atCycle) {
        return (atCycle * 1000 + clockMhz - 1) / clockMhz;
    }

    @Override
    public boolean isPaused() {
        return queues.isPausing(HOST_PRIORITY, cycle);
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = queues.counters();
        counters.put("cycles", cycle);
        counters.put("passes", passes);
        counters.put("copies", copies);
        return counters;
    }
}
