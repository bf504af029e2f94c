package org.millrace.homa.message;

import org.millrace.api.pipeline.State;

/** An RPC, on either side of it. */
public final class RpcState extends State {
    /** {@link #phase}: no RPC. */
    static final int FREE = 0;
    /** {@link #phase}: client; the request is on its way, of the response nothing has arrived. */
    static final int CALLING = 1;
    /** {@link #phase}: client; the response is arriving. */
    static final int RECEIVING = 2;
    /** {@link #phase}: server; the request is arriving. */
    static final int REQUESTED = 3;
    /** {@link #phase}: server; the application has the request. */
    static final int SERVING = 4;
    /** {@link #phase}: server; the response is on its way, or not acknowledged. */
    static final int REPLYING = 5;
    /** Most gaps. */
    static final int MOST_GAPS = 16;
    /** Most ranges to be sent again. */
    static final int MOST_RESENDS = 8;

    /** {@return whether there is one} */
    public boolean isLive() {
        return phase() != FREE;
    }

    boolean isClient() {
        return phase() == CALLING || phase() == RECEIVING;
    }

    boolean isArriving() {
        return phase() == RECEIVING || phase() == REQUESTED;
    }

    /** {@return one of the constants} */
    int phase() {
        return u8(0);
    }

    void phase(int v) {
        u8(0, v);
    }

    /** {@return number of the gap to be asked for next, from 1 on; 0: none is} */
    int asking() {
        return u8(1);
    }

    void asking(int v) {
        u8(1, v);
    }

    /** {@return whose it is} */
    public int context() {
        return u16(2);
    }

    void context(int v) {
        u16(2, v);
    }

    /** {@return its socket's} */
    public int connection() {
        return i32(4);
    }

    void connection(int v) {
        i32(4, v);
    }

    /** {@return how often the entry was used; stays when it is freed} */
    int generation() {
        return i32(8);
    }

    void generation(int v) {
        i32(8, v);
    }

    /** {@return this side's} */
    int localAddress() {
        return i32(12);
    }

    void localAddress(int v) {
        i32(12, v);
    }

    /** {@return the peer's} */
    public int peerAddress() {
        return i32(16);
    }

    void peerAddress(int v) {
        i32(16, v);
    }

    /** {@return this side's} */
    public int localPort() {
        return u16(20);
    }

    void localPort(int v) {
        u16(20, v);
    }

    /** {@return the peer's} */
    public int peerPort() {
        return u16(22);
    }

    void peerPort(int v) {
        u16(22, v);
    }

    /** {@return upper half of the client's id} */
    public int idHigh() {
        return i32(24);
    }

    void idHigh(int v) {
        i32(24, v);
    }

    /** {@return lower half, even} */
    public int idLow() {
        return i32(28);
    }

    void idLow(int v) {
        i32(28, v);
    }

    /** {@return the application's number of a request, or what it has to name to reply} */
    int number() {
        return i32(32);
    }

    void number(int v) {
        i32(32, v);
    }

    /** {@return key of the peer} */
    int peer() {
        return i32(36);
    }

    void peer(int v) {
        i32(36, v);
    }

    /** {@return when the peer last gave a sign, milliseconds} */
    int heardMs() {
        return i32(40);
    }

    void heardMs(int v) {
        i32(40, v);
    }

    /** {@return when it was last asked, milliseconds} */
    int askedMs() {
        return i32(44);
    }

    void askedMs(int v) {
        i32(44, v);
    }

    /** {@return where the message that is sent lies} */
    int outPosition() {
        return i32(48);
    }

    void outPosition(int v) {
        i32(48, v);
    }

    /** {@return its length; 0: there is none} */
    int outLength() {
        return i32(52);
    }

    void outLength(int v) {
        i32(52, v);
    }

    /** {@return up to where it has been sent} */
    int sent() {
        return i32(56);
    }

    void sent(int v) {
        i32(56, v);
    }

    /** {@return up to where it may be} */
    int outGranted() {
        return i32(60);
    }

    void outGranted(int v) {
        i32(60, v);
    }

    /** {@return at which priority, beyond the unscheduled bytes} */
    int outPriority() {
        return u8(64);
    }

    void outPriority(int v) {
        u8(64, v);
    }

    /** {@return ranges to be sent again} */
    int resends() {
        return u8(65);
    }

    void resends(int v) {
        u8(65, v);
    }

    /** {@return at which priority} */
    int resendPriority() {
        return u8(66);
    }

    void resendPriority(int v) {
        u8(66, v);
    }

    /** {@return gaps in what has arrived} */
    int gaps() {
        return u8(67);
    }

    void gaps(int v) {
        u8(67, v);
    }

    /** {@return where the message that arrives lies} */
    int inPosition() {
        return i32(68);
    }

    void inPosition(int v) {
        i32(68, v);
    }

    /** {@return its length; 0: nothing of it has arrived} */
    int inLength() {
        return i32(72);
    }

    void inLength(int v) {
        i32(72, v);
    }

    /** {@return bytes of it that have} */
    int received() {
        return i32(76);
    }

    void received(int v) {
        i32(76, v);
    }

    /** {@return end of the furthest that has} */
    int inEnd() {
        return i32(80);
    }

    void inEnd(int v) {
        i32(80, v);
    }

    /** {@return up to where its sender may go} */
    int inGranted() {
        return i32(84);
    }

    void inGranted(int v) {
        i32(84, v);
    }

    /** {@return where a gap begins} */
    int gapStart(int index) {
        return i32(88, 16, index);
    }

    void gapStart(int index, int v) {
        i32(88, 16, index, v);
    }

    /** {@return where it ends} */
    int gapEnd(int index) {
        return i32(152, 16, index);
    }

    void gapEnd(int index, int v) {
        i32(152, 16, index, v);
    }

    /** {@return where a range begins that is to be sent again} */
    int resendStart(int index) {
        return i32(216, 8, index);
    }

    void resendStart(int index, int v) {
        i32(216, 8, index, v);
    }

    /** {@return where it ends} */
    int resendEnd(int index) {
        return i32(248, 8, index);
    }

    void resendEnd(int index, int v) {
        i32(248, 8, index, v);
    }

    /** {@return 1: the message that arrives takes grants} */
    int scheduled() {
        return u8(280);
    }

    void scheduled(int v) {
        u8(280, v);
    }

    /** {@return how often the alarm has gone off since {@link #countedMs}} */
    int alarms() {
        return u8(281);
    }

    void alarms(int v) {
        u8(281, v);
    }

    /** {@return the sign of the peer since which alarms are counted, milliseconds} */
    int countedMs() {
        return i32(284);
    }

    void countedMs(int v) {
        i32(284, v);
    }
}
