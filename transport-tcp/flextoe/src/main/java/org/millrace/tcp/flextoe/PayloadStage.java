package org.millrace.tcp.flextoe;

import java.util.List;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** DMA (§4.3.1.3 Payload): moves payload before anybody is told of it. On TX the segment then leaves with a reference to it. */
final class PayloadStage implements Stage<FlexMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("dma", List.of(PayloadDma.class));
    private static final int RECEIVE = Workflow.RX.ordinal();

    private final PayloadDma dma;

    PayloadStage(PayloadDma dma) {
        this.dma = dma;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, State.None state, long nowNs) {
        if (meta.workflow() == RECEIVE) {
            if (meta.length() != 0) {
                dma.toHost(meta);
            }
            return Verdict.NEXT;
        }
        if (meta.length() != 0) {
            dma.fromHost(meta);
        }
        return Verdict.EMIT;
    }
}
