package org.millrace.cli.testbed;

import java.util.Map;
import java.util.OptionalInt;
import org.millrace.api.context.StreamOption;
import org.millrace.tcp.control.connection.StreamOptions;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/** Options of sockets that can be set, by their names in Linux and in its units. */
final class SocketOptions {
    /** How an option's number here becomes one of the context queue: times or divided by a factor. */
    private record Scaled(StreamOption option, int times, int divided) {
        int inQueue(long value) {
            return (int) Math.min(value * times / divided, Integer.MAX_VALUE);
        }

        int asNamed(int value) {
            return (int) ((long) value * divided / times);
        }
    }

    private static final Map<String, Scaled> ALL = Map.of("TCP_NODELAY", new Scaled(StreamOption.NO_DELAY, 1, 1),
        "TCP_CORK", new Scaled(StreamOption.CORK, 1, 1), "SO_LINGER", new Scaled(StreamOption.LINGER_MS, 1_000, 1),
        "TCP_USER_TIMEOUT", new Scaled(StreamOption.USER_TIMEOUT_MS, 1, 1),
        "SO_KEEPALIVE", new Scaled(StreamOption.KEEPALIVE, 1, 1), "TCP_KEEPIDLE", new Scaled(StreamOption.KEEPALIVE_IDLE_S, 1, 1),
        "TCP_KEEPINTVL", new Scaled(StreamOption.KEEPALIVE_INTERVAL_S, 1, 1),
        "TCP_KEEPCNT", new Scaled(StreamOption.KEEPALIVE_PROBES, 1, 1), "IP_TOS", new Scaled(StreamOption.DSCP, 1, 4));

    private SocketOptions() {
    }

    /** {@return whether there is such an option and such a value of it}; it is set then. */
    static boolean set(Endpoint endpoint, String name, long value) {
        if (name.equals("SO_SNDBUF") && value > 0 && endpoint instanceof StreamSocket stream) {
            stream.transmitMost((int) value);
            return true;
        }
        Scaled scaled = ALL.get(name);
        if (scaled == null || value < 0 || !scaled.option.allows(scaled.inQueue(value))) {
            return false;
        }
        int number = scaled.inQueue(value);
        switch (endpoint) {
            case StreamSocket stream -> stream.option(scaled.option, number);
            case ListenSocket listener -> listener.option(scaled.option, number);
            default -> throw new IllegalStateException("a socket of another kind");
        }
        return true;
    }

    /** {@return its value, which is the configuration's unless it was set; null: there is no such option} */
    static Integer get(StreamSocket stream, String name, Map<String, String> configuration) {
        Scaled scaled = ALL.get(name);
        if (scaled == null) {
            return null;
        }
        OptionalInt chosen = stream.option(scaled.option);
        return scaled.asNamed(chosen.orElseGet(() -> new StreamOptions(TcpConfig.parse(configuration)).get(scaled.option)));
    }
}
