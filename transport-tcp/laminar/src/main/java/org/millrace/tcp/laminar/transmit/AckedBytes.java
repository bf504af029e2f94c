package org.millrace.tcp.laminar.transmit;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** What congestion control counts (§5.3.2.1). */
public final class AckedBytes implements Stage<LaminarMeta, AckedBytes.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("acked-bytes", StageSpec.Concurrency.COMMUTATIVE, Register::new, List.of());

    /** Counters; they wrap. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return bytes acknowledged} */
        public int acked() {
            return i32(0);
        }

        void addAcked(int bytes) {
            add(0, bytes);
        }

        /** {@return those acknowledged with ECE} */
        public int marked() {
            return i32(4);
        }

        void addMarked(int bytes) {
            add(4, bytes);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int acked = meta.txBump();
        s.addAcked(acked);
        if (meta.eceReceived() != 0) {
            s.addMarked(acked);
        }
        return Verdict.NEXT;
    }
}
