package org.millrace.homa.wire;

import org.millrace.api.pipeline.SegmentMeta;

/** What travels with a packet, or with what becomes one. Bytes and ports are as in {@link SegmentMeta}. */
public final class HomaMeta extends SegmentMeta {
    /** Most RPCs that a packet names beside its own, rounded up to a power of two. */
    private static final int ACKS = 8;

    /** Makes a view that is nowhere yet. */
    public HomaMeta() {
    }

    /** {@return the packet's type, {@link HomaFormats#DATA} to {@link HomaFormats#ACK}: received, or to send} */
    public int type() {
        return u8(68);
    }

    /**
     * Sets {@link #type()}.
     *
     * @param v its value
     */
    public void type(int v) {
        u8(68, v);
    }

    /** {@return GRANT, RESEND: the priority that is asked for; to send: the packet's own, 0 to 7} */
    public int priority() {
        return u8(69);
    }

    /**
     * Sets {@link #priority()}.
     *
     * @param v its value
     */
    public void priority(int v) {
        u8(69, v);
    }

    /** {@return DATA: 1 if it answers a RESEND} */
    public int retransmit() {
        return u8(70);
    }

    /**
     * Sets {@link #retransmit()}.
     *
     * @param v its value
     */
    public void retransmit(int v) {
        u8(70, v);
    }

    /** {@return how many RPCs are named by {@link #ackIdHigh(int)} and its like} */
    public int ackCount() {
        return u8(71);
    }

    /**
     * Sets {@link #ackCount()}.
     *
     * @param v its value
     */
    public void ackCount(int v) {
        u8(71, v);
    }

    /** {@return upper half of the id as the sender of the packet sees it} */
    public int idHigh() {
        return i32(72);
    }

    /**
     * Sets {@link #idHigh()}.
     *
     * @param v its value
     */
    public void idHigh(int v) {
        i32(72, v);
    }

    /** {@return lower half of it} */
    public int idLow() {
        return i32(76);
    }

    /**
     * Sets {@link #idLow()}.
     *
     * @param v its value
     */
    public void idLow(int v) {
        i32(76, v);
    }

    /** {@return DATA: length of the whole message, bytes} */
    public int messageLength() {
        return i32(80);
    }

    /**
     * Sets {@link #messageLength()}.
     *
     * @param v its value
     */
    public void messageLength(int v) {
        i32(80, v);
    }

    /** {@return DATA, RESEND: where it begins in the message; GRANT: up to where; bytes} */
    public int offset() {
        return i32(84);
    }

    /**
     * Sets {@link #offset()}.
     *
     * @param v its value
     */
    public void offset(int v) {
        i32(84, v);
    }

    /** {@return RESEND: how much, bytes; -1: nothing has arrived, all that was sent} */
    public int range() {
        return i32(88);
    }

    /**
     * Sets {@link #range()}.
     *
     * @param v its value
     */
    public void range(int v) {
        i32(88, v);
    }

    /** {@return DATA: up to where the sender goes on without a grant, bytes} */
    public int incoming() {
        return i32(92);
    }

    /**
     * Sets {@link #incoming()}.
     *
     * @param v its value
     */
    public void incoming(int v) {
        i32(92, v);
    }

    /** {@return DATA: version of the cut-offs that the sender goes by} */
    public int cutoffVersion() {
        return u16(96);
    }

    /**
     * Sets {@link #cutoffVersion()}.
     *
     * @param v its value
     */
    public void cutoffVersion(int v) {
        u16(96, v);
    }

    /** {@return what is asked of an RPC by the host, or of a copy, a code of the program's} */
    public int command() {
        return u8(98);
    }

    /**
     * Sets {@link #command()}.
     *
     * @param v its value
     */
    public void command(int v) {
        u8(98, v);
    }

    /** {@return HC: why it is refused, code of a status} */
    public int status() {
        return u8(99);
    }

    /**
     * Sets {@link #status()}.
     *
     * @param v its value
     */
    public void status(int v) {
        u8(99, v);
    }

    /** {@return key of the RPC, 0: none} */
    public int rpc() {
        return i32(100);
    }

    /**
     * Sets {@link #rpc()}.
     *
     * @param v its value
     */
    public void rpc(int v) {
        i32(100, v);
    }

    /** {@return key of the peer} */
    public int peer() {
        return i32(104);
    }

    /**
     * Sets {@link #peer()}.
     *
     * @param v its value
     */
    public void peer(int v) {
        i32(104, v);
    }

    /** {@return 1: the message that arrives is one that takes grants} */
    public int scheduled() {
        return u8(108);
    }

    /**
     * Sets {@link #scheduled()}.
     *
     * @param v its value
     */
    public void scheduled(int v) {
        u8(108, v);
    }

    /** {@return 1: a packet of {@link #type()} is to be sent} */
    public int sends() {
        return u8(109);
    }

    /**
     * Sets {@link #sends()}.
     *
     * @param v its value
     */
    public void sends(int v) {
        u8(109, v);
    }

    /** {@return 1: the client has its response: to be acknowledged} */
    public int finished() {
        return u8(110);
    }

    /**
     * Sets {@link #finished()}.
     *
     * @param v its value
     */
    public void finished(int v) {
        u8(110, v);
    }

    /** {@return DATA to send: 1 if it goes without a grant, so that the cut-offs say its priority} */
    public int unscheduled() {
        return u8(111);
    }

    /**
     * Sets {@link #unscheduled()}.
     *
     * @param v its value
     */
    public void unscheduled(int v) {
        u8(111, v);
    }

    /** {@return bytes of the incoming message that are still to come} */
    public int remaining() {
        return i32(112);
    }

    /**
     * Sets {@link #remaining()}.
     *
     * @param v its value
     */
    public void remaining(int v) {
        i32(112, v);
    }

    /** {@return how far beyond what was received a message may be granted now, bytes; 0: not at all} */
    public int window() {
        return i32(116);
    }

    /**
     * Sets {@link #window()}.
     *
     * @param v its value
     */
    public void window(int v) {
        i32(116, v);
    }

    /**
     * {@return upper half of the client's id of an RPC whose response has arrived}
     *
     * @param index 0 to 4
     */
    public int ackIdHigh(int index) {
        return i32(120, ACKS, index);
    }

    /**
     * Sets {@link #ackIdHigh(int)}.
     *
     * @param index 0 to 4
     * @param v     its value
     */
    public void ackIdHigh(int index, int v) {
        i32(120, ACKS, index, v);
    }

    /**
     * {@return lower half of it}
     *
     * @param index 0 to 4
     */
    public int ackIdLow(int index) {
        return i32(152, ACKS, index);
    }

    /**
     * Sets {@link #ackIdLow(int)}.
     *
     * @param index 0 to 4
     * @param v     its value
     */
    public void ackIdLow(int index, int v) {
        i32(152, ACKS, index, v);
    }

    /**
     * {@return the server's port of it}
     *
     * @param index 0 to 4
     */
    public int ackPort(int index) {
        return i32(184, ACKS, index);
    }

    /**
     * Sets {@link #ackPort(int)}.
     *
     * @param index 0 to 4
     * @param v     its value
     */
    public void ackPort(int index, int v) {
        i32(184, ACKS, index, v);
    }
}
