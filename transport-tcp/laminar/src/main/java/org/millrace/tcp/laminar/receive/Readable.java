package org.millrace.tcp.laminar.receive;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** Up to where the application has been told to read (§5.3.1.6). What it has been told of is never written again, and
 * never told twice, however late the interval is merged. */
public final class Readable implements Stage<LaminarMeta, Readable.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-readable", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The reader's edge. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return sequence number up to which the stream may be read, exclusive} */
        public int told() {
            return i32(0);
        }

        public void told(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int told = s.told();
        if (meta.taken() == 0) {
            return Verdict.NEXT;
        }
        int readable = meta.readable();
        meta.already(told);
        if (SequenceNumber.greaterThan(readable, told)) {
            s.told(readable);
            meta.rxBump(readable - told);
        } else {
            meta.rxBump(0);
        }
        return Verdict.NEXT;
    }
}
