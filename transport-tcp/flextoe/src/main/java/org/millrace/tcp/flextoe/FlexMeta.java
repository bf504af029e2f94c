package org.millrace.tcp.flextoe;

import org.millrace.tcp.control.program.TcpMeta;

/** What FlexTOE's stages forward to each other beside the segment: the protocol stage's snapshot (§4.3.1.3). */
public final class FlexMeta extends TcpMeta {
    /** Makes a view that is nowhere yet. */
    public FlexMeta() {
    }

    /** {@return 1 if an acknowledgement, or on TX and HC a segment, is to be sent} */
    public int answer() {
        return u8(TCP_BYTES);
    }

    void answer(int v) {
        u8(TCP_BYTES, v);
    }

    /** {@return 1 if the flow may send now} */
    public int sendable() {
        return u8(TCP_BYTES + 1);
    }

    void sendable(int v) {
        u8(TCP_BYTES + 1, v);
    }

    /** {@return 1 if the segment to send has been sent before} */
    public int retransmitted() {
        return u8(TCP_BYTES + 2);
    }

    void retransmitted(int v) {
        u8(TCP_BYTES + 2, v);
    }

    /** {@return 1 if the received acknowledgement had ECE} */
    public int eceReceived() {
        return u8(TCP_BYTES + 3);
    }

    void eceReceived(int v) {
        u8(TCP_BYTES + 3, v);
    }

    /** {@return sequence number of the first payload byte to move} */
    public int payloadSeq() {
        return i32(TCP_BYTES + 4);
    }

    void payloadSeq(int v) {
        i32(TCP_BYTES + 4, v);
    }

    /** {@return SND.UNA after the segment} */
    public int una() {
        return i32(TCP_BYTES + 8);
    }

    void una(int v) {
        i32(TCP_BYTES + 8, v);
    }

    /** {@return round trip of a timed segment that this one acknowledges, microseconds; 0: none} */
    public int rttUs() {
        return i32(TCP_BYTES + 12);
    }

    void rttUs(int v) {
        i32(TCP_BYTES + 12, v);
    }
}
