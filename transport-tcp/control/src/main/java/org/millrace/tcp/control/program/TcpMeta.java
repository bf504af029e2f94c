package org.millrace.tcp.control.program;

import org.millrace.api.pipeline.SegmentMeta;

/**
 * A TCP segment in the metadata: as parsed on RX; on EMIT, as to be written. A stage that answers a segment overwrites
 * these fields with the answer's. A program that sends more than one SACK block, or heeds those that it receives, has room
 * for them in its own metadata and overrides the methods that say so.
 */
public class TcpMeta extends SegmentMeta {
    /** Bytes of the fields up to here; a program's own begin here. */
    public static final int TCP_BYTES = SegmentMeta.BYTES + 32;

    /** Makes a view that is nowhere yet. */
    public TcpMeta() {
    }

    /** {@return sequence number} */
    public final int seq() {
        return i32(BYTES);
    }

    /**
     * Sets {@link #seq()}.
     *
     * @param v its value
     */
    public final void seq(int v) {
        i32(BYTES, v);
    }

    /** {@return acknowledgement number; meaningful with the ACK flag} */
    public final int ack() {
        return i32(BYTES + 4);
    }

    /**
     * Sets {@link #ack()}.
     *
     * @param v its value
     */
    public final void ack(int v) {
        i32(BYTES + 4, v);
    }

    /** {@return the 16-bit window field, as on the wire (not scaled)} */
    public final int window() {
        return u16(BYTES + 8);
    }

    /**
     * Sets {@link #window()}.
     *
     * @param v its value
     */
    public final void window(int v) {
        u16(BYTES + 8, v);
    }

    /** {@return flags as in {@link org.millrace.wire.TcpHeader}: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64,
     *          CWR 128} */
    public final int flags() {
        return u8(BYTES + 10);
    }

    /**
     * Sets {@link #flags()}.
     *
     * @param v its value
     */
    public final void flags(int v) {
        u8(BYTES + 10, v);
    }

    /** {@return 1 if the segment has the timestamps option, else 0} */
    public final int hasTimestamps() {
        return u8(BYTES + 11);
    }

    /**
     * Sets {@link #hasTimestamps()}.
     *
     * @param v its value
     */
    public final void hasTimestamps(int v) {
        u8(BYTES + 11, v);
    }

    /** {@return TSval} */
    public final int tsValue() {
        return i32(BYTES + 12);
    }

    /**
     * Sets {@link #tsValue()}.
     *
     * @param v its value
     */
    public final void tsValue(int v) {
        i32(BYTES + 12, v);
    }

    /** {@return TSecr} */
    public final int tsEcho() {
        return i32(BYTES + 16);
    }

    /**
     * Sets {@link #tsEcho()}.
     *
     * @param v its value
     */
    public final void tsEcho(int v) {
        i32(BYTES + 16, v);
    }

    /** {@return EMIT: payload bytes at which the port cuts a longer segment} */
    public final int mss() {
        return u16(BYTES + 20);
    }

    /**
     * Sets {@link #mss()}.
     *
     * @param v its value
     */
    public final void mss(int v) {
        u16(BYTES + 20, v);
    }

    /** {@return EMIT: first sequence number of the SACK block (RFC 2018 §3), equal to {@link #sackEnd()} if there is none} */
    public final int sackStart() {
        return i32(BYTES + 24);
    }

    /**
     * Sets {@link #sackStart()}.
     *
     * @param v its value
     */
    public final void sackStart(int v) {
        i32(BYTES + 24, v);
    }

    /** {@return EMIT: end of the SACK block, exclusive} */
    public final int sackEnd() {
        return i32(BYTES + 28);
    }

    /**
     * Sets {@link #sackEnd()}.
     *
     * @param v its value
     */
    public final void sackEnd(int v) {
        i32(BYTES + 28, v);
    }

    /** {@return EMIT: SACK blocks to send behind {@link #sackStart()}} */
    public int furtherSacks() {
        return 0;
    }

    /**
     * {@return EMIT: first sequence number of a further SACK block}
     *
     * @param block from 0
     */
    public int furtherSackStart(int block) {
        return 0;
    }

    /**
     * {@return EMIT: end of a further SACK block, exclusive}
     *
     * @param block from 0
     */
    public int furtherSackEnd(int block) {
        return 0;
    }

    /**
     * Takes note of a SACK block of a received segment.
     *
     * @param block from 0 to 3
     * @param start first sequence number
     * @param end   the one behind its last
     */
    public void sackReceived(int block, int start, int end) {
    }

    /** {@return RX: how many SACK blocks are known that the segment had, 0 to 4} */
    public int sacksReceived() {
        return 0;
    }

    /**
     * {@return RX: first sequence number of a SACK block that the segment had}
     *
     * @param block from 0
     */
    public int receivedSackStart(int block) {
        return 0;
    }

    /**
     * {@return RX: the sequence number behind its last}
     *
     * @param block from 0
     */
    public int receivedSackEnd(int block) {
        return 0;
    }
}
