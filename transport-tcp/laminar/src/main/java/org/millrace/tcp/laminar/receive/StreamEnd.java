package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Where the stream received ends: behind the peer's FIN nothing is taken any more, and once the application has
 * closed, new payload resets the connection (RFC 9293 §3.6.1). */
public final class StreamEnd implements Stage<LaminarMeta, StreamEnd.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-end", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int UNACCEPTABLE = DropReason.UNACCEPTABLE.code();

    /** Both ends of reading. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return 1 once the peer's FIN has been taken} */
        public int fin() {
            return u8(0);
        }

        public void fin(int v) {
            u8(0, v);
        }

        /** {@return 1 once the application has closed} */
        public int closed() {
            return u8(1);
        }

        public void closed(int v) {
            u8(1, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.workflow() == HC) {
            if (meta.operation() == TcpProgram.CLOSE) {
                s.closed(1);
            }
            return Verdict.NEXT;
        }
        int fin = s.fin();
        int closed = s.closed();
        if (meta.taken() == 0) {
            return Verdict.NEXT;
        }
        if (meta.finTaken() != 0) {
            s.fin(1);
        }
        if (closed != 0 && meta.length() != 0) {
            return Verdict.control(TcpProgram.DATA_AFTER_CLOSE);
        }
        if (fin != 0) {
            meta.taken(0);
            meta.finTaken(0);
            meta.length(0);
            meta.discard(UNACCEPTABLE);
        }
        return Verdict.NEXT;
    }
}
