package org.millrace.toe;

import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import org.millrace.api.context.Status;

/** What libTOE's exceptions have in common. The messages name the instance, the address and what to do. */
public sealed interface ToeFailure {
    /** {@return why} */
    Status status();

    /**
     * {@return the exception that applications expect of a status: ConnectException where the peer did not answer or
     * refused, BindException where the address is to blame, else ToeException}
     *
     * @param status any but OK
     * @param what   what failed: operation, address, instance
     * @param detail more about it, or empty
     */
    static SocketException of(Status status, String what, String detail) {
        String message = what + ": " + status.text() + detail + advice(status);
        return switch (status) {
            case REFUSED, TIMED_OUT, UNREACHABLE -> new ToeConnectException(status, message);
            case ADDRESS_IN_USE, ADDRESS_NOT_AVAILABLE -> new ToeBindException(status, message);
            default -> new ToeException(status, message);
        };
    }

    private static String advice(Status status) {
        return switch (status) {
            case REFUSED -> "; see that a server listens there";
            case TIMED_OUT -> "; see that the peer is up and no filter drops its segments";
            case UNREACHABLE -> "; see the instance's routes and that the peer answers ARP";
            case ADDRESS_IN_USE -> "; choose another port, or 0 for any";
            case ADDRESS_NOT_AVAILABLE -> "; choose an address that the instance was configured with";
            case NO_RESOURCES -> "; close connections, open a context with more (ContextSize.connections, -Dmillrace.connections), or raise 'flows'"
                + " in the instance's configuration";
            case ABORTED -> "; open a new context once the instance runs again";
            case UNSUPPORTED -> "; name another transport";
            case TOO_LONG -> "; send shorter messages";
            case OK, RESET, CANCELLED, ELSEWHERE -> "";
        };
    }

    /** The peer did not answer, or refused. */
    final class ToeConnectException extends ConnectException implements ToeFailure {
        private static final long serialVersionUID = 1;
        private final Status status;

        ToeConnectException(Status status, String message) {
            super(message);
            this.status = status;
        }

        @Override
        public Status status() {
            return status;
        }
    }

    /** The address is taken or not one of the instance's. */
    final class ToeBindException extends BindException implements ToeFailure {
        private static final long serialVersionUID = 1;
        private final Status status;

        ToeBindException(Status status, String message) {
            super(message);
            this.status = status;
        }

        @Override
        public Status status() {
            return status;
        }
    }

    /** Any other failure: a reset, a runtime that went away, a limit. */
    final class ToeException extends SocketException implements ToeFailure {
        private static final long serialVersionUID = 1;
        private final Status status;

        ToeException(Status status, String message) {
            super(message);
            this.status = status;
        }

        @Override
        public Status status() {
            return status;
        }
    }
}
