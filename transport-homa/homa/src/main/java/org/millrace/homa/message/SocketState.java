package org.millrace.homa.message;

import org.millrace.api.pipeline.State;

/** What the data path knows of a bound socket. Written by the control plane when it is bound. */
public final class SocketState extends State {

    /** {@return its id in its context} */
    int connection() {
        return i32(0);
    }

    void connection(int v) {
        i32(0, v);
    }

    /** {@return 0: any of this host's} */
    int localAddress() {
        return i32(4);
    }

    void localAddress(int v) {
        i32(4, v);
    }

    /** {@return the port} */
    int localPort() {
        return u16(8);
    }

    void localPort(int v) {
        u16(8, v);
    }

    /** {@return whose it is} */
    int context() {
        return u16(10);
    }

    void context(int v) {
        u16(10, v);
    }

    /** {@return upper half of the ids of the RPCs it begins, random: an id is hard to guess, and unlike those of an earlier socket} */
    int idHigh() {
        return i32(12);
    }

    void idHigh(int v) {
        i32(12, v);
    }
}
