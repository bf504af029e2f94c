package org.millrace.homa.message;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.homa.wire.HomaMeta;

/** TX: an RPC is to send; what it may grant is asked first. */
final class Steer implements Stage<HomaMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("steer", List.of());

    private final int host;

    Steer(int host) {
        this.host = host;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(HomaMeta meta, State.None state, long nowNs) {
        meta.rpc(meta.flow());
        meta.flow(host);
        return Verdict.NEXT;
    }
}
