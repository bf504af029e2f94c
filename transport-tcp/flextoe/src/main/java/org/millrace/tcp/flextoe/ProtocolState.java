package org.millrace.tcp.flextoe;

import org.millrace.api.pipeline.State;

/**
 * The protocol stage's state of a flow: Table 4.1's and what docs/decisions/004-flextoe-state.md adds to it. "In
 * flight" is the difference {@code max - una}; {@code next} lies below {@code max} while going back.
 *
 * <p>What lies behind {@link #timedAtUs()} is looked at while something is out of order or being recovered, or little is held back,
 * and only then (docs/decisions/100-loss-recovery.md).
 */
public final class ProtocolState extends State {
    static final int FIN_QUEUED = 1;
    static final int FIN_SENT = 2;
    static final int FIN_RECEIVED = 4;
    static final int OOO_FIN = 8;
    static final int RECOVERING = 16;
    static final int ECN_ECHO = 32;
    static final int CWR_PENDING = 64;
    static final int CLOSED = 128;
    static final int TIMESTAMPS = 256;
    static final int ACK_PENDING = 512;
    static final int ECN = 1024;
    static final int ECN_DCTCP = 2048;
    static final int SACK = 4096;
    static final int OVERRIDE = 8192;
    static final int TIMING = 16384;
    static final int GATHERS = 32768;

    /** {@link #gathering}: Nagle's algorithm. */
    static final int NAGLE = 1;
    /** {@link #gathering}: corked. */
    static final int CORKED = 2;

    /** Out-of-order intervals kept beside the one changed last. */
    static final int FURTHER = 4;

    /** Makes a view that is nowhere yet. */
    public ProtocolState() {
    }

    /** {@return SND.UNA} */
    public int una() {
        return i32(0);
    }

    void una(int v) {
        i32(0, v);
    }

    /** {@return SND.NXT} */
    public int next() {
        return i32(4);
    }

    void next(int v) {
        i32(4, v);
    }

    /** {@return highest sequence number ever sent, exclusive} */
    public int max() {
        return i32(8);
    }

    void max(int v) {
        i32(8, v);
    }

    /** {@return bytes ready to send from {@link #next()} on (tx_avail)} */
    public int ready() {
        return i32(12);
    }

    void ready(int v) {
        i32(12, v);
    }

    /** {@return the peer's window from {@link #una()} on, scaled, bytes (remote_win)} */
    public int peerWindow() {
        return i32(16);
    }

    void peerWindow(int v) {
        i32(16, v);
    }

    /** {@return largest window the peer has offered, bytes (RFC 9293 §3.8.6.2.1 Max(SND.WND), RFC 5961 §5.2 MAX.SND.WND)} */
    public int peerWindowMax() {
        return i32(20);
    }

    void peerWindowMax(int v) {
        i32(20, v);
    }

    /** {@return sequence number of the segment that set the window (SND.WL1)} */
    public int windowSeq() {
        return i32(24);
    }

    void windowSeq(int v) {
        i32(24, v);
    }

    /** {@return congestion window, bytes} */
    public int congestionWindow() {
        return i32(28);
    }

    void congestionWindow(int v) {
        i32(28, v);
    }

    /** {@return {@code max} when recovery began (RFC 6582 recover)} */
    public int recover() {
        return i32(32);
    }

    void recover(int v) {
        i32(32, v);
    }

    /** {@return RCV.NXT (ack)} */
    public int received() {
        return i32(36);
    }

    void received(int v) {
        i32(36, v);
    }

    /** {@return free receive buffer from {@link #received()} on, bytes (rx_avail)} */
    public int free() {
        return i32(40);
    }

    void free(int v) {
        i32(40, v);
    }

    /** {@return right edge of the window advertised last, exclusive} */
    public int edge() {
        return i32(44);
    }

    void edge(int v) {
        i32(44, v);
    }

    /** {@return start of the out-of-order interval that changed last} */
    public int oooStart() {
        return i32(48);
    }

    void oooStart(int v) {
        i32(48, v);
    }

    /** {@return its length, 0: none} */
    public int oooLength() {
        return i32(52);
    }

    void oooLength(int v) {
        i32(52, v);
    }

    /** {@return timestamp to echo, TS.Recent (next_ts)} */
    public int tsRecent() {
        return i32(56);
    }

    void tsRecent(int v) {
        i32(56, v);
    }

    /** {@return Last.ACK.sent (RFC 7323 §4.3)} */
    public int lastAck() {
        return i32(60);
    }

    void lastAck(int v) {
        i32(60, v);
    }

    /** {@return size of the receive buffer, bytes} */
    public int buffer() {
        return i32(64);
    }

    void buffer(int v) {
        i32(64, v);
    }

    /** {@return largest payload of a wire segment, bytes} */
    public int mss() {
        return u16(68);
    }

    void mss(int v) {
        u16(68, v);
    }

    /** {@return flag bits} */
    public int flags() {
        return u16(70);
    }

    void flags(int v) {
        u16(70, v);
    }

    /** {@return shift of the peer's window field} */
    public int peerShift() {
        return u8(72);
    }

    void peerShift(int v) {
        u8(72, v);
    }

    /** {@return shift of our window field} */
    public int shift() {
        return u8(73);
    }

    void shift(int v) {
        u8(73, v);
    }

    /** {@return duplicate ACKs in a row (dupack_cnt), stops at 255} */
    public int duplicates() {
        return u8(74);
    }

    void duplicates(int v) {
        u8(74, v);
    }

    /** {@return segments' payload for which an ACK may be held back; 1: none} */
    public int delayed() {
        return u8(75);
    }

    void delayed(int v) {
        u8(75, v);
    }

    /** {@return end of the segment being timed, with the flag TIMING} */
    public int timedEnd() {
        return i32(80);
    }

    void timedEnd(int v) {
        i32(80, v);
    }

    /** {@return when it was sent, microseconds, wraps} */
    public int timedAtUs() {
        return i32(84);
    }

    void timedAtUs(int v) {
        i32(84, v);
    }

    /** {@return start of another out-of-order interval, those that changed later first} */
    int furtherStart(int i) {
        return i32(88, FURTHER, i);
    }

    private void furtherStart(int i, int v) {
        i32(88, FURTHER, i, v);
    }

    /** {@return its length; 0: there is none in this place} */
    int furtherLength(int i) {
        return i32(104, FURTHER, i);
    }

    private void furtherLength(int i, int v) {
        i32(104, FURTHER, i, v);
    }

    void further(int i, int start, int length) {
        furtherStart(i, start);
        furtherLength(i, length);
    }

    /** {@return where the FIN lies that came out of order, with the flag OOO_FIN} */
    public int finSeq() {
        return i32(120);
    }

    void finSeq(int v) {
        i32(120, v);
    }

    /** {@return first sequence number to send again, while {@code RECOVERING}} */
    public int resendStart() {
        return i32(124);
    }

    void resendStart(int v) {
        i32(124, v);
    }

    /** {@return the one behind the last to send again; equal: none} */
    public int resendEnd() {
        return i32(128);
    }

    void resendEnd(int v) {
        i32(128, v);
    }

    /** {@return how many further intervals may be kept, 0 to {@link #FURTHER}} */
    public int furtherLimit() {
        return u8(132);
    }

    void furtherLimit(int v) {
        u8(132, v);
    }

    /** {@return what is held back, with the flag GATHERS: {@link #NAGLE}, {@link #CORKED}} */
    public int gathering() {
        return u8(133);
    }

    void gathering(int v) {
        u8(133, v);
        flags(v == 0 ? flags() & ~GATHERS : flags() | GATHERS);
    }

    /** {@return end of the segment sent last that was less than a whole one, with the flag GATHERS} */
    public int littleEnd() {
        return i32(76);
    }

    void littleEnd(int v) {
        i32(76, v);
    }

    boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    void set(int flag) {
        flags(flags() | flag);
    }

    void clear(int flag) {
        flags(flags() & ~flag);
    }

    /** Whether our FIN is still to be sent, for the first time or again. */
    boolean finToSend() {
        return has(FIN_QUEUED) && !(has(FIN_SENT) && next() == max());
    }

    /** Bytes that the windows allow beyond {@code next}; may be negative. */
    int usable() {
        int limited = Math.min(duplicates(), 2) * mss();                        // RFC 3042 §2: limited transmit
        return una() + Math.min(peerWindow(), congestionWindow() + limited) - next();
    }

    /** Bytes that TX items would send now, as far as whole segments go if it is not all; 0: one would send nothing. */
    int sendable() {
        int ready = ready();
        if (resends()) {
            return Math.max(resendEnd() - resendStart(), 1);
        }
        if (ready == 0) {
            return finToSend() ? 1 : 0;
        }
        if (ready < mss() && holdsLittle()) {
            return 0;
        }
        int usable = usable();
        if (usable >= ready) {                                                  // RFC 9293 §3.8.6.2.1 (SWS), (2)
            return ready;
        }
        if (usable >= mss()) {                                                  // (1): the last byte of the last whole one, or less
            return usable - mss() + 1;
        }
        boolean now = next() == una() && (next() != max() || has(OVERRIDE));    // goes again, or (4)
        return usable > 0 && (now || usable >= peerWindowMax() >>> 1) ? usable : 0;     // (3)
    }

    /**
     * Whether new bytes that are less than a segment wait for more: RFC 9293 §3.7.4, as Minshall has it, who lets the rest of
     * what was written follow whole segments.
     */
    boolean holdsLittle() {
        if (!has(GATHERS) || next() != max() || (flags() & (FIN_QUEUED | OVERRIDE)) != 0) {
            return false;
        }
        int behindUna = littleEnd() - una();
        return gathering() >= CORKED || behindUna > 0 && behindUna <= max() - una();
    }

    /** Whether the control plane wants something sent again. */
    boolean resends() {
        return has(RECOVERING) && resendStart() != resendEnd();
    }

    /** Takes note of a window that the peer offers. */
    void offer(int window) {
        peerWindow(window);
        peerWindowMax(Math.max(peerWindowMax(), window));
    }

    /** Goes back to the first unacknowledged byte (go-back-N, §4.3.1.1 Reset). */
    void goBack() {
        int fin = has(FIN_SENT) && next() == max() && max() != una() ? 1 : 0;
        ready(ready() + next() - una() - fin);
        next(una());
        recover(max());
        flags(flags() & ~TIMING | RECOVERING);                                  // RFC 6298 §3 (Karn)
        resendEnd(resendStart());
        duplicates(0);
    }

    /** What the window field can say at most, bytes. */
    int largestWindow() {
        return 0xffff << shift();
    }

    /** The window that a segment sent now would offer, bytes. */
    int window() {
        return Math.min(free() >>> shift(), 0xffff) << shift();
    }

    /** Writes an acknowledgement of what has been received, and the window, into a segment to send. */
    void acknowledge(FlexMeta meta) {
        int window = window();
        meta.ack(received());
        meta.window(window >>> shift());
        meta.tsEcho(tsRecent());
        meta.hasTimestamps(has(TIMESTAMPS) ? 1 : 0);
        edge(received() + window);
        lastAck(received());
        clear(ACK_PENDING);
    }
}
