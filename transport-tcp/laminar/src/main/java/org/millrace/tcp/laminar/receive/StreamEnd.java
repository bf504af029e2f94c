package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ENDED;
import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/**
 * Where the stream received ends: behind the peer's FIN nothing is taken any more, and once the application has
 * closed, new payload resets the connection (RFC 9293 §3.6.1).
 *
 * <p>R1 has moved by then for what comes behind the FIN. The pseudo segment that answers it puts RCV.NXT back, to where it
 * stays for ever, so that doing it late or twice does no harm.
 */
public final class StreamEnd implements Stage<LaminarMeta, StreamEnd.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-end", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int UNACCEPTABLE = DropReason.UNACCEPTABLE.code();

    private static final int CLOSED = 1;
    private static final int FIN = 2;

    /** Both ends of reading. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return bits: the application has closed 1, the peer's FIN has been taken 2} */
        public int seen() {
            return i32(0);
        }

        public void seen(int v) {
            i32(0, v);
        }

        /** {@return sequence number behind the FIN} */
        public int end() {
            return i32(4);
        }

        public void end(int v) {
            i32(4, v);
        }

        /** {@return whether the peer's FIN has been taken; for the control plane} */
        public boolean hasFin() {
            return seen() >= FIN;
        }

        /** {@return whether the application has closed; for the control plane} */
        public boolean isClosed() {
            return (seen() & CLOSED) != 0;
        }

        /** Sets everything; for the control plane. */
        public void install(boolean closed, boolean fin, int behindFin) {
            seen((closed ? CLOSED : 0) | (fin ? FIN : 0));
            end(behindFin);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int seen = s.seen();
        if (meta.workflow() == HC) {
            if (meta.operation() == TcpProgram.CLOSE) {
                s.seen(seen | CLOSED);
            }
            return Verdict.NEXT;
        }
        int end = s.end();
        if (meta.taken() == 0) {
            return Verdict.NEXT;
        }
        if (meta.finTaken() != 0 && seen < FIN) {
            s.seen(seen | FIN);
            s.end(meta.next());
        }
        if (seen >= FIN) {
            meta.taken(0);
            meta.finTaken(0);
            meta.length(0);
            meta.stamp(0);
            meta.next(end);
            meta.end(end);
            meta.answer(ENDED);
            meta.discard(UNACCEPTABLE);
            return Verdict.NEXT;
        }
        if (seen == CLOSED && meta.length() != 0) {
            return Verdict.control(TcpProgram.DATA_AFTER_CLOSE);
        }
        return Verdict.NEXT;
    }
}
