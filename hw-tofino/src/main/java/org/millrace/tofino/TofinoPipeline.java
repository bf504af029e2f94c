package org.millrace.tofino;

import org.millrace.api.execution.Execution;
import org.millrace.api.execution.Step;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/**
 * A program in an RMT pipe. State is touched once a pass and in pipeline order, and passes do not overtake each other
 * inside the pipe; so a pass is executed as one step, in its slot. What takes time is the mirror: a copy re-enters its
 * cycles later, and items whose slots come before overtake it.
 *
 * <p>DESIGN NOTES. The machine has its own cycle counter: an item submitted takes the next slot, after the copies that
 * are due by then; {@link #advance} runs the machine on until it is drained, or a bound on passes is reached (a program
 * that mirrors every copy again never drains). The same items give the same passes at the same cycles. A copy is never
 * lost: the machine's rule for a full mirror buffer is unpublished.
 *
 * <p>Owned by: the data-path thread.
 */
final class TofinoPipeline<M extends SegmentMeta> extends Execution<M> {
    private static final int LEVELS = 16;
    private static final int MAX_PASSES = 1 << 16;

    private final Step<?, ?>[][] workflows = new Step<?, ?>[Workflow.values().length][];
    private final int reentryCycles;
    private long cycle;

    TofinoPipeline(Machine machine, Program<M> program, Capacity capacity, Outlet<M> outlet) {
        super(program, capacity, outlet, LEVELS);
        reentryCycles = machine.mirror().reentryCycles();
        for (Workflow workflow : Workflow.values()) {
            workflows[workflow.ordinal()] = steps(program.stages(workflow)).toArray(Step<?, ?>[]::new);
        }
    }

    @Override
    public void submit(long nowNs) {
        if (canNest()) {
            cycle++;
            nest();
            while (!mirrors().isEmpty() && mirrors().due() <= cycle) {
                reenter(nowNs);
            }
            unnest();
        }
        run(nowNs);
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
        long digest = 0;
        long verdict = Verdict.NEXT;
        for (Step<?, ?> step : workflows[meta.workflow()]) {
            verdict = step.run(meta, nowNs);
            if (verdict != Verdict.NEXT) {
                digest |= verdict & Verdict.DIGEST;
                if ((verdict & Verdict.MIRROR) != 0) {
                    mirrors().add(Verdict.session(verdict), words(), cycle + reentryCycles);
                }
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
        }
        leave(meta, verdict | digest, nowNs);
    }

    @Override
    public void advance(long nowNs) {
        for (int passes = 0; !mirrors().isEmpty() && passes < MAX_PASSES; passes++) {
            cycle = Math.max(cycle, mirrors().due());
            reenter(nowNs);
        }
    }
}
