package org.millrace.homa.message;

import org.millrace.api.pipeline.FlowScheduler;

/**
 * Which RPC sends next: first those with a grant, a range or a question to send; then, as fast as the link takes it, the
 * message of which least is left, but for one in {@value #FIFO} of which it is the oldest's turn; and RPCs whose time to
 * look around has come.
 *
 * <p>DESIGN NOTES. The pacer is one more flow of the queue that keeps the time: it is queued as long as a message waits, and
 * charged for what is sent.
 *
 * <p>Owned by: the thread that runs the machine.
 */
public final class Sending implements FlowScheduler {
    private static final int FIFO = 20; // pacer_fifo_fraction: 50 per mille

    private final Queues queues;
    private final int link;
    private int turn;

    Sending(Queues queues, int link) {
        this.queues = queues;
        this.link = link;
    }

    @Override
    public int next(long nowNs) {
        int rpc = queues.urgent().next(nowNs);
        if (rpc != 0) {
            return rpc;
        }
        int due = queues.clock().next(nowNs);
        return due == link ? message(nowNs) : due;
    }

    private int message(long nowNs) {
        turn = turn + 1 == FIFO ? 0 : turn + 1;
        int rpc = turn == 0 ? queues.oldest().next(nowNs) : queues.shortest().next(nowNs);
        queues.shortest().remove(rpc);
        queues.oldest().remove(rpc);
        if (queues.shortest().deadlineNs() != Long.MAX_VALUE) {
            queues.clock().submit(link, nowNs);
        }
        return rpc;
    }

    @Override
    public long deadlineNs() {
        return Math.min(queues.urgent().deadlineNs(), queues.clock().deadlineNs());
    }
}
