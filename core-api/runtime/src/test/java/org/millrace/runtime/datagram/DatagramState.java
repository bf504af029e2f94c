package org.millrace.runtime.datagram;

import org.millrace.api.pipeline.State;

/** What is kept of a bound socket. */
public final class DatagramState extends State {
    int connection() {
        return i32(0);
    }

    void connection(int v) {
        i32(0, v);
    }

    int received() {
        return i32(4);
    }

    void received(int v) {
        i32(4, v);
    }

    int sent() {
        return i32(8);
    }

    void sent(int v) {
        i32(8, v);
    }

    int localAddress() {
        return i32(12);
    }

    void localAddress(int v) {
        i32(12, v);
    }

    int localPort() {
        return u16(16);
    }

    void localPort(int v) {
        u16(16, v);
    }

    int context() {
        return u16(18);
    }

    void context(int v) {
        u16(18, v);
    }
}
