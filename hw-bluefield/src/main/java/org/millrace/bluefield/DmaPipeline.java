package org.millrace.bluefield;

import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.code.fuse.Fuser;

/**
 * A program whose stages are fused on one core and whose payload lanes move beside it. Owned by: the data-path thread.
 */
final class DmaPipeline<M extends SegmentMeta> extends BluefieldPipeline<M> {
    private final DmaLanes lanes;

    DmaPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet, Fuser fuser, DmaLanes lanes) {
        super(program, capacity, outlet, fuser);
        this.lanes = lanes;
    }

    @Override
    public void advance(long nowNs) {
        lanes.settle();
        super.advance(nowNs);
    }

    @Override
    public boolean isIdle() {
        return super.isIdle() && lanes.isSettled();
    }

    @Override
    public void settle(long nowNs) {
        lanes.settle();
    }

    /** {@inheritDoc} Connections may end, and their buffers be others'. */
    @Override
    protected void beforeControl() {
        lanes.settle();
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = super.counters();
        counters.put("payload bytes moved by lanes", lanes.movedBytes());
        return counters;
    }

    @Override
    public void close() {
        lanes.close();
    }
}
