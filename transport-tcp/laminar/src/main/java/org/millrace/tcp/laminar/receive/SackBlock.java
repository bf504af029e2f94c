package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.SACK;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** One-block SACK (§5.5.4.3, RFC 2018 §4): the acknowledgement that a pseudo segment becomes reports the out-of-order
 * interval as it is in that pass, unless it reports what came twice. */
public final class SackBlock implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("rx-sack", List.of());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if ((meta.features() & SACK) != 0 && meta.head() != 0 && meta.sackEnd() == 0) {
            int next = meta.path() == ADVANCE ? meta.end() : meta.next();       // the registers count from RCV.NXT
            meta.sackStart(next + meta.head());
            meta.sackEnd(next + meta.tail());
        }
        return Verdict.NEXT;
    }
}
