package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** The edge that the peer knows. Consumption is told when the gain is worth a segment (RFC 9293 §3.8.6.2.2, §5.3.1.7). */
public final class AdvertisedEdge implements Stage<LaminarMeta, AdvertisedEdge.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("rx-advertised", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The edge advertised last. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return right edge, exclusive} */
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
        if (meta.workflow() == HC && meta.answer() == 0) {
            if (meta.rxBump() != 0 && SequenceNumber.lessOrEqual(edge, meta.updateAt())) {
                s.edge(meta.edge());
                meta.answer(1);
            }
        } else {
            s.edge(meta.edge());
        }
        return Verdict.NEXT;
    }
}
