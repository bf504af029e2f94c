package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;

/** Signs of life, and what was sent in vain. */
public final class SegmentCounts implements Stage<LaminarMeta, SegmentCounts.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("segment-counts", StageSpec.Concurrency.COMMUTATIVE, Register::new, List.of());

    /** Counters; they wrap. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return segments received} */
        public int received() {
            return i32(0);
        }

        void addReceived() {
            add(0, 1);
        }

        /** {@return payload bytes sent again} */
        public int repeated() {
            return i32(4);
        }

        void addRepeated(int bytes) {
            add(4, bytes);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        if (meta.workflow() == TX) {
            if (meta.again() != 0) {
                s.addRepeated(meta.length());
            }
        } else {
            s.addReceived();
        }
        return Verdict.NEXT;
    }
}
