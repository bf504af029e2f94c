package org.millrace.tcp.flextoe;

import org.millrace.api.pipeline.State;

/** Post-processing state: application interface and congestion statistics (Table 4.1). Counters wrap. */
public final class PostState extends State {
    /** Makes a view that is nowhere yet. */
    public PostState() {
    }

    /** {@return the connection's id in its context} */
    public int connection() {
        return i32(0);
    }

    void connection(int v) {
        i32(0, v);
    }

    /** {@return the context} */
    public int context() {
        return u16(4);
    }

    void context(int v) {
        u16(4, v);
    }

    /** {@return 1 while a segment is being timed} */
    public int timing() {
        return u8(6);
    }

    void timing(int v) {
        u8(6, v);
    }

    /** {@return sequence number of the first byte received, for buffer positions} */
    public int firstReceived() {
        return i32(8);
    }

    void firstReceived(int v) {
        i32(8, v);
    }

    /** {@return sequence number of the first byte sent} */
    public int firstSent() {
        return i32(12);
    }

    void firstSent(int v) {
        i32(12, v);
    }

    /** {@return bytes acknowledged (cnt_ackb)} */
    public int ackedBytes() {
        return i32(16);
    }

    void ackedBytes(int v) {
        i32(16, v);
    }

    /** {@return bytes acknowledged with ECE (cnt_ecnb)} */
    public int ecnBytes() {
        return i32(20);
    }

    void ecnBytes(int v) {
        i32(20, v);
    }

    /** {@return segments received} */
    public int segments() {
        return i32(24);
    }

    void segments(int v) {
        i32(24, v);
    }

    /** {@return the last round-trip sample, microseconds (rtt_est)} */
    public int rttUs() {
        return i32(28);
    }

    void rttUs(int v) {
        i32(28, v);
    }

    /** {@return samples taken} */
    public int rttSamples() {
        return i32(32);
    }

    void rttSamples(int v) {
        i32(32, v);
    }

    /** {@return end of the segment being timed} */
    public int timedEnd() {
        return i32(36);
    }

    void timedEnd(int v) {
        i32(36, v);
    }

    /** {@return when it was sent, microseconds, wraps} */
    public int timedAtUs() {
        return i32(40);
    }

    void timedAtUs(int v) {
        i32(40, v);
    }

    /** {@return pacing: nanoseconds a KiB, 0: not paced (rate)} */
    public int pacing() {
        return i32(44);
    }

    void pacing(int v) {
        i32(44, v);
    }

    /** {@return bytes sent again} */
    public int retransmittedBytes() {
        return i32(48);
    }

    void retransmittedBytes(int v) {
        i32(48, v);
    }
}
