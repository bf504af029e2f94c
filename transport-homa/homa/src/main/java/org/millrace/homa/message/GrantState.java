package org.millrace.homa.message;

import org.millrace.api.pipeline.State;

/** Which incoming messages take grants now: one entry for all of a host. */
public final class GrantState extends State {

    /** {@return messages that take grants} */
    int active() {
        return i32(0);
    }

    void active(int v) {
        i32(0, v);
    }

    /** {@return key of the oldest message, if it is to be granted out of turn; 0: none} */
    int fifo() {
        return i32(4);
    }

    void fifo(int v) {
        i32(4, v);
    }

    /** {@return scheduled bytes that arrived since a message was last granted out of turn} */
    int fifoBytes() {
        return i32(8);
    }

    void fifoBytes(int v) {
        i32(8, v);
    }

    /** {@return scheduled messages so far} */
    int births() {
        return i32(12);
    }

    void births(int v) {
        i32(12, v);
    }

    /** {@return key of an active message} */
    int rpc(int index) {
        return i32(16, 8, index);
    }

    void rpc(int index, int v) {
        i32(16, 8, index, v);
    }

    /** {@return bytes of it that are still to come} */
    int remaining(int index) {
        return i32(48, 8, index);
    }

    void remaining(int index, int v) {
        i32(48, 8, index, v);
    }

    /** {@return its sender's address} */
    int peer(int index) {
        return i32(80, 8, index);
    }

    void peer(int index, int v) {
        i32(80, 8, index, v);
    }
}
