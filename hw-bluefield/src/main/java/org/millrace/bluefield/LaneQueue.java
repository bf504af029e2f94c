package org.millrace.bluefield;

import org.millrace.api.pipeline.FlowQueue;

/**
 * A flow queue that stages on lanes may call: what they ask is noted, and done on the data path's thread. Owned by: the data path's thread, and lanes.
 *
 * @param queue whose the flows are
 */
record LaneQueue(FlowQueue queue) implements FlowQueue {
    private static final long SUBMIT = 0;
    private static final long SUBMIT_BYTES = 1;
    private static final long CHARGE = 2;

    static void ask(FlowQueue queue, long operation, int flow, long argument, long nowNs) {
        if (operation == SUBMIT) {
            queue.submit(flow, nowNs);
        } else if (operation == SUBMIT_BYTES) {
            queue.submit(flow, (int) argument, nowNs);
        } else {
            queue.charge(flow, nowNs, argument);
        }
    }

    private void ask(long operation, int flow, long argument, long nowNs) {
        Visit<?> visit = Visit.current();
        if (visit == null) {
            ask(queue, operation, flow, argument, nowNs);
        } else {
            visit.ask(queue, operation, flow, argument, nowNs);
        }
    }

    @Override
    public void submit(int flow, long nowNs) {
        ask(SUBMIT, flow, 0, nowNs);
    }

    @Override
    public void submit(int flow, int bytes, long nowNs) {
        ask(SUBMIT_BYTES, flow, bytes, nowNs);
    }

    @Override
    public void charge(int flow, long nowNs, long costNs) {
        ask(CHARGE, flow, costNs, nowNs);
    }

    @Override
    public void reset(int flow) {
        queue.reset(flow);
    }

    @Override
    public int next(long nowNs) {
        return queue.next(nowNs);
    }

    @Override
    public void round() {
        queue.round();
    }

    @Override
    public void sent(int flow, int bytes) {
        queue.sent(flow, bytes);
    }

    @Override
    public long deadlineNs() {
        return queue.deadlineNs();
    }
}
