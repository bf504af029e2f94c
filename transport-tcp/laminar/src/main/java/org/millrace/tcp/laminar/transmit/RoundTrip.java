package org.millrace.tcp.laminar.transmit;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** What round trips add up to, for the control plane. */
public final class RoundTrip implements Stage<LaminarMeta, RoundTrip.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rtt-sample", StageSpec.Concurrency.COMMUTATIVE, Register::new, List.of());

    /** Samples. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return their sum, microseconds} */
        public int sumUs() {
            return i32(0);
        }

        /** {@return how many there were} */
        public int samples() {
            return i32(4);
        }

        void add(int us) {
            add(0, us);
            add(4, 1);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.timedAtUs() != 0) {
            s.add(meta.nowUs() - meta.timedAtUs());
        }
        return Verdict.NEXT;
    }
}
