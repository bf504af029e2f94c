package org.millrace.tcp.laminar.transmit;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.PushSource;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** First of TX: the segment that the transmit head pushes, as it would arrive by DMA (§5.3.2.2). */
public final class Push implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.perFlow("push", StageSpec.Concurrency.FLOW_ATOMIC,
        State.None::new, List.of(PushSource.class));
    private static final long NOTHING = Verdict.drop(DropReason.NOTHING_TO_SEND.code());

    private final PushSource heads;

    public Push(PushSource heads) {
        this.heads = heads;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        return heads.push(meta, nowNs) ? Verdict.NEXT : NOTHING;
    }
}
