package org.millrace.tcp.laminar.transmit;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** T4 (§5.3.2.2 ④): how many bytes may be unacknowledged. The control plane grants them; acknowledgements give them
 * back, since they are counted from SND.UNA. */
public final class Credits implements Stage<LaminarMeta, Credits.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-credits", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The credits. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return bytes that may be in flight} */
        public int credits() {
            return i32(0);
        }

        public void credits(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.dataEnd() - meta.una() > s.credits()) {
            meta.blocked(1);
        }
        return Verdict.NEXT;
    }
}
