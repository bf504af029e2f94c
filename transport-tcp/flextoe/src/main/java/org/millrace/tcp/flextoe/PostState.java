package org.millrace.tcp.flextoe;

import org.millrace.api.pipeline.State;

/**
 * Post-processing state: application interface, which the control plane writes, and congestion statistics (Table 4.1),
 * which stages only add to. Sums wrap.
 */
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

    void acked(int bytes) {
        add(16, bytes);
    }

    /** {@return bytes acknowledged with ECE (cnt_ecnb)} */
    public int ecnBytes() {
        return i32(20);
    }

    void ackedWithEce(int bytes) {
        add(20, bytes);
    }

    /** {@return segments received} */
    public int segments() {
        return i32(24);
    }

    void received() {
        add(24, 1);
    }

    /** {@return sum of the round trips timed, microseconds (rtt_est)} */
    public int rttSumUs() {
        return i32(28);
    }

    /** {@return how many there were} */
    public int rttSamples() {
        return i32(32);
    }

    void timed(int rttUs) {
        add(28, rttUs);
        add(32, 1);
    }

    /** {@return pacing: nanoseconds a KiB, 0: not paced (rate)} */
    public int pacing() {
        return i32(36);
    }

    void pacing(int v) {
        i32(36, v);
    }

    /** {@return bytes sent again} */
    public int retransmittedBytes() {
        return i32(40);
    }

    void sentAgain(int bytes) {
        add(40, bytes);
    }
}
