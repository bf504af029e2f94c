package org.millrace.tcp.control.connection;

import java.util.Arrays;

/** State of a connection, RFC 9293 §3.3.2, and how it goes from one to the next (Figure 5). */
public enum TcpState {
    LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, CLOSED;

    private static final TcpState[] BY_NUMBER = {CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1,
        FIN_WAIT_2, CLOSE_WAIT, LAST_ACK, CLOSING, TIME_WAIT};

    /** {@return its number, that of RFC 4022 tcpConnectionState: 1 to 11} */
    public int number() {
        return Arrays.asList(BY_NUMBER).indexOf(this) + 1;
    }

    public static TcpState ofNumber(int number) {
        return BY_NUMBER[number - 1];
    }

    /** {@return the state after our FIN has been queued: the application's shutdown or CLOSE} */
    public TcpState finQueued() {
        return switch (this) {
            case ESTABLISHED -> FIN_WAIT_1;
            case CLOSE_WAIT -> LAST_ACK;
            default -> this;
        };
    }

    /** {@return the state after our FIN has been acknowledged} */
    public TcpState finAcked() {
        return switch (this) {
            case FIN_WAIT_1 -> FIN_WAIT_2;
            case CLOSING -> TIME_WAIT;
            case LAST_ACK -> CLOSED;
            default -> this;
        };
    }

    /** {@return the state after the peer's FIN has been taken in order} */
    public TcpState finReceived() {
        return switch (this) {
            case ESTABLISHED -> CLOSE_WAIT;
            case FIN_WAIT_1 -> CLOSING;
            case FIN_WAIT_2 -> TIME_WAIT;
            default -> this;
        };
    }

    /** {@return whether both streams have ended and been acknowledged} */
    public boolean finished() {
        return this == TIME_WAIT || this == CLOSED;
    }

    /** {@return the name as tools print it: {@code FIN-WAIT-1}} */
    public String text() {
        return name().replace('_', '-');
    }
}
