package org.millrace.tcp.laminar.receive;

import static org.millrace.tcp.laminar.segment.LaminarMeta.MIRROR;
import static org.millrace.tcp.laminar.segment.LaminarMeta.REFUSED;
import static org.millrace.tcp.laminar.segment.LaminarMeta.RX;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TIMESTAMPS;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** TS.Recent (RFC 7323). It comes before the reassembly, which alone knows whether a segment may move it; so the
 * pseudo segment does that, a pass later; for a bare acknowledgement with a newer timestamp one is made for nothing else. */
public final class RecentTimestamp implements Stage<LaminarMeta, RecentTimestamp.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("ts-recent", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int OLD_TIMESTAMP = DropReason.OLD_TIMESTAMP.code();

    /** TS.Recent. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return timestamp to echo} */
        public int recent() {
            return i32(0);
        }

        public void recent(int v) {
            i32(0, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int recent = s.recent();
        int workflow = meta.workflow();
        if (workflow == RX) {
            if ((meta.features() & TIMESTAMPS) != 0 && meta.hasTimestamps() != 0) {
                if (recent != 0 && SequenceNumber.lessThan(meta.tsValue(), recent)) { // 0: nothing is remembered
                    meta.kind(REFUSED);                                         // RFC 7323 §5.3 R1
                    meta.discard(OLD_TIMESTAMP);
                } else if (meta.tsValue() != recent) {
                    meta.stamp(1);
                }
            }
            return Verdict.NEXT;
        }
        if (workflow == MIRROR && meta.stamp() != 0
            && (recent == 0 || SequenceNumber.greaterThan(meta.tsValue(), recent))) {
            s.recent(meta.tsValue());                                           // RFC 7323 §4.3 (2)
            meta.tsEcho(meta.tsValue());
        } else {
            meta.tsEcho(recent);
        }
        return Verdict.NEXT;
    }
}
