package org.millrace.cli.testbed;

import org.millrace.api.context.Status;

/** Names that sockets have for what went wrong. */
final class Errno {
    static final String AGAIN = "EAGAIN";
    static final String BAD_DESCRIPTOR = "EBADF";
    static final String IN_PROGRESS = "EINPROGRESS";
    static final String NOT_CONNECTED = "ENOTCONN";
    static final String PIPE = "EPIPE";
    static final String NO_OPTION = "ENOPROTOOPT";

    private Errno() {
    }

    static String of(Status status) {
        return switch (status) {
            case OK -> "0";
            case REFUSED -> "ECONNREFUSED";
            case TIMED_OUT -> "ETIMEDOUT";
            case UNREACHABLE -> "EHOSTUNREACH";
            case ADDRESS_IN_USE -> "EADDRINUSE";
            case ADDRESS_NOT_AVAILABLE -> "EADDRNOTAVAIL";
            case NO_RESOURCES -> "ENOBUFS";
            case ABORTED -> "ECONNABORTED";
            case UNSUPPORTED -> "EOPNOTSUPP";
            case RESET -> "ECONNRESET";
            case TOO_LONG -> "EMSGSIZE";
            case CANCELLED -> "ECANCELED";
            case ELSEWHERE -> "EREMOTE";
        };
    }
}
