package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.homa.wire.HomaMeta;

/** RX and HC: whose socket it is. HC items of the control plane name an RPC, and pass. */
public final class Socket implements Stage<HomaMeta, SocketState> {
    private static final StageSpec<SocketState> SPEC = new StageSpec<>("socket", StageSpec.Key.FLOW,
        StageSpec.Concurrency.STATELESS, SocketState::new, List.of());

    /** Makes one. */
    public Socket() {
    }

    @Override
    public StageSpec<SocketState> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, SocketState state, long nowNs) {
        if (meta.workflow() == Workflow.RX.ordinal()) {
            meta.context(state.context());
            meta.connection(state.connection());
            meta.flow(meta.rpc());
        } else if (meta.hostFlags() != 0) {
            meta.localAddress(state.localAddress());
            meta.localPort(state.localPort());
            meta.idHigh(state.idHigh());
        }
        return Verdict.NEXT;
    }

    /** What a socket is: written by the control plane when it is bound. */
    public static void bind(SocketState state, int context, int connection, int address, int port, int idHigh) {
        state.context(context);
        state.connection(connection);
        state.localAddress(address);
        state.localPort(port);
        state.idHigh(idHigh);
    }
}
