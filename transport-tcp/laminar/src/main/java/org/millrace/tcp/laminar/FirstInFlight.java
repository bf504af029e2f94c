package org.millrace.tcp.laminar;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.TcpProgram;

/**
 * Tells the control plane of a flow that had nothing in flight: it needs a timer now. A stage of its own, because a
 * register's comparators do not take both its halves.
 */
final class FirstInFlight implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("tx-first", List.of());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if (meta.max() == meta.una()) {
            meta.digest(TcpProgram.DIGEST_ACTIVE);
            return Verdict.NEXT | Verdict.DIGEST;
        }
        return Verdict.NEXT;
    }
}
