package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.REFUSED;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.segment.Scale;

/** What the registers before have found. Refuses what lies outside all windows; RFC 5961 §5.2, the lower bound: no
 * acknowledgement lies further below SND.UNA than the largest window there can be. Scales the window that the segment
 * offers. On TX, whether nothing was in flight before. */
public final class AckCheck implements Stage<LaminarMeta, State.None> {
    private static final int REPEATED = DropReason.DUPLICATE.code();
    private static final int OUT_OF_WINDOW = DropReason.OUT_OF_WINDOW.code();

    private static final StageSpec<State.None> SPEC = StageSpec.stateless("tx-ack-check", List.of());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        if (meta.workflow() == TX) {
            if (meta.max() == meta.una()) {
                meta.digest(TcpProgram.DIGEST_ACTIVE);                          // the retransmission timer
                return Verdict.NEXT | Verdict.DIGEST;
            }
            return Verdict.NEXT;
        }
        if (meta.kind() != NORMAL) {
            return Verdict.NEXT;
        }
        if (meta.outside() != 0) {
            meta.kind(REFUSED);                                                 // RFC 9293 §3.10.7.4, first check
            meta.discard(meta.outside() == REPEATED ? REPEATED : OUT_OF_WINDOW);
            return Verdict.NEXT;
        }
        if (meta.fresh() == 0 && meta.behind() >>> 30 != 0) {
            return Verdict.control(TcpProgram.BAD_ACK);
        }
        meta.peerWindow(Scale.up(meta.window(), meta.peerShift()));
        return Verdict.NEXT;
    }
}
