package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ACCEPT;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** What the reassembly has come to: whether the payload is placed, and up to where the stream may be read. That is
 * ahead of RCV.NXT when the gap to the interval is closed (§5.3.1.6). */
public final class Accept implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("rx-accept", List.of());

    private static final int NOT_MERGEABLE = DropReason.NOT_MERGEABLE.code();

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        int path = meta.path();
        if (path == ADVANCE) {
            meta.next(meta.next() + meta.eoff());
            meta.taken(1);
        } else if (path == OOO) {
            if (meta.fit() == ACCEPT) {
                meta.taken(1);
            } else {
                meta.length(0);
                meta.discard(NOT_MERGEABLE);
            }
        }
        int merged = meta.next();
        if (meta.head() == 0 && meta.finTaken() == 0) {
            merged += meta.tail();
        }
        meta.end(merged);
        meta.readable(merged - meta.finTaken());
        return Verdict.NEXT;
    }
}
