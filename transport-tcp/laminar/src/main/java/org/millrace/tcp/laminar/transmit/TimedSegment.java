package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;
import static org.millrace.tcp.laminar.segment.LaminarMeta.RX;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** The segment being timed: never one sent twice (RFC 6298 §3). */
public final class TimedSegment implements Stage<LaminarMeta, TimedSegment.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rtt-timed", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** What is timed. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return its end} */
        public int end() {
            return i32(0);
        }

        public void end(int v) {
            i32(0, v);
        }

        /** {@return when it was sent, odd; 0: none is timed} */
        public int atUs() {
            return i32(4);
        }

        void atUs(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int atUs = s.atUs();
        int workflow = meta.workflow();
        boolean forget = workflow == TX ? meta.again() != 0
            : workflow == HC ? meta.operation() == TcpProgram.RETRANSMIT : meta.fast() != 0;
        if (forget) {
            s.atUs(0);
        } else if (workflow == TX) {
            if (atUs == 0 && meta.hasData() != 0) {
                s.end(meta.end());
                s.atUs(meta.nowUs());
            }
        } else if (workflow == RX && meta.fresh() != 0 && atUs != 0 && SequenceNumber.lessOrEqual(s.end(), meta.una())) {
            meta.timedAtUs(atUs);
            s.atUs(0);
        }
        return Verdict.NEXT;
    }
}
