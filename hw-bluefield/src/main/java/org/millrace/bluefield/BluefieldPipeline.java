package org.millrace.bluefield;

import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.fuse.Fused;
import org.millrace.code.fuse.Fuser;
import org.millrace.code.fuse.Mirrors;
import org.millrace.execution.Execution;
import org.millrace.execution.RowPlan;

/**
 * A program on one core, run to completion: {@link #submit} returns when the item has left; only copies wait.
 * A workflow's stages are one method ({@link Fuser}).
 *
 * <p>Owned by: the data-path thread.
 */
final class BluefieldPipeline<M extends SegmentMeta> extends Execution<M> {
    private static final int ITEMS = 2048;

    private final Fused[] workflows = new Fused[Workflow.values().length];
    private final Mirrors copies = (verdict, meta) -> mirrors().mirror(verdict, meta, 0);

    BluefieldPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet) {
        super(program, capacity, outlet, ITEMS, RowPlan.LINES);
        Fuser fuser = new Fuser(program);
        for (Workflow workflow : Workflow.values()) {
            workflows[workflow.ordinal()] = fuser.fuse(workflow, steps(program.stages(workflow)).stream().map(StepCall::place).toList());
        }
    }

    @Override
    public void submit(M item, long nowNs) {
        leave(item, workflows[item.workflow()].run(item, copies, nowNs), nowNs);
        if (!items().hasRoom() && !isDeep()) {
            advance(nowNs); // rather than lose a copy
        }
    }

    @Override
    public void advance(long nowNs) {
        for (int waiting = mirrors().size(); waiting > 0 && !mirrors().isEmpty(); waiting--) {
            M copy = mirrors().take();
            leave(copy, workflows[copy.workflow()].run(copy, copies, nowNs), nowNs);
        }
    }

    /** {@inheritDoc} Only copies wait, and they have neither. */
    @Override
    public void keep() {
    }
}
