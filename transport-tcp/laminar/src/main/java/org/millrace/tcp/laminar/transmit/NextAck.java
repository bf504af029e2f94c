package org.millrace.tcp.laminar.transmit;

import static org.millrace.tcp.laminar.segment.LaminarMeta.NORMAL;
import static org.millrace.tcp.laminar.segment.LaminarMeta.RX;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TX;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.wire.SequenceNumber;

/** T1 (§5.3.2.2 ①, §5.3.2.3 ①): what is acknowledged and what has been sent, in one register, as R1 has both edges of
 * the receive window: so an acknowledgement of what was never sent is refused before it moves anything.
 * A segment that stands outside the receive window has moved nothing either: "rx-seq-check" comes first. */
public final class NextAck implements Stage<LaminarMeta, NextAck.Register> {
    static final StageSpec<Register> SPEC =
        StageSpec.perFlow("tx-next-ack", StageSpec.Concurrency.FLOW_ATOMIC, Register::new, List.of());

    private static final long BAD_ACK = Verdict.control(TcpProgram.BAD_ACK);
    private static final long STALE = Verdict.drop(DropReason.NOTHING_TO_SEND.code());

    /** SND.UNA and SND.MAX. */
    public static final class Register extends State {
        /** Makes a view that is nowhere yet. */
        public Register() {
        }

        /** {@return tx-next-ack: first byte not acknowledged} */
        public int una() {
            return i32(0);
        }

        public void una(int v) {
            i32(0, v);
        }

        /** {@return tx-avail, as an edge: highest sent, exclusive} */
        public int max() {
            return i32(4);
        }

        public void max(int v) {
            i32(4, v);
        }
    }

    @Override
    public StageSpec<Register> spec() {
        return SPEC;
    }

    @Override
    public long process(LaminarMeta meta, Register s, long nowNs) {
        int una = s.una();
        int max = s.max();
        meta.max(max);
        int workflow = meta.workflow();
        if (workflow == RX && meta.kind() == NORMAL && meta.outside() == 0) {
            int ack = meta.ack();
            boolean isBeyond = SequenceNumber.greaterThan(ack, max);
            meta.behind(una - ack);
            if (!isBeyond && SequenceNumber.greaterThan(ack, una)) {
                s.una(ack);
                meta.una(ack);
                meta.txBump(ack - una);
                meta.fresh(1);
            } else {
                meta.una(una);
                meta.txBump(0);
            }
            return isBeyond ? BAD_ACK : Verdict.NEXT;                           // RFC 5961 §5.2
        }
        meta.una(una);
        if (workflow == TX) {
            int end = meta.end();
            if (SequenceNumber.lessOrEqual(end, una)) {
                return STALE;
            }
            meta.again(SequenceNumber.lessThan(meta.seq(), max) ? 1 : 0);
            if (SequenceNumber.greaterThan(end, max)) {
                s.max(end);
            }
        }
        return Verdict.NEXT;
    }
}
