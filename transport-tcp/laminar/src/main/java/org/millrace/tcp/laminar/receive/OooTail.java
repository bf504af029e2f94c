package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;
import static org.millrace.tcp.laminar.segment.LaminarMeta.START;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TOUCH;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** R3 (§5.3.1.3 ③, Table 5.1 stage 3): end of the out-of-order interval. */
public final class OooTail implements Stage<LaminarMeta, OooTail.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-ooo-tail", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The interval's end. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return its distance from RCV.NXT; 0: no interval} */
        public int tail() {
            return i32(0);
        }

        public void tail(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int tail = s.tail();
        int path = meta.path();
        if (path == ADVANCE) {
            int left = SequenceNumber.saturatingSubtract(tail, meta.eoff());
            s.tail(left);
            meta.tail(left);
            return Verdict.NEXT;
        }
        if (path == OOO) {
            if (tail == 0) {
                meta.fit(START);
                tail = meta.eoff();
            } else if (meta.off() <= tail) {
                meta.fit(TOUCH);
                if (meta.eoff() > tail) {
                    tail = meta.eoff();
                }
            }
            s.tail(tail);
        }
        meta.tail(tail);
        return Verdict.NEXT;
    }
}
