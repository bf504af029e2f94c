package org.millrace.tcp.laminar.host;

import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Sequence-address translation and DMA (§5.3.3): payload goes to or is referred to in its place in the ring, {@code (seq -
 * initial) & mask}. Of received payload only what the application has not been told of yet. */
public final class PayloadMove implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("dma", List.of(PayloadDma.class));

    private final PayloadDma dma;

    public PayloadMove(PayloadDma dma) {
        this.dma = dma;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if (meta.workflow() == TX) {
            meta.position(meta.payloadSeq() - meta.firstSent());
            if (meta.length() != 0) {
                dma.fromHost(meta);
            }
            return Verdict.EMIT;
        }
        if (meta.taken() == 0) {
            return Verdict.NEXT;
        }
        int told = meta.already() - meta.payloadSeq();
        int left = meta.dataEnd() - meta.already();
        if (told > 0) {
            if (left > 0) {
                meta.payloadOffset(meta.payloadOffset() + told);
                meta.length(left);
                meta.position(meta.already() - meta.firstReceived());
                dma.toHost(meta);
            }
        } else if (meta.length() > 0) {
            meta.position(meta.payloadSeq() - meta.firstReceived());
            dma.toHost(meta);
        }
        return Verdict.NEXT;
    }
}
