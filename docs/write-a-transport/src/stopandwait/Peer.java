package stopandwait;

import org.millrace.api.pipeline.State;

/** What the data path knows of a socket and its one peer. All is 0 at first. */
final class Peer extends State {
    /** Most messages of an application that wait, the one under way included; a power of two. */
    static final int QUEUE = 16;

    int connection() {
        return i32(0);
    }

    void connection(int v) {
        i32(0, v);
    }

    int context() {
        return u16(4);
    }

    void context(int v) {
        u16(4, v);
    }

    int localPort() {
        return u16(6);
    }

    void localPort(int v) {
        u16(6, v);
    }

    int localAddress() {
        return i32(8);
    }

    void localAddress(int v) {
        i32(8, v);
    }

    int address() {
        return i32(12);
    }

    void address(int v) {
        i32(12, v);
    }

    /** 0: there is no peer yet. */
    int port() {
        return u16(16);
    }

    void port(int v) {
        u16(16, v);
    }

    /** Sequence number of the message that the peer is to send next. */
    int expected() {
        return i32(20);
    }

    void expected(int v) {
        i32(20, v);
    }

    /** Sequence number of the message under way, or of the next one if none is. */
    int oldest() {
        return i32(24);
    }

    void oldest(int v) {
        i32(24, v);
    }

    /** Sequence number of the application's next message. */
    int next() {
        return i32(28);
    }

    void next(int v) {
        i32(28, v);
    }

    /** Where the message of a sequence number lies in the transmit buffer. */
    int position(int sequence) {
        return i32(32, QUEUE, sequence);
    }

    void position(int sequence, int v) {
        i32(32, QUEUE, sequence, v);
    }

    /** Bytes. */
    int length(int sequence) {
        return i32(96, QUEUE, sequence);
    }

    void length(int sequence, int v) {
        i32(96, QUEUE, sequence, v);
    }

    /** The application's number for it. */
    int message(int sequence) {
        return i32(160, QUEUE, sequence);
    }

    void message(int sequence, int v) {
        i32(160, QUEUE, sequence, v);
    }
}
