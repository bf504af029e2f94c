package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/**
 * RFC 9293 §3.10.7.4, first check: the sequence number, before the acknowledgement moves anything.
 *
 * <p>DESIGN NOTES. RCV.NXT is known only behind T1, and a copy of it would lag. But nothing moves the right edge of the
 * window except HC, by what the application consumes: a second register of it, moved by the same items in the same order,
 * never differs from R1's. One receive buffer below it is what the application has consumed, which is RFC 9293's left edge
 * if that is all; what lies between that and RCV.NXT is refused only behind R1. No peer is starved: what ends below
 * is old for certain, what begins beyond was never offered, neither bound depends on a pseudo segment, and the answer to a
 * refused segment merges and acknowledges like any pseudo segment, should an earlier one be lost.
 */
public final class SequenceCheck implements Stage<LaminarMeta, SequenceCheck.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-seq-check", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int REPEATED = DropReason.DUPLICATE.code();
    private static final int OUT_OF_WINDOW = DropReason.OUT_OF_WINDOW.code();

    /** The right edge of the receive window, once more. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return right edge, exclusive: the same as R1's} */
        public int edge() {
            return i32(0);
        }

        public void edge(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int edge = s.edge();
        if (meta.workflow() == HC) {
            s.edge(edge + meta.rxBump());                                       // §5.3.1.7
        } else if (SequenceNumber.greaterThan(meta.seq(), edge)) {
            meta.outside(OUT_OF_WINDOW);
        } else if (SequenceNumber.lessThan(meta.reach(), edge)) {
            meta.outside(REPEATED);
        }
        return Verdict.NEXT;
    }
}
