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
class BluefieldPipeline<M extends SegmentMeta> extends Execution<M> {
    static final RowPlan ROWS = RowPlan.LINES;
    private static final int ITEMS = 2048;

    private static final int RECEIVE = Workflow.RX.ordinal();
    private static final int TRANSMIT = Workflow.TX.ordinal();
    private static final int CONTROL = Workflow.HC.ordinal();

    private final Fused receive;
    private final Fused transmit;
    private final Fused control;
    private final Fused mirror;
    private final Mirrors copies = (verdict, meta) -> mirrors().mirror(verdict, meta, 0);

    /** @param fuser the program's; what it has made for {@link StepCall#planned} places is not made again */
    BluefieldPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet, Fuser fuser) {
        super(program, capacity, outlet, ITEMS, ROWS);
        receive = fuse(fuser, program, Workflow.RX);
        transmit = fuse(fuser, program, Workflow.TX);
        control = fuse(fuser, program, Workflow.HC);
        mirror = fuse(fuser, program, Workflow.MIRROR);
    }

    private Fused fuse(Fuser fuser, Program<M> program, Workflow workflow) {
        return fuser.fuse(workflow, steps(program.stages(workflow)).stream().map(StepCall::place).toList());
    }

    /** A call of its own for each workflow: where it leads is known there. */
    private long run(M item, long nowNs) {
        int workflow = item.workflow();
        return workflow == RECEIVE ? receive.run(item, copies, nowNs)
            : workflow == TRANSMIT ? transmit.run(item, copies, nowNs)
            : workflow == CONTROL ? control.run(item, copies, nowNs) : mirror.run(item, copies, nowNs);
    }

    @Override
    public void submit(M item, long nowNs) {
        leave(item, run(item, nowNs), nowNs);
        if (!items().hasRoom() && !isDeep()) {
            advance(nowNs); // rather than lose a copy
        }
    }

    @Override
    public void advance(long nowNs) {
        for (int waiting = mirrors().size(); waiting > 0 && !mirrors().isEmpty(); waiting--) {
            M copy = mirrors().take();
            leave(copy, run(copy, nowNs), nowNs);
        }
    }

    /** {@inheritDoc} Only copies wait, and they have neither. */
    @Override
    public void keep() {
    }
}
