package org.millrace.tcp.flextoe;

import static org.millrace.tcp.flextoe.ProtocolState.CWR_PENDING;
import static org.millrace.tcp.flextoe.ProtocolState.ECN;
import static org.millrace.tcp.flextoe.ProtocolState.ECN_ECHO;
import static org.millrace.tcp.flextoe.ProtocolState.FIN_SENT;
import static org.millrace.tcp.flextoe.ProtocolState.GATHERS;
import static org.millrace.tcp.flextoe.ProtocolState.OVERRIDE;
import static org.millrace.tcp.flextoe.ProtocolState.TIMING;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Timestamps;
import org.millrace.api.pipeline.Verdict;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/** The protocol stage on a segment to send (§4.3.1.2): sequence number, length and place in the transmit buffer. */
final class TransmitProtocol implements Stage<FlexMeta, ProtocolState> {
    private static final int ECT_0 = 2;
    /** A super-frame is shorter than 2^16 bytes, a segment no shorter than 2^3. */
    private static final int MOST_SEGMENTS_SHIFT = 12;

    private final Timestamps clock;
    private final int maxPayload;

    /**
     * @param clock      the machine's
     * @param maxPayload largest payload of a super-frame, bytes; less than a segment's if the port cuts none
     */
    TransmitProtocol(Timestamps clock, int maxPayload) {
        this.clock = clock;
        this.maxPayload = maxPayload;
    }

    @Override
    public StageSpec<ProtocolState> spec() {
        return ReceiveProtocol.SPEC;
    }

    @Override
    public long process(FlexMeta meta, ProtocolState s, long nowNs) {
        if (s.resends() && hasResendable(s)) {
            return resend(meta, s);
        }
        int digest = s.max() == s.una() ? TcpProgram.DIGEST_ACTIVE : 0;
        if (s.sendable() == 0) {
            int stalled = s.ready() != 0 ? digest : 0;                          // zero window: the persist timer
            meta.digest(stalled);
            return Verdict.drop(DropReason.NOTHING_TO_SEND.code()) | (stalled != 0 ? Verdict.DIGEST : 0);
        }
        int seq = s.next();
        int length = gathered(s, length(s, Math.min(s.ready(), s.usable()), s.ready()));
        int fin = s.finToSend() && length == s.ready() ? 1 : 0;
        s.ready(s.ready() - length);
        s.next(seq + length + fin);
        if (fin != 0) {
            s.set(FIN_SENT);
        }
        boolean again = SequenceNumber.lessThan(seq, s.max());
        s.max(SequenceNumber.max(s.max(), s.next()));
        s.clear(OVERRIDE);
        if (again) {
            s.clear(TIMING);                                                    // RFC 6298 §3 (Karn)
        } else if (length != 0 && !s.has(TIMING)) {
            s.set(TIMING);
            s.timedEnd(seq + length);
            s.timedAtUs(clock.microseconds(nowNs));
        }

        compose(meta, s, seq, length, flags(s, length, fin, again), again);
        meta.digest(digest);
        return digest != 0 ? Verdict.NEXT | Verdict.DIGEST : Verdict.NEXT;
    }

    /** Whole segments, if what is left of them waits for more; takes note of what is none. */
    private static int gathered(ProtocolState s, int length) {
        if (!s.has(GATHERS)) {
            return length;
        }
        int rest = remainder(length, s.mss());
        if (rest == 0 || rest < length && length == s.ready() && s.holdsLittle()) {
            return length - rest;
        }
        s.littleEnd(s.next() + length);
        return length;
    }

    private static void compose(FlexMeta meta, ProtocolState s, int seq, int length, int flags, boolean again) {
        meta.seq(seq);
        meta.payloadSeq(seq);
        meta.length(length);
        meta.mss(s.mss());
        meta.retransmitted(again ? 1 : 0);
        meta.flags(flags);
        meta.ecn(s.has(ECN) && !again && length != 0 ? ECT_0 : 0);              // RFC 3168 §6.1.5
        s.acknowledge(meta);
        meta.answer(1);
        meta.sendable(s.sendable());
    }

    /** Takes off what has been acknowledged since the control plane asked, and all if the peer's window is closed. */
    private static boolean hasResendable(ProtocolState s) {
        int seq = SequenceNumber.max(s.resendStart(), s.una());
        boolean allowed = SequenceNumber.lessThan(seq, s.resendEnd())
            && SequenceNumber.lessThan(seq, s.una() + s.peerWindow());
        s.resendStart(allowed ? seq : s.resendEnd());
        return allowed;
    }

    /** Sends again the first of what the control plane has asked for, as far as the peer's window is open. */
    private long resend(FlexMeta meta, ProtocolState s) {
        int seq = s.resendStart();
        int end = s.resendEnd();
        int fin = s.has(FIN_SENT) && end == s.max() ? 1 : 0;
        int left = end - fin - seq;
        int length = length(s, Math.min(left, s.una() + s.peerWindow() - seq), left);
        int finNow = length == left ? fin : 0;
        s.resendStart(seq + length + finNow);
        if (SequenceNumber.lessThan(seq, s.timedEnd())) {
            s.clear(TIMING);                                                    // RFC 6298 §3 (Karn)
        }
        compose(meta, s, seq, length, flags(s, length, finNow, true), true);
        return Verdict.NEXT;
    }

    /**
     * As much as may be and the port takes; whole segments unless it is the last.
     *
     * @param most  how much may be
     * @param ready how much there is
     */
    private int length(ProtocolState s, int most, int ready) {
        int mss = s.mss();
        int length = Math.min(most, Math.max(maxPayload, mss));
        if (length <= mss || length == ready) {
            return Math.max(length, 0);
        }
        return length - remainder(length, mss);
    }

    /** {@return what is left of a super-frame behind its whole segments, found bit by bit: an NPU has no division} */
    private static int remainder(int length, int mss) {
        int rest = length;
        for (int shift = MOST_SEGMENTS_SHIFT; shift >= 0; shift--) {
            int segments = mss << shift;
            if (rest >= segments) {
                rest -= segments;
            }
        }
        return rest;
    }

    private static int flags(ProtocolState s, int length, int fin, boolean again) {
        int flags = TcpHeader.ACK | fin;
        if (length != 0 && s.ready() == 0) {
            flags |= TcpHeader.PSH;                                             // RFC 9293 §3.9.1.2
        }
        if (s.has(ECN_ECHO)) {
            flags |= TcpHeader.ECE;
        }
        if (s.has(CWR_PENDING) && length != 0 && !again) {
            flags |= TcpHeader.CWR;                                             // RFC 3168 §6.1.2
            s.clear(CWR_PENDING);
        }
        return flags;
    }
}
