package org.millrace.api.context;

/** How a request or a connection ended. The code is part of the shared-memory layout. */
public enum Status {
    /** Well. */
    OK("ok"),
    /** The peer refused the connection. */
    REFUSED("connection refused"),
    /** No answer: retries exhausted. */
    TIMED_OUT("connection timed out"),
    /** The peer reset the connection. */
    RESET("connection reset by peer"),
    /** No route, or the neighbour does not answer. */
    UNREACHABLE("host unreachable"),
    /** The address or port is taken. */
    ADDRESS_IN_USE("address already in use"),
    /** The address is not one of this instance's. */
    ADDRESS_NOT_AVAILABLE("address not available"),
    /** No connection slot, buffer, port or flow is left. */
    NO_RESOURCES("out of connections, buffers or ports"),
    /** The runtime let go of the connection: shut down, or the context was closed. */
    ABORTED("closed by the runtime"),
    /** The transport does not do this. */
    UNSUPPORTED("not supported by the transport"),
    /** A message is longer than the path, or the transport, takes. */
    TOO_LONG("message too long"),
    /** The application took it back before it was sent. */
    CANCELLED("cancelled"),
    /** Frames of the connection would come to another shard of the instance. The library asks that one; no application sees it. */
    ELSEWHERE("served by another shard");

    private static final Status[] VALUES = values();

    private final String text;

    Status(String text) {
        this.text = text;
    }

    /** {@return the code in descriptors} */
    public int code() {
        return ordinal();
    }

    /** {@return in words} */
    public String text() {
        return text;
    }

    /**
     * {@return the status of a code; ABORTED for a code of a later version}
     *
     * @param code from a descriptor
     */
    public static Status of(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : ABORTED;
    }
}
