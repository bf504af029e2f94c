package org.millrace.api.pipeline;

/**
 * Flows that want to send, round robin, each no sooner than it has been charged for what it sent. Flows are numbered
 * from 1.
 */
public interface FlowQueue extends FlowScheduler {
    /**
     * Queues a flow to send when its time comes, unless it is queued already.
     *
     * @param flow  the flow
     * @param nowNs the time
     */
    void submit(int flow, long nowNs);

    /**
     * Queues a flow that may send so much now. A scheduler that counts what flows have to send (§4.3.4) then sends as many
     * segments without being asked again; any other takes the flow as in {@link #submit(int, long)}.
     *
     * @param flow  the flow
     * @param bytes how much it may send, at least 1
     * @param nowNs the time
     */
    default void submit(int flow, int bytes, long nowNs) {
        submit(flow, nowNs);
    }

    /**
     * Charges a flow for what it sends: it may send again {@code costNs} after it was due to send this.
     *
     * @param flow   the flow
     * @param nowNs  the time
     * @param costNs what it costs
     */
    void charge(int flow, long nowNs, long costNs);

    /**
     * Forgets what a flow has been charged for: it is another connection's now.
     *
     * @param flow the flow
     */
    void reset(int flow);
}
