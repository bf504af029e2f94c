package org.millrace.tcp.laminar.segment;

import static org.millrace.tcp.laminar.segment.LaminarMeta.MIRROR;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** Last before the wire: the window field, scaled (RFC 7323 §2.3). Pseudo segments and answers leave here. */
public final class ScaleWindow implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("scale", List.of());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        meta.window(Scale.down(meta.windowBytes(), meta.shift()));
        if (meta.workflow() == TX) {
            return Verdict.NEXT;
        }
        return meta.workflow() == MIRROR || meta.answer() != 0 ? Verdict.EMIT : Verdict.DONE;
    }
}
