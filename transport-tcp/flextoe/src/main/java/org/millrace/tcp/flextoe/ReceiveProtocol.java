package org.millrace.tcp.flextoe;

import static org.millrace.tcp.flextoe.ProtocolState.ACK_PENDING;
import static org.millrace.tcp.flextoe.ProtocolState.CLOSED;
import static org.millrace.tcp.flextoe.ProtocolState.ECN;
import static org.millrace.tcp.flextoe.ProtocolState.ECN_DCTCP;
import static org.millrace.tcp.flextoe.ProtocolState.ECN_ECHO;
import static org.millrace.tcp.flextoe.ProtocolState.FIN_RECEIVED;
import static org.millrace.tcp.flextoe.ProtocolState.FIN_SENT;
import static org.millrace.tcp.flextoe.ProtocolState.RECOVERING;
import static org.millrace.tcp.flextoe.ProtocolState.SACK;
import static org.millrace.tcp.flextoe.ProtocolState.TIMESTAMPS;
import static org.millrace.tcp.flextoe.ProtocolState.TIMING;

import java.util.List;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/**
 * The protocol stage on a received segment (§4.3.1.3): windows, acknowledgement, {@link Reassembly}, duplicate ACKs. Leaves in the
 * metadata what to move, what to tell the application and what to answer. Order of the checks: RFC 9293 §3.10.7.4.
 */
final class ReceiveProtocol implements Stage<FlexMeta, ProtocolState> {
    static final StageSpec<ProtocolState> SPEC = StageSpec.perFlow(
        "protocol", StageSpec.Concurrency.FLOW_ATOMIC, ProtocolState::new, List.of(Timestamps.class));

    private static final int CONGESTION_EXPERIENCED = 3;
    private static final int DUPLICATE_THRESHOLD = 3;

    private final Timestamps clock;

    ReceiveProtocol(Timestamps clock) {
        this.clock = clock;
    }

    @Override
    public StageSpec<ProtocolState> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, ProtocolState s, long nowNs) {
        int ack = meta.ack();
        if (SequenceNumber.greaterThan(ack, s.max()) || s.una() - ack > s.peerWindowMax()) {
            return Verdict.control(TcpProgram.BAD_ACK);                         // RFC 5961 §5.2
        }
        if (s.has(TIMESTAMPS) && meta.hasTimestamps() != 0 && isOld(meta.tsValue(), s.tsRecent())) {
            return refuse(meta, s, DropReason.OLD_TIMESTAMP);                   // RFC 7323 §5.3 R1
        }
        int seq = meta.seq();
        int length = meta.payloadLength();
        int fin = meta.flags() & TcpHeader.FIN;
        int end = seq + length + fin;
        if (!acceptable(s, seq, end) || end != seq && s.has(FIN_RECEIVED)) {
            if (SequenceNumber.greaterOrEqual(seq, s.received())) {
                return refuse(meta, s, DropReason.OUT_OF_WINDOW);
            }
            if (length != 0 && s.has(SACK)) {
                meta.sackStart(seq);                                            // RFC 2883 §4: what came twice
                meta.sackEnd(seq + length);
            }
            return refuse(meta, s, DropReason.DUPLICATE);
        }
        if (length != 0 && s.has(CLOSED)) {
            return Verdict.control(TcpProgram.DATA_AFTER_CLOSE);
        }
        if (meta.hasTimestamps() != 0 && SequenceNumber.lessOrEqual(seq, s.lastAck())) {
            s.tsRecent(meta.tsValue());                                         // RFC 7323 §4.3 (2)
        }
        if (reports(meta, s) && SequenceNumber.greaterOrEqual(meta.ack(), s.una())) { // an older one says nothing new
            meta.digest(TcpProgram.DIGEST_RECOVERY);
        }
        acknowledged(meta, s, seq, length + fin, nowNs);
        if (length + fin != 0) {
            echoCongestion(meta, s);
            payload(meta, s, seq, length, fin);
        }
        return forward(meta, s);
    }

    /** Nothing is older than 0: hosts send it in their SYN, and count from anywhere afterwards. */
    private static boolean isOld(int timestamp, int recent) {
        return recent != 0 && SequenceNumber.lessThan(timestamp, recent);
    }

    /** RFC 9293 §3.10.7.4, first check; a segment at a closed window may still carry an acknowledgement. */
    private static boolean acceptable(ProtocolState s, int seq, int end) {
        int received = s.received();
        if (end == seq) {
            return SequenceNumber.greaterOrEqual(seq, received)
                && SequenceNumber.lessOrEqual(seq, received + s.free());
        }
        if (s.free() == 0) {
            return seq == received;
        }
        return SequenceNumber.greaterThan(end, received) && SequenceNumber.lessThan(seq, received + s.free());
    }

    /** Answers with an acknowledgement of what is there, takes nothing. */
    private static long refuse(FlexMeta meta, ProtocolState s, DropReason reason) {
        meta.discard(reason.code());
        meta.answer(1);
        return forward(meta, s);
    }

    private static long forward(FlexMeta meta, ProtocolState s) {
        meta.sendable(s.sendable());
        meta.eceReceived(meta.flags() & TcpHeader.ECE);
        if (meta.answer() != 0) {
            if ((meta.digest() & TcpProgram.DIGEST_RECOVERY) != 0) {
                meta.digest(meta.digest() | TcpProgram.DIGEST_ANSWERED);
            }
            meta.seq(s.max());
            s.acknowledge(meta);
            if (s.oooLength() != 0 && s.has(SACK)) {
                Reassembly.report(meta, s);
            }
            meta.flags(TcpHeader.ACK | (s.has(ECN_ECHO) ? TcpHeader.ECE : 0));
        }
        return meta.digest() != 0 ? Verdict.NEXT | Verdict.DIGEST : Verdict.NEXT;
    }

    /** Whether the segment has SACK blocks that the control plane heeds: then those tell of losses, not duplicate ACKs. */
    private static boolean reports(FlexMeta meta, ProtocolState s) {
        return meta.sacksReceived() != 0 && s.has(SACK);
    }

    private void acknowledged(FlexMeta meta, ProtocolState s, int seq, int sequenceLength, long nowNs) {
        int ack = meta.ack();
        int una = s.una();
        int window = meta.window() << s.peerShift();
        if (SequenceNumber.greaterThan(ack, una)) {
            advance(meta, s, ack, una);
            timed(meta, s, ack, nowNs);
        } else if (ack == una && sequenceLength == 0 && window == s.peerWindow() && !reports(meta, s)) {
            duplicate(meta, s);                                                 // RFC 5681 §2
        }
        if (SequenceNumber.greaterOrEqual(ack, una) && SequenceNumber.greaterOrEqual(seq, s.windowSeq())) {
            s.offer(window);                                                    // RFC 9293 §3.10.7.4 SND.WL1
            s.windowSeq(seq);
        }
    }

    /** New data is acknowledged: SND.UNA moves, and SND.NXT with it if transmission had gone back further. */
    private static void advance(FlexMeta meta, ProtocolState s, int ack, int una) {
        int fin = s.has(FIN_SENT) && ack == s.max() ? 1 : 0;
        int skipped = ack - s.next();
        if (skipped > 0) {
            s.ready(s.ready() - (skipped - fin));
            s.next(ack);
        }
        s.una(ack);
        s.duplicates(0);
        if (s.has(RECOVERING)) {
            recovering(meta, s, ack);
        }
        meta.txBump(ack - una - fin);
        if (fin != 0) {
            meta.digest(meta.digest() | TcpProgram.DIGEST_FIN_ACKED);
        }
    }

    /** Without SACK duplicates of the window's last segments come after all of it is acknowledged: RFC 6582 §3.2 step 1. */
    private static void recovering(FlexMeta meta, ProtocolState s, int ack) {
        int beyond = ack - s.recover();
        if (beyond > 0 || beyond == 0 && s.has(SACK)) {
            s.clear(RECOVERING);
        }
        if (s.has(SACK)) {
            meta.digest(meta.digest() | TcpProgram.DIGEST_RECOVERY);
        }
    }

    /** RFC 6298 §3: one segment a round trip is timed, and none that was sent again. */
    private void timed(FlexMeta meta, ProtocolState s, int ack, long nowNs) {
        if (s.has(TIMING) && SequenceNumber.greaterOrEqual(ack, s.timedEnd())) {
            s.clear(TIMING);
            meta.rttUs(Math.max(clock.microseconds(nowNs) - s.timedAtUs(), 1));
        }
    }

    private static void duplicate(FlexMeta meta, ProtocolState s) {
        if (s.has(RECOVERING) && s.has(SACK)) {
            meta.digest(meta.digest() | TcpProgram.DIGEST_RECOVERY);            // RFC 8985 §7.4.2: perhaps a probe's
        }
        if (s.max() == s.una()) {
            return;
        }
        if (s.duplicates() < 255) {
            s.duplicates(s.duplicates() + 1);
        }
        if (s.duplicates() == DUPLICATE_THRESHOLD && !s.has(RECOVERING)) {
            s.goBack();
            meta.digest(meta.digest() | TcpProgram.DIGEST_FAST_RETRANSMIT);
        }
    }

    /** RFC 3168 §6.1.3: ECE until CWR; RFC 8257 §3.2: ECE as the segment was marked. */
    private static void echoCongestion(FlexMeta meta, ProtocolState s) {
        if (!s.has(ECN)) {
            return;
        }
        boolean marked = meta.ecn() == CONGESTION_EXPERIENCED;
        if (s.has(ECN_DCTCP)) {
            if (marked != s.has(ECN_ECHO) && s.has(ACK_PENDING)) {
                meta.answer(1);
            }
            s.clear(ECN_ECHO);
        } else if ((meta.flags() & TcpHeader.CWR) != 0) {
            s.clear(ECN_ECHO);
        }
        if (marked) {
            s.set(ECN_ECHO);
        }
    }

    private static void payload(FlexMeta meta, ProtocolState s, int start, int bytes, int finFlag) {
        int received = s.received();
        int seq = start;
        int length = bytes;
        int fin = finFlag;
        int old = received - seq;
        if (old > 0) {
            seq = received;
            length = Math.max(length - old, 0);
            meta.payloadOffset(meta.payloadOffset() + old);
        }
        int over = seq + length - (received + s.free());
        if (over > 0) {
            length -= over;
            fin = 0;
            meta.discard(DropReason.OUT_OF_WINDOW.code());
        }
        boolean wasOrdered = s.oooLength() == 0;
        if (seq == received) {
            Reassembly.inOrder(meta, s, length, fin);
        } else {
            Reassembly.outOfOrder(meta, s, seq, length, fin);
        }
        boolean whole = seq == received && wasOrdered && over <= 0 && old <= 0 && fin == 0;
        if (!whole || s.delayed() <= 1 || s.received() - s.lastAck() >= s.delayed() * s.mss()) {
            meta.answer(1);                                                     // RFC 5681 §4.2
        } else if (meta.answer() == 0) {
            s.set(ACK_PENDING);
            meta.digest(meta.digest() | TcpProgram.DIGEST_ACTIVE);
        }
    }
}
