package org.millrace.bluefield;

import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.SegmentMeta;

/**
 * The context queue beside lanes that move payload: room is given back when nothing is on its way to it. Owned by: the data-path thread.
 *
 * @param runtime tells applications
 * @param lanes   move payload
 */
record LaneNotices(ContextQueue runtime, DmaLanes lanes) implements ContextQueue {
    @Override
    public void notify(SegmentMeta meta) {
        runtime.notify(meta);
    }

    @Override
    public void grant(int context, int connection, int position) {
        runtime.grant(context, connection, position);
    }

    @Override
    public int reserve(SegmentMeta meta) {
        return runtime.reserve(meta);
    }

    @Override
    public void unreserve(SegmentMeta meta) {
        lanes.settle();
        runtime.unreserve(meta);
    }

    @Override
    public void message(SegmentMeta meta) {
        runtime.message(meta);
    }

    @Override
    public void sent(SegmentMeta meta, int status) {
        runtime.sent(meta, status);
    }
}
