package org.millrace.tcp.laminar.host;

import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.transmit.TransmitHeads;

/**
 * Last of RX: libTOE and the transmit head are told what the segment has changed (§5.3.1.6), the control plane of what
 * it must know, and the pseudo segment is sent on its way (§5.3.1.4, §5.3.1.5).
 */
public final class HostNotice implements Stage<LaminarMeta, State.None> {
    /** The pseudo segment's mirror session. */
    public static final int PSEUDO_SEGMENT = 0;

    private static final StageSpec<State.None> SPEC =
        StageSpec.perContext("notice", List.of(ContextQueue.class, HostPart.class));
    private static final long ANSWERED = Verdict.DONE | Verdict.mirror(PSEUDO_SEGMENT);

    private final ContextQueue queue;
    private final TransmitHeads heads;

    public HostNotice(ContextQueue queue, TransmitHeads heads) {
        this.queue = queue;
        this.heads = heads;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        heads.acknowledged(meta.flow(), meta.una(), meta.remoteEdge(), meta.fast(), nowNs); // of a refused one too: T1 may have moved
        if (meta.finTaken() != 0) {
            meta.hostFlags(SegmentMeta.HOST_FIN);
        }
        if (meta.rxBump() != 0 || meta.txBump() != 0 || meta.finTaken() != 0) {
            queue.notify(meta);
        }
        long verdict = Verdict.DONE;
        if (meta.answer() != 0 || meta.stamp() != 0) {
            meta.seq(meta.next());
            verdict = ANSWERED;
        }
        int digest = meta.fast() != 0 ? TcpProgram.DIGEST_FAST_RETRANSMIT : 0;
        if (meta.finTaken() != 0) {
            digest += TcpProgram.DIGEST_FIN_RECEIVED;
        }
        if (meta.finAcked() != 0) {
            digest += TcpProgram.DIGEST_FIN_ACKED;
        }
        if (digest != 0) {
            meta.digest(digest);
            return verdict | Verdict.DIGEST;
        }
        return verdict;
    }
}
