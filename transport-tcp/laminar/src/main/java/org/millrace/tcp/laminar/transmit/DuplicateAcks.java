package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.HC;
import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;

import java.util.List;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** T2 (§5.3.2.3 ②): duplicate ACKs in a row. The third one asks for fast retransmit, once a window (RFC 6582 recover):
 * going back N makes duplicates of its own, and those of the window's last segments come after all of it is acknowledged. */
public final class DuplicateAcks implements Stage<LaminarMeta, DuplicateAcks.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-dupack", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final int DUPLICATE_THRESHOLD = 3;

    /** Duplicates, and where recovery ends. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return duplicates in a row, stops when recovery begins} */
        public int count() {
            return i32(0);
        }

        public void count(int v) {
            i32(0, v);
        }

        /** {@return one more than SND.MAX when recovery began; not in recovery if not above SND.UNA} */
        public int recover() {
            return i32(4);
        }

        public void recover(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int workflow = meta.workflow();
        if (workflow == HC) {
            if (meta.operation() == TcpProgram.RETRANSMIT) {
                s.count(0);
                s.recover(meta.max() + 1);
            }
            return Verdict.NEXT;
        }
        int count = s.count();
        int una = meta.una();
        boolean recovering = SequenceNumber.greaterThan(s.recover(), una);
        if (meta.fresh() != 0) {
            s.count(0);
            if (!recovering) {
                s.recover(una);                                                 // never more than 2 GiB behind
            }
        } else if (isDuplicate(meta) && !recovering) {
            s.count(count + 1);
            if (count == DUPLICATE_THRESHOLD - 1) {
                s.recover(meta.max() + 1);
                meta.fast(1);
            }
        }
        return Verdict.NEXT;
    }

    /** RFC 5681 §2. */
    private static boolean isDuplicate(LaminarMeta meta) {
        return meta.kind() == NORMAL && meta.answer() == 0 && meta.ack() == meta.una() && meta.max() != meta.una()
            && meta.windowMoved() == 0;
    }
}
