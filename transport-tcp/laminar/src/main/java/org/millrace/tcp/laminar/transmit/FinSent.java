package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Our FIN: where it ends, and whether an acknowledgement covers it. */
public final class FinSent implements Stage<LaminarMeta, FinSent.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-fin", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The FIN sent. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return sequence number behind it} */
        public int end() {
            return i32(0);
        }

        public void end(int v) {
            i32(0, v);
        }

        /** {@return 1 once it has been sent} */
        public int sent() {
            return i32(4);
        }

        public void sent(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.workflow() == TX) {
            if (meta.fin() != 0) {
                s.end(meta.end());
                s.sent(1);
            }
            return Verdict.NEXT;
        }
        if (meta.fresh() != 0 && s.sent() == 1 && s.end() == meta.una()) {
            meta.finAcked(1);
            meta.txBump(meta.txBump() - 1);
        }
        return Verdict.NEXT;
    }
}
