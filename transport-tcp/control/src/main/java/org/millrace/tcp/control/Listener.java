package org.millrace.tcp.control;

/** One context's LISTEN. */
final class Listener {
    final int number;
    final int address;
    final int port;
    final int context;
    final long opaque;
    /** Most handshakes at a time. */
    final int backlog;
    int halfOpen;
    boolean closed;

    Listener(int number, int address, int port, int context, long opaque, int backlog) {
        this.number = number;
        this.address = address;
        this.port = port;
        this.context = context;
        this.opaque = opaque;
        this.backlog = backlog;
    }

    boolean full() {
        return halfOpen >= backlog;
    }
}
