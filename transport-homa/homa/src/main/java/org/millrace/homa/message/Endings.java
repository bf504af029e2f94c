package org.millrace.homa.message;

import org.millrace.api.pipeline.ContextQueue;
import org.millrace.homa.wire.HomaMeta;

/** Frees an RPC. */
final class Endings {
    private final Tables tables;
    private final ContextQueue queue;

    Endings(Tables tables, ContextQueue queue) {
        this.tables = tables;
        this.queue = queue;
    }

    /** The RPC of the item is over; room for a message that is not complete goes back. */
    void end(HomaMeta meta, RpcState state) {
        if (state.isArriving() && state.inLength() != 0 && state.received() < state.inLength()) {
            meta.context(state.context());
            meta.connection(state.connection());
            meta.position(state.inPosition());
            queue.unreserve(meta);
        }
        if (state.scheduled() != 0) {
            meta.scheduled(Grants.ENDS);
        }
        state.phase(RpcState.FREE);
        tables.end(meta.rpc());
    }
}
