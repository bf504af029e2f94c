package org.millrace.bluefield;

import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.Execution;

/**
 * A program on one core, run to completion: {@link #submit} returns when the item has left. {@link Chain} makes one
 * method of a workflow's stages.
 *
 * <p>Owned by: the data-path thread.
 */
final class BluefieldPipeline<M extends SegmentMeta> extends Execution<M> {
    private static final int LEVELS = 8;

    private final Chain[] workflows = new Chain[Workflow.values().length];

    BluefieldPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet) {
        super(program, capacity, outlet, LEVELS);
        for (Workflow workflow : Workflow.values()) {
            workflows[workflow.ordinal()] = Chain.of(steps(program.stages(workflow)));
        }
    }

    @Override
    public void submit(long nowNs) {
        M meta = meta();
        leave(meta, workflows[meta.workflow()].run(meta, words(), mirrors(), nowNs), nowNs);
    }

    @Override
    public void advance(long nowNs) {
        for (int waiting = mirrors().size(); waiting > 0; waiting--) {
            mirrors().take(words(), meta());
            submit(nowNs);
        }
    }
}
