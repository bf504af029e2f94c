package org.millrace.tcp.laminar.segment;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ECN;
import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TIMESTAMPS;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.TcpHeader;

/** The header of the segment to send: numbers, window, flags (ingress of the answer; a segment's own on TX). */
public final class Compose implements Stage<LaminarMeta, State.None> {
    private static final StageSpec<State.None> SPEC = StageSpec.stateless("compose", List.of());

    private static final int ECT_0 = 2;
    private static final long BLOCKED = Verdict.drop(DropReason.NOTHING_TO_SEND.code());

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, State.None state, long nowNs) {
        int workflow = meta.workflow();
        int flags = TcpHeader.ACK;
        int ack = meta.next();
        if (workflow == TX) {
            if (meta.blocked() != 0) {
                return BLOCKED;                                                 // §5.3.2.2: going back repairs it
            }
            flags |= meta.flags() | meta.fin();
            if (meta.reduced() != 0) {
                flags |= TcpHeader.CWR;
            }
            if (meta.again() == 0 && meta.length() != 0 && (meta.features() & ECN) != 0) {
                meta.ecn(ECT_0);                                                // RFC 3168 §6.1.5
            }
        } else if (workflow == HC) {
            if (meta.operation() == TcpProgram.PROBE) {
                meta.seq(meta.una() - 1);                                       // below the window: must be answered
            } else {
                meta.seq(meta.max());
            }
        } else {
            ack = meta.end();                                                   // a snapshot, so it never goes back
            meta.seq(meta.max());
        }
        if (meta.echo() != 0) {
            flags |= TcpHeader.ECE;
        }
        meta.flags(flags);
        meta.ack(ack);
        meta.windowBytes(Math.min(meta.edge() - ack, meta.windowMost()));
        meta.tsValue(meta.nowMs());
        meta.hasTimestamps(meta.features() & TIMESTAMPS);
        return Verdict.NEXT;
    }
}
