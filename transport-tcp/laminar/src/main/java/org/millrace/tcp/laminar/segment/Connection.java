package org.millrace.tcp.laminar.segment;

import org.millrace.api.pipeline.State;

/** What stages know of a connection: table data, written when it is installed, read by every segment. */
public final class Connection extends State {
    /** Makes a view that is nowhere yet. */
    public Connection() {
    }

    /** {@return our address} */
    public int localAddress() {
        return i32(16);
    }

    public void localAddress(int v) {
        i32(16, v);
    }

    /** {@return the peer's address} */
    public int peerAddress() {
        return i32(20);
    }

    public void peerAddress(int v) {
        i32(20, v);
    }

    /** {@return our port} */
    public int localPort() {
        return u16(24);
    }

    public void localPort(int v) {
        u16(24, v);
    }

    /** {@return the peer's port} */
    public int peerPort() {
        return u16(26);
    }

    public void peerPort(int v) {
        u16(26, v);
    }

    /** {@return the context} */
    public int context() {
        return u16(10);
    }

    public void context(int v) {
        u16(10, v);
    }

    /** {@return the connection's id in the context} */
    public int connection() {
        return i32(28);
    }

    public void connection(int v) {
        i32(28, v);
    }

    /** {@return sequence number of the first byte of the stream received} */
    public int firstReceived() {
        return i32(12);
    }

    public void firstReceived(int v) {
        i32(12, v);
    }

    /** {@return sequence number of the first byte of the stream sent} */
    public int firstSent() {
        return i32(32);
    }

    public void firstSent(int v) {
        i32(32, v);
    }

    /** {@return least gain of window worth a segment, bytes} */
    public int windowStep() {
        return i32(36);
    }

    public void windowStep(int v) {
        i32(36, v);
    }

    /** {@return gain of window that is told while the peer has room, bytes} */
    public int windowQuarter() {
        return i32(40);
    }

    public void windowQuarter(int v) {
        i32(40, v);
    }

    /** {@return size of the receive buffer, bytes} */
    public int receiveBytes() {
        return i32(0);
    }

    public void receiveBytes(int v) {
        i32(0, v);
    }

    /** {@return largest payload of a wire segment, bytes} */
    public int mss() {
        return u16(4);
    }

    public void mss(int v) {
        u16(4, v);
    }

    /** {@return shift of the peer's window field} */
    public int peerShift() {
        return u8(6);
    }

    public void peerShift(int v) {
        u8(6, v);
    }

    /** {@return shift of our window field} */
    public int shift() {
        return u8(7);
    }

    public void shift(int v) {
        u8(7, v);
    }

    /** {@return bits: timestamps 1, ECN 2, DCTCP 4, SACK 8} */
    public int features() {
        return u8(8);
    }

    public void features(int v) {
        u8(8, v);
    }

    /** {@return what the window field can say at most, bytes} */
    public int windowMost() {
        return i32(44);
    }

    public void windowMost(int v) {
        i32(44, v);
    }

    /** {@return segments' payload for which an ACK may be held back; kept for the next program} */
    public int delayed() {
        return u8(9);
    }

    public void delayed(int v) {
        u8(9, v);
    }
}
