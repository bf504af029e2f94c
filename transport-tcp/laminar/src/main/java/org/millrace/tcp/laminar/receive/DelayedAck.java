package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.RX;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Delayed acknowledgements (§5.5.3): one for two segments in order, at once for all others (RFC 5681 §4.2). Whatever is
 * sent acknowledges too. The control plane's timer ends the wait. */
public final class DelayedAck implements Stage<LaminarMeta, DelayedAck.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-delayed-ack", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int CONGESTION_EXPERIENCED = 3;

    /** Whether an acknowledgement is held back. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return 1: it is} */
        public int held() {
            return u8(0);
        }

        void held(int v) {
            u8(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int workflow = meta.workflow();
        if (workflow == TX ? meta.blocked() != 0 : meta.answer() == 0) {
            return Verdict.NEXT;
        }
        int held = s.held();
        if (workflow == RX) {
            if (held != 0) {
                meta.stamp(0);                                                  // RFC 7323 §4.3 (2): the first one's is echoed
            } else if (mayWait(meta)) {
                s.held(1);
                meta.answer(0);
                meta.digest(TcpProgram.DIGEST_ACTIVE);
                return Verdict.NEXT | Verdict.DIGEST;
            }
        }
        s.held(0);
        return Verdict.NEXT;
    }

    /** In order, whole, no interval behind it; a mark is told at once, so none is told late (RFC 8257 §3.2). */
    private static boolean mayWait(LaminarMeta meta) {
        return meta.path() == ADVANCE && meta.tail() == 0 && meta.finTaken() == 0 && meta.discard() == 0
            && meta.ecn() != CONGESTION_EXPERIENCED;
    }
}
