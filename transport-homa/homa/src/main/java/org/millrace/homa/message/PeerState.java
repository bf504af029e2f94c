package org.millrace.homa.message;

import org.millrace.api.pipeline.State;

/** What is known of a peer: how it wants unscheduled bytes sent, and which of its responses it has not been told have arrived. */
public final class PeerState extends State {

    /** {@return whose entry it is, 0: nobody's} */
    public int address() {
        return i32(0);
    }

    /**
     * Sets {@link #address()}.
     *
     * @param v the value
     */
    public void address(int v) {
        i32(0, v);
    }

    /** {@return of the cut-offs} */
    public int cutoffVersion() {
        return u16(4);
    }

    public void cutoffVersion(int v) {
        u16(4, v);
    }

    /** {@return responses to acknowledge} */
    int ackCount() {
        return u8(6);
    }

    void ackCount(int v) {
        u8(6, v);
    }

    /** {@return 1: something was sent to it since the control plane looked last} */
    public int used() {
        return u8(7);
    }

    public void used(int v) {
        u8(7, v);
    }

    /** {@return longest message whose unscheduled bytes go at a priority, bytes} */
    int cutoff(int index) {
        return i32(8, 8, index);
    }

    public void cutoff(int index, int v) {
        i32(8, 8, index, v);
    }

    /** {@return upper half of the client's id of a response to acknowledge} */
    int ackIdHigh(int index) {
        return i32(40, 8, index);
    }

    void ackIdHigh(int index, int v) {
        i32(40, 8, index, v);
    }

    /** {@return lower half of it} */
    int ackIdLow(int index) {
        return i32(72, 8, index);
    }

    void ackIdLow(int index, int v) {
        i32(72, 8, index, v);
    }

    /** {@return the server's port of it} */
    int ackPort(int index) {
        return i32(104, 8, index);
    }

    void ackPort(int index, int v) {
        i32(104, 8, index, v);
    }
}
