package org.millrace.tcp.laminar.transmit;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Whether the next new segment with payload says CWR (RFC 3168 §6.1.2). */
public final class ReducedWindow implements Stage<LaminarMeta, ReducedWindow.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-cwr", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The flag. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return 1: it does} */
        public int pending() {
            return u8(0);
        }

        public void pending(int v) {
            u8(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.again() == 0 && meta.hasData() != 0) {
            meta.reduced(s.pending());
            s.pending(0);
        }
        return Verdict.NEXT;
    }
}
