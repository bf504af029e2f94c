package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.ACCEPT;
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

/** R4 (§5.3.1.3 ④, Table 5.1 stage 4): start of the out-of-order interval. 0 with a tail: the gap is closed. */
public final class OooHead implements Stage<LaminarMeta, OooHead.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-ooo-head", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The interval's start. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return its distance from RCV.NXT} */
        public int head() {
            return i32(0);
        }

        public void head(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int head = s.head();
        int path = meta.path();
        if (path == ADVANCE) {
            int left = SequenceNumber.saturatingSubtract(head, meta.eoff());
            s.head(left);
            meta.head(left);
            return Verdict.NEXT;
        }
        if (path == OOO) {
            if (meta.fit() == START) {
                head = meta.off();
                meta.fit(ACCEPT);
            } else if (meta.fit() == TOUCH && meta.eoff() >= head) {
                if (meta.off() < head) {
                    head = meta.off();
                }
                meta.fit(ACCEPT);
            }
            s.head(head);
        }
        meta.head(head);
        return Verdict.NEXT;
    }
}
