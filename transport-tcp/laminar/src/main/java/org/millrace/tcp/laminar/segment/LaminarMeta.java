package org.millrace.tcp.laminar.segment;

import org.millrace.tcp.control.program.TcpMeta;

/**
 * What Laminar's stages forward to each other beside the segment: snapshots of registers, and what was decided on them
 * (§5.2, optimistic updates with deferred validation). "Pseudo segment" is an item of the MIRROR workflow.
 */
public final class LaminarMeta extends TcpMeta {
    /** Workflow ordinals as constants of the compiler. */
    public static final int RX = 0;
    public static final int TX = 1;
    public static final int HC = 2;
    public static final int MIRROR = 3;

    public static final int NORMAL = 0;
    public static final int REFUSED = 1;

    public static final int NONE = 0;
    public static final int ADVANCE = 1;
    public static final int OOO = 2;
    public static final int DUPLICATE = 3;

    /** {@link #answer}: the segment lies behind the end of the stream; its answer puts RCV.NXT back. */
    public static final int ENDED = 2;

    public static final int MISS = 0;
    public static final int START = 1;
    public static final int TOUCH = 2;
    public static final int ACCEPT = 3;

    public static final int TIMESTAMPS = 1;
    public static final int ECN = 2;
    public static final int DCTCP = 4;
    public static final int SACK = 8;

    /** Makes a view that is nowhere yet. */
    public LaminarMeta() {
    }

    /** {@return RX: sequence number behind payload and FIN; pseudo segment: behind what it covers; TX: behind payload and FIN} */
    public int end() {
        return i32(TCP_BYTES + 0);
    }

    public void end(int v) {
        i32(TCP_BYTES + 0, v);
    }

    /** {@return 1: the segment ends beyond the right edge} */
    public int beyond() {
        return u8(TCP_BYTES + 123);
    }

    public void beyond(int v) {
        u8(TCP_BYTES + 123, v);
    }

    /** {@return SND.UNA after the segment} */
    public int una() {
        return i32(TCP_BYTES + 4);
    }

    public void una(int v) {
        i32(TCP_BYTES + 4, v);
    }

    /** {@return highest sequence number sent before the segment, exclusive} */
    public int max() {
        return i32(TCP_BYTES + 8);
    }

    public void max(int v) {
        i32(TCP_BYTES + 8, v);
    }

    /** {@return how far an acknowledgement that is not new lies below SND.UNA, bytes} */
    public int behind() {
        return i32(TCP_BYTES + 12);
    }

    public void behind(int v) {
        i32(TCP_BYTES + 12, v);
    }

    /** {@return RCV.NXT before the segment; after "rx-accept", behind it} */
    public int next() {
        return i32(TCP_BYTES + 16);
    }

    public void next(int v) {
        i32(TCP_BYTES + 16, v);
    }

    /** {@return right edge of the receive window, exclusive} */
    public int edge() {
        return i32(TCP_BYTES + 20);
    }

    public void edge(int v) {
        i32(TCP_BYTES + 20, v);
    }

    /** {@return start of an out-of-order segment, from RCV.NXT on} */
    public int off() {
        return i32(TCP_BYTES + 24);
    }

    public void off(int v) {
        i32(TCP_BYTES + 24, v);
    }

    /** {@return end of the part taken, from RCV.NXT before the segment on} */
    public int eoff() {
        return i32(TCP_BYTES + 28);
    }

    public void eoff(int v) {
        i32(TCP_BYTES + 28, v);
    }

    /** {@return end of the out-of-order interval, from RCV.NXT on; 0: none} */
    public int tail() {
        return i32(TCP_BYTES + 32);
    }

    public void tail(int v) {
        i32(TCP_BYTES + 32, v);
    }

    /** {@return its start} */
    public int head() {
        return i32(TCP_BYTES + 36);
    }

    public void head(int v) {
        i32(TCP_BYTES + 36, v);
    }

    /** {@return sequence number up to which the application may read} */
    public int readable() {
        return i32(TCP_BYTES + 40);
    }

    public void readable(int v) {
        i32(TCP_BYTES + 40, v);
    }

    /** {@return sequence number up to which it had been told} */
    public int already() {
        return i32(TCP_BYTES + 44);
    }

    public void already(int v) {
        i32(TCP_BYTES + 44, v);
    }

    /** {@return HC: the window is advertised again if the edge advertised last is not beyond this} */
    public int updateAt() {
        return i32(TCP_BYTES + 48);
    }

    public void updateAt(int v) {
        i32(TCP_BYTES + 48, v);
    }

    /** {@return right edge of the peer's window, exclusive} */
    public int remoteEdge() {
        return i32(TCP_BYTES + 52);
    }

    public void remoteEdge(int v) {
        i32(TCP_BYTES + 52, v);
    }

    /** {@return window that the received segment offers, bytes} */
    public int peerWindow() {
        return i32(TCP_BYTES + 60);
    }

    public void peerWindow(int v) {
        i32(TCP_BYTES + 60, v);
    }

    /** {@return sequence number of the first payload byte to move} */
    public int payloadSeq() {
        return i32(TCP_BYTES + 64);
    }

    public void payloadSeq(int v) {
        i32(TCP_BYTES + 64, v);
    }

    /** {@return sequence number of the first byte of the stream received} */
    public int firstReceived() {
        return i32(TCP_BYTES + 68);
    }

    void firstReceived(int v) {
        i32(TCP_BYTES + 68, v);
    }

    /** {@return sequence number of the first byte of the stream sent} */
    public int firstSent() {
        return i32(TCP_BYTES + 72);
    }

    void firstSent(int v) {
        i32(TCP_BYTES + 72, v);
    }

    /** {@return least gain of window worth a segment, bytes} */
    public int windowStep() {
        return i32(TCP_BYTES + 76);
    }

    void windowStep(int v) {
        i32(TCP_BYTES + 76, v);
    }

    /** {@return gain of window that is told while the peer has room, bytes} */
    public int windowQuarter() {
        return i32(TCP_BYTES + 80);
    }

    void windowQuarter(int v) {
        i32(TCP_BYTES + 80, v);
    }

    /** {@return timestamp clock, milliseconds} */
    public int nowMs() {
        return i32(TCP_BYTES + 84);
    }

    void nowMs(int v) {
        i32(TCP_BYTES + 84, v);
    }

    /** {@return round-trip clock, microseconds, odd} */
    public int nowUs() {
        return i32(TCP_BYTES + 88);
    }

    public void nowUs(int v) {
        i32(TCP_BYTES + 88, v);
    }

    /** {@return when the segment timed was sent, microseconds; 0: none is acknowledged} */
    public int timedAtUs() {
        return i32(TCP_BYTES + 92);
    }

    public void timedAtUs(int v) {
        i32(TCP_BYTES + 92, v);
    }

    /** {@return window to advertise, bytes, not scaled} */
    public int windowBytes() {
        return i32(TCP_BYTES + 96);
    }

    void windowBytes(int v) {
        i32(TCP_BYTES + 96, v);
    }

    /** {@return how the segment is taken: {@code NORMAL} or {@code REFUSED}} */
    public int kind() {
        return u8(TCP_BYTES + 100);
    }

    public void kind(int v) {
        u8(TCP_BYTES + 100, v);
    }

    /** {@return which way the reassembly takes: {@code NONE}, {@code ADVANCE}, {@code OOO} or {@code DUPLICATE}} */
    public int path() {
        return u8(TCP_BYTES + 101);
    }

    public void path(int v) {
        u8(TCP_BYTES + 101, v);
    }

    /** {@return out of order: what the registers say, {@code MISS}, {@code START}, {@code TOUCH} or {@code ACCEPT}} */
    public int fit() {
        return u8(TCP_BYTES + 102);
    }

    public void fit(int v) {
        u8(TCP_BYTES + 102, v);
    }

    /** {@return 1 if the segment has FIN} */
    public int fin() {
        return u8(TCP_BYTES + 103);
    }

    public void fin(int v) {
        u8(TCP_BYTES + 103, v);
    }

    /** {@return shift of the peer's window field} */
    public int peerShift() {
        return u8(TCP_BYTES + 104);
    }

    void peerShift(int v) {
        u8(TCP_BYTES + 104, v);
    }

    /** {@return shift of our window field} */
    public int shift() {
        return u8(TCP_BYTES + 105);
    }

    void shift(int v) {
        u8(TCP_BYTES + 105, v);
    }

    /** {@return {@code TIMESTAMPS}, {@code ECN}, {@code DCTCP} and {@code SACK}} */
    public int features() {
        return u8(TCP_BYTES + 106);
    }

    public void features(int v) {
        u8(TCP_BYTES + 106, v);
    }

    /** {@return 1 if the segment's timestamp is newer than TS.Recent and may become it} */
    public int stamp() {
        return u8(TCP_BYTES + 107);
    }

    public void stamp(int v) {
        u8(TCP_BYTES + 107, v);
    }

    /** {@return 1 if ECE is to be sent} */
    public int echo() {
        return u8(TCP_BYTES + 108);
    }

    public void echo(int v) {
        u8(TCP_BYTES + 108, v);
    }

    /** {@return 1 if the acknowledgement received had ECE} */
    public int eceReceived() {
        return u8(TCP_BYTES + 109);
    }

    public void eceReceived(int v) {
        u8(TCP_BYTES + 109, v);
    }

    /** {@return 1 if the segment's payload or FIN has been taken} */
    public int taken() {
        return u8(TCP_BYTES + 110);
    }

    public void taken(int v) {
        u8(TCP_BYTES + 110, v);
    }

    /** {@return 1 if the peer's FIN has been taken with this segment} */
    public int finTaken() {
        return u8(TCP_BYTES + 111);
    }

    public void finTaken(int v) {
        u8(TCP_BYTES + 111, v);
    }

    /** {@return 1 if our FIN is acknowledged by this segment} */
    public int finAcked() {
        return u8(TCP_BYTES + 113);
    }

    public void finAcked(int v) {
        u8(TCP_BYTES + 113, v);
    }

    /** {@return 1 if this is the duplicate that asks for fast retransmit} */
    public int fast() {
        return u8(TCP_BYTES + 114);
    }

    public void fast(int v) {
        u8(TCP_BYTES + 114, v);
    }

    /** {@return 1 if the segment to send has been sent before} */
    public int again() {
        return u8(TCP_BYTES + 115);
    }

    public void again(int v) {
        u8(TCP_BYTES + 115, v);
    }

    /** {@return 1 if an acknowledgement, or on HC a segment, is to be sent} */
    public int answer() {
        return u8(TCP_BYTES + 116);
    }

    public void answer(int v) {
        u8(TCP_BYTES + 116, v);
    }

    /** {@return 1 if the segment acknowledges something new} */
    public int fresh() {
        return u8(TCP_BYTES + 119);
    }

    public void fresh(int v) {
        u8(TCP_BYTES + 119, v);
    }

    /** {@return TX: 1 if the segment has payload} */
    public int hasData() {
        return u8(TCP_BYTES + 120);
    }

    public void hasData(int v) {
        u8(TCP_BYTES + 120, v);
    }

    /** {@return TX: 1 if the window or the credits do not allow the segment} */
    public int blocked() {
        return u8(TCP_BYTES + 121);
    }

    public void blocked(int v) {
        u8(TCP_BYTES + 121, v);
    }

    /** {@return reason for which the sequence number is refused before T1; 0: it is not} */
    public int outside() {
        return u8(TCP_BYTES + 122);
    }

    public void outside(int v) {
        u8(TCP_BYTES + 122, v);
    }

    /** {@return RX: a receive buffer behind the segment's end: below the right edge, the segment is old} */
    public int reach() {
        return i32(TCP_BYTES + 128);
    }

    public void reach(int v) {
        i32(TCP_BYTES + 128, v);
    }

    /** {@return what the window field can say at most, bytes} */
    public int windowMost() {
        return i32(TCP_BYTES + 56);
    }

    public void windowMost(int v) {
        i32(TCP_BYTES + 56, v);
    }

    /** {@return TX: sequence number behind the payload, without the FIN} */
    public int dataEnd() {
        return i32(TCP_BYTES + 124);
    }

    public void dataEnd(int v) {
        i32(TCP_BYTES + 124, v);
    }

    /** {@return 1 if the segment changed the peer's window} */
    public int windowMoved() {
        return u8(TCP_BYTES + 117);
    }

    public void windowMoved(int v) {
        u8(TCP_BYTES + 117, v);
    }

    /** {@return 1 if the segment to send carries CWR} */
    public int reduced() {
        return u8(TCP_BYTES + 118);
    }

    public void reduced(int v) {
        u8(TCP_BYTES + 118, v);
    }
}
