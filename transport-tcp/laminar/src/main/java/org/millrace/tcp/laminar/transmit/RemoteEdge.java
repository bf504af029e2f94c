package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** T5 (§5.3.2.2 ⑤, §5.3.2.3 ⑤): the peer's window as a right edge, and the segment that set it, so that an old segment
 * cannot move it back (RFC 9293 §3.10.7.4, SND.WL1). */
public final class RemoteEdge implements Stage<LaminarMeta, RemoteEdge.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-remote-edge", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    /** The peer's window. */
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

        /** {@return sequence number of the segment that set it} */
        public int setBy() {
            return i32(4);
        }

        public void setBy(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int edge = s.edge();
        int workflow = meta.workflow();
        if (workflow == TX) {
            if (SequenceNumber.greaterThan(meta.dataEnd(), edge)) {
                meta.blocked(1);
            }
            return Verdict.NEXT;
        }
        meta.remoteEdge(edge);
        if (meta.kind() == NORMAL && meta.ack() == meta.una()
            && SequenceNumber.lessOrEqual(s.setBy(), meta.seq())) {
            int offered = meta.ack() + meta.peerWindow();
            s.edge(offered);
            s.setBy(meta.seq());
            meta.remoteEdge(offered);
            meta.windowMoved(offered == edge ? 0 : 1);
        }
        return Verdict.NEXT;
    }
}
