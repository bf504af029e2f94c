package org.millrace.tcp.flextoe;

import static org.millrace.tcp.flextoe.ProtocolState.FURTHER;
import static org.millrace.tcp.flextoe.ProtocolState.OOO_FIN;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.wire.SequenceNumber;

/**
 * Reassembly in place (§4.3.1.3): payload goes where it belongs in the receive buffer, and a few intervals behind a gap
 * are remembered. They neither overlap nor touch. The one that changed last is apart from the others, which keep the order
 * in which they changed: that is the order of SACK blocks (RFC 2018 §4). If there is none in its place, there is none.
 */
final class Reassembly {
    private Reassembly() {
    }

    /** Takes payload at RCV.NXT, and all intervals that it reaches. */
    static void inOrder(FlexMeta meta, ProtocolState s, int length, int finFlag) {
        int seq = s.received();
        int end = seq + length;
        int fin = finFlag;
        if (s.oooLength() != 0) {
            end = absorb(s, end);
            fin = end == seq + length ? fin : 0;
            if (s.has(OOO_FIN) && end == s.finSeq()) {
                fin = 1;
                s.clear(OOO_FIN);
            }
        }
        int advance = end - seq;
        s.received(end + fin);
        s.free(s.free() - advance);
        meta.payloadSeq(seq);
        meta.length(length);
        meta.rxBump(advance);
        if (fin != 0) {
            s.set(ProtocolState.FIN_RECEIVED);
            meta.hostFlags(SegmentMeta.HOST_FIN);
            meta.digest(meta.digest() | TcpProgram.DIGEST_FIN_RECEIVED);
        }
    }

    /** Removes what begins at {@code end} or before; answers how far it goes on without a gap. */
    private static int absorb(ProtocolState s, int from) {
        int end = from;
        boolean latest = false;
        for (int turn = 0; turn <= FURTHER; turn++) {
            if (!latest && SequenceNumber.lessOrEqual(s.oooStart(), end)) {
                end = SequenceNumber.max(end, s.oooStart() + s.oooLength());
                latest = true;
            }
            for (int i = 0; i < FURTHER; i++) {
                if (s.furtherLength(i) != 0 && SequenceNumber.lessOrEqual(s.furtherStart(i), end)) {
                    end = SequenceNumber.max(end, s.furtherStart(i) + s.furtherLength(i));
                    s.further(i, 0, 0);
                }
            }
        }
        if (latest) {
            advance(s);
        }
        return end;
    }

    /** The first of the others takes the place of the one that changed last. */
    private static void advance(ProtocolState s) {
        s.oooLength(0);
        for (int i = 0; i < FURTHER; i++) {
            if (s.oooLength() == 0 && s.furtherLength(i) != 0) {
                s.oooStart(s.furtherStart(i));
                s.oooLength(s.furtherLength(i));
                s.further(i, 0, 0);
            }
        }
    }

    /** Takes payload behind a gap; if no room is left to remember it, it is lost and the answer is a duplicate ACK. */
    static void outOfOrder(FlexMeta meta, ProtocolState s, int seq, int length, int fin) {
        if (length == 0) {
            return;
        }
        if (s.oooLength() == 0) {
            s.oooStart(seq);
            s.oooLength(length);
        } else if (!insert(s, seq, seq + length)) {
            meta.discard(DropReason.NOT_MERGEABLE.code());
            return;
        }
        if (fin != 0) {
            s.finSeq(seq + length);
            s.set(OOO_FIN);
        }
        meta.payloadSeq(seq);
        meta.length(length);
    }

    /** Joins an interval to all that it touches; answers false if it touches none and there is no room. */
    private static boolean insert(ProtocolState s, int from, int to) {
        int start = from;
        int end = to;
        boolean joinsLatest = touches(s.oooStart(), s.oooLength(), start, end);
        if (joinsLatest) {
            start = SequenceNumber.min(start, s.oooStart());
            end = SequenceNumber.max(end, s.oooStart() + s.oooLength());
        }
        int kept = 0;
        for (int i = 0; i < FURTHER; i++) {
            int other = s.furtherStart(i);
            int length = s.furtherLength(i);
            if (length != 0 && touches(other, length, start, end)) {
                start = SequenceNumber.min(start, other);
                end = SequenceNumber.max(end, other + length);
                s.further(i, 0, 0);
            } else if (length != 0) {
                kept++;
            }
        }
        if (!joinsLatest) {
            if (kept >= s.furtherLimit()) {
                return false;
            }
            push(s);
        }
        s.oooStart(start);
        s.oooLength(end - start);
        return true;
    }

    private static boolean touches(int start, int length, int from, int to) {
        return SequenceNumber.lessOrEqual(start, to) && SequenceNumber.lessOrEqual(from, start + length);
    }

    /** Puts the interval that changed last before the others. */
    private static void push(ProtocolState s) {
        int start = s.oooStart();
        int length = s.oooLength();
        for (int i = 0; i < FURTHER; i++) {
            int movedStart = s.furtherStart(i);
            int movedLength = s.furtherLength(i);
            if (length != 0) {
                s.further(i, start, length);
                start = movedStart;
                length = movedLength;
            }
        }
    }

    /** Writes SACK blocks into an answer (RFC 2018 §4), behind that of a duplicate if there is one (RFC 2883 §4). */
    static void report(FlexMeta meta, ProtocolState s) {
        int room = 2;
        if (meta.sackStart() == meta.sackEnd()) {
            meta.sackStart(s.oooStart());
            meta.sackEnd(s.oooStart() + s.oooLength());
        } else {
            meta.addSack(s.oooStart(), s.oooStart() + s.oooLength());
            room = 1;
        }
        for (int i = 0; i < FURTHER; i++) {
            if (room != 0 && s.furtherLength(i) != 0) {
                meta.addSack(s.furtherStart(i), s.furtherStart(i) + s.furtherLength(i));
                room--;
            }
        }
    }
}
