package org.millrace.tcp.flextoe;

import org.millrace.tcp.control.program.TcpMeta;

/** What FlexTOE's stages forward to each other beside the segment: the protocol stage's snapshot (§4.3.1.3). */
public final class FlexMeta extends TcpMeta {
    private static final int MOST_SENDABLE = 0xffff;

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

    /** {@return bytes that the flow may send now, 65,535 of them at most; a FIN alone is one} */
    public int sendable() {
        return u16(TCP_BYTES + 14);
    }

    void sendable(int v) {
        u16(TCP_BYTES + 14, Math.min(v, MOST_SENDABLE));
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

    /** {@return round trip of a timed segment that this one acknowledges, microseconds; 0: none} */
    public int rttUs() {
        return i32(TCP_BYTES + 8);
    }

    void rttUs(int v) {
        i32(TCP_BYTES + 8, v);
    }

    @Override
    public int sacksReceived() {
        return u8(TCP_BYTES + 12);
    }

    void sacksReceived(int v) {
        u8(TCP_BYTES + 12, v);
    }

    @Override
    public int furtherSacks() {
        return u8(TCP_BYTES + 13);
    }

    private void furtherSacks(int v) {
        u8(TCP_BYTES + 13, v);
    }

    private int edge(int i) {
        return i32(TCP_BYTES + 16, 8, i);
    }

    private void edge(int i, int v) {
        i32(TCP_BYTES + 16, 8, i, v);
    }

    @Override
    public void sackReceived(int block, int start, int end) {
        sacksReceived(block + 1);
        edge(2 * block, start);
        edge(2 * block + 1, end);
    }

    @Override
    public int receivedSackStart(int block) {
        return edge(2 * block);
    }

    @Override
    public int receivedSackEnd(int block) {
        return edge(2 * block + 1);
    }

    /** Has an answer carry one more SACK block, in the place of those received: the peer repeats them. */
    void addSack(int start, int end) {
        int block = sacksReceived() == 0 ? furtherSacks() : 0;
        sacksReceived(0);
        edge(2 * block, start);
        edge(2 * block + 1, end);
        furtherSacks(block + 1);
    }

    @Override
    public int furtherSackStart(int block) {
        return edge(2 * block);
    }

    @Override
    public int furtherSackEnd(int block) {
        return edge(2 * block + 1);
    }
}
