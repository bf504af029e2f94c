package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.DUPLICATE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ENDED;
import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** R1 (§5.3.1.1 ①), variant C: RCV.NXT and the right edge of the window in one register. An in-order segment moves
 * RCV.NXT to its end, or to the edge if it ends beyond: nothing to roll back. docs/decisions/010-laminar-window.md. */
public final class ReceiveWindow implements Stage<LaminarMeta, ReceiveWindow.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-next", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The receive window. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return RCV.NXT} */
        public int next() {
            return i32(0);
        }

        public void next(int v) {
            i32(0, v);
        }

        /** {@return right edge, exclusive: what the application has consumed, and the buffer's size} */
        public int edge() {
            return i32(4);
        }

        public void edge(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int next = s.next();
        int edge = s.edge();
        meta.next(next);
        int workflow = meta.workflow();
        if (workflow == HC) {
            int moved = edge + meta.rxBump();                                   // §5.3.1.7
            s.edge(moved);
            meta.edge(moved);
            return Verdict.NEXT;
        }
        meta.edge(edge);
        if (workflow == TX || meta.kind() != NORMAL) {
            return Verdict.NEXT;
        }
        int end = meta.end();
        if (meta.answer() == ENDED) {                                           // a pseudo segment: the stream has ended there
            s.next(end);
            meta.next(end);
            return Verdict.NEXT;
        }
        boolean isBeyond = SequenceNumber.greaterThan(end, edge);
        meta.beyond(isBeyond ? 1 : 0);
        if (SequenceNumber.greaterThan(meta.seq(), next)) {
            meta.path(OOO);
        } else if (SequenceNumber.greaterThan(end, next)) {
            meta.path(ADVANCE);
            if (isBeyond) {
                s.next(edge);
            } else {
                s.next(end);
            }
        } else {
            meta.path(DUPLICATE);
        }
        return Verdict.NEXT;
    }
}
