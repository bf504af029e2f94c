package org.millrace.tcp.control.connection;

import java.io.IOException;
import java.util.Arrays;
import org.millrace.api.context.StreamOption;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConfig;

/** The options of a connection: what its application has chosen, else the configuration's. */
public final class StreamOptions {
    private static final StreamOption[] ALL = StreamOption.values();
    private static final int UNSET = -1;
    private static final long MS_NS = 1_000_000;
    private static final long SECOND_NS = 1_000_000_000;

    private final TcpConfig config;
    /** By ordinal; null: nothing is chosen, as with most connections. */
    private int[] chosen;

    public StreamOptions(TcpConfig config) {
        this.config = config;
    }

    /** {@return its value now} */
    public int get(StreamOption option) {
        return isChosen(option) ? chosen[option.ordinal()] : standard(option);
    }

    private boolean isChosen(StreamOption option) {
        return chosen != null && chosen[option.ordinal()] != UNSET;
    }

    private int standard(StreamOption option) {
        return switch (option) {
            case NO_DELAY -> config.nodelay() ? 1 : 0;
            case CORK, RECEIVE_BYTES -> 0;
            case LINGER_MS -> config.lingerMs();
            case USER_TIMEOUT_MS -> config.userTimeoutMs();
            case KEEPALIVE -> config.keepaliveS() > 0 ? 1 : 0;
            case KEEPALIVE_IDLE_S -> config.keepaliveS() > 0 ? config.keepaliveS() : TcpConfig.KEEPALIVE_IDLE_S;
            case KEEPALIVE_INTERVAL_S -> config.keepaliveIntervalS();
            case KEEPALIVE_PROBES -> config.keepaliveProbes();
            case DSCP -> config.dscp();
        };
    }

    public void set(StreamOption option, int value) {
        if (chosen == null) {
            chosen = new int[ALL.length];
            Arrays.fill(chosen, UNSET);
        }
        chosen[option.ordinal()] = option == StreamOption.LINGER_MS && value == 0 ? UNSET : value;
    }

    /** {@return whether SO_LINGER bounds the time after CLOSE, however much the peer acknowledges meanwhile} */
    public boolean lingersInAll() {
        return isChosen(StreamOption.LINGER_MS);
    }

    public long lingerNs() {
        return get(StreamOption.LINGER_MS) * MS_NS;
    }

    /** {@return 0: there is none} */
    public long userTimeoutNs() {
        return get(StreamOption.USER_TIMEOUT_MS) * MS_NS;
    }

    public boolean keepsAlive() {
        return get(StreamOption.KEEPALIVE) != 0;
    }

    public long keepaliveIdleNs() {
        return get(StreamOption.KEEPALIVE_IDLE_S) * SECOND_NS;
    }

    public long keepaliveIntervalNs() {
        return get(StreamOption.KEEPALIVE_INTERVAL_S) * SECOND_NS;
    }

    /** {@return those that are not as most have them, for a connection's line: each behind a space} */
    String text() {
        int timeoutMs = get(StreamOption.USER_TIMEOUT_MS);
        int receiveBytes = get(StreamOption.RECEIVE_BYTES);
        return (get(StreamOption.NO_DELAY) != 0 ? "" : " nagle") + (get(StreamOption.CORK) == 0 ? "" : " cork")
            + (get(StreamOption.DSCP) == 0 ? "" : " dscp=" + get(StreamOption.DSCP))
            + (receiveBytes == 0 ? "" : " rcvbuf=" + receiveBytes)
            + (timeoutMs == 0 ? "" : " user-timeout=" + timeoutMs + "ms")
            + (keepsAlive() ? " keepalive=" + get(StreamOption.KEEPALIVE_IDLE_S) + "s" : "");
    }

    /** Writes or reads what is chosen. */
    public void walk(Fields f) throws IOException {
        boolean some = f.bit(chosen != null);
        for (int i = 0; some && i < ALL.length; i++) {
            int value = f.i32(chosen == null ? UNSET : chosen[i]);
            if (value != UNSET) {
                ALL[i].check(value);
            }
            set(ALL[i], value);
        }
    }
}
