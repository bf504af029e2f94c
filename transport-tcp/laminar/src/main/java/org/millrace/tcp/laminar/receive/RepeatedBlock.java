package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.SACK;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** D-SACK: payload that came twice is reported by the answer's pseudo segment (RFC 2883 §4). */
public final class RepeatedBlock implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("rx-dsack", List.of());

    private static final int REPEATED = DropReason.DUPLICATE.code();

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if (meta.discard() == REPEATED && meta.payloadLength() != 0 && (meta.features() & SACK) != 0) {
            meta.sackStart(meta.seq());
            meta.sackEnd(meta.seq() + meta.payloadLength());
        }
        return Verdict.NEXT;
    }
}
