package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.DCTCP;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ECN;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.RX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.TcpHeader;

/** ECE until CWR (RFC 3168 §6.1.3), or as the segment was marked (RFC 8257 §3.2). */
public final class CongestionEcho implements Stage<LaminarMeta, CongestionEcho.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("ecn-echo", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int CONGESTION_EXPERIENCED = 3;

    /** The echo. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return 1 while ECE is to be sent} */
        public int echo() {
            return u8(0);
        }

        public void echo(int v) {
            u8(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int echo = s.echo();
        boolean data = meta.workflow() == RX && meta.kind() == NORMAL && meta.answer() != 0
            && (meta.features() & ECN) != 0;
        if (data) {
            if (meta.ecn() == CONGESTION_EXPERIENCED) {
                s.echo(1);
                meta.echo(1);
                return Verdict.NEXT;
            }
            if ((meta.features() & DCTCP) != 0 || (meta.flags() & TcpHeader.CWR) != 0) {
                s.echo(0);
                return Verdict.NEXT;
            }
        }
        meta.echo(echo);
        return Verdict.NEXT;
    }
}
