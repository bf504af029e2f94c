package org.millrace.udp;

import org.millrace.api.pipeline.State;

/** What the data path knows of a bound socket. Written by the control plane when it is bound. */
final class SocketState extends State {
    int connection() {
        return i32(0);
    }

    void connection(int v) {
        i32(0, v);
    }

    /** 0: any of this host's. */
    int localAddress() {
        return i32(4);
    }

    void localAddress(int v) {
        i32(4, v);
    }

    int localPort() {
        return u16(8);
    }

    void localPort(int v) {
        u16(8, v);
    }

    int context() {
        return u16(10);
    }

    void context(int v) {
        u16(10, v);
    }
}
