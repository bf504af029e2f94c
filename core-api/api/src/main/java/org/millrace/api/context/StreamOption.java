package org.millrace.api.context;

/**
 * What an application can choose for one stream, or for a listener's streams and what answers for them. What it has not chosen
 * is the instance's: the transport's configuration. A transport that has no use for one ignores it.
 */
public enum StreamOption {
    /** 1: what is written is sent at once (TCP_NODELAY); 0: Nagle's algorithm, RFC 9293 §3.7.4, RFC 896. */
    NO_DELAY(1, 0, 1),
    /** 1: only whole segments are sent, and what is less after 200 ms (TCP_CORK). */
    CORK(2, 0, 1),
    /** Milliseconds after CLOSE until what the peer has not acknowledged is given up with a reset (SO_LINGER); 0: the instance's. */
    LINGER_MS(3, 0, 65_535_000),
    /** Milliseconds that what was written may stay unacknowledged before the stream fails (RFC 5482); 0: as retries go. */
    USER_TIMEOUT_MS(4, 0, Integer.MAX_VALUE),
    /** 1: an idle peer is probed, RFC 9293 §3.8.4 (SO_KEEPALIVE). */
    KEEPALIVE(5, 0, 1),
    /** Seconds without a segment of the peer's before it is probed (TCP_KEEPIDLE). */
    KEEPALIVE_IDLE_S(6, 1, 86_400),
    /** Seconds from one probe to the next (TCP_KEEPINTVL). */
    KEEPALIVE_INTERVAL_S(7, 1, 32_767),
    /** Unanswered probes before the stream fails (TCP_KEEPCNT). */
    KEEPALIVE_PROBES(8, 1, 127),
    /** Differentiated services code point of what is sent, RFC 2474 §3: the upper six bits of IP_TOS. */
    DSCP(9, 0, 63),
    /** Bytes to which a receive buffer may grow, but what it begins with stays (SO_RCVBUF); 0: as the context has it. */
    RECEIVE_BYTES(10, 0, Integer.MAX_VALUE);

    private static final StreamOption[] ALL = values();

    private final int code;
    private final int least;
    private final int most;

    StreamOption(int code, int least, int most) {
        this.code = code;
        this.least = least;
        this.most = most;
    }

    /** {@return its number in a context queue} */
    public int code() {
        return code;
    }

    /** {@return the least value} */
    public int least() {
        return least;
    }

    /** {@return the largest value} */
    public int most() {
        return most;
    }

    /**
     * {@return whether a value is allowed}
     *
     * @param value any
     */
    public boolean allows(int value) {
        return value >= least && value <= most;
    }

    /**
     * Checks a value that is chosen.
     *
     * @param value any
     * @throws IllegalArgumentException if it is not allowed: says what is
     */
    public void check(int value) {
        if (!allows(value)) {
            throw new IllegalArgumentException(this + " is " + value + ", allowed is " + least + " to " + most);
        }
    }

    /**
     * {@return the option of a number, or null}
     *
     * @param code any
     */
    public static StreamOption ofCode(int code) {
        return code >= 1 && code <= ALL.length ? ALL[code - 1] : null;
    }
}
