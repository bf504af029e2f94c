package org.millrace.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.millrace.api.context.StreamOption;
import org.millrace.toe.StreamSocket;

/**
 * The options of a channel, with Linux's defaults: without TCP_NODELAY little writes are gathered by Nagle's algorithm. Over
 * Millrace a stream is told of all but SO_REUSEADDR; SO_LINGER of 0 resets when closing.
 */
final class Options {
    private static final Map<SocketOption<?>, Object> SERVER = Map.of(StandardSocketOptions.SO_RCVBUF, 256 << 10,
        StandardSocketOptions.SO_REUSEADDR, true);
    private static final Map<SocketOption<?>, Object> STREAM = Map.of(StandardSocketOptions.SO_RCVBUF, 256 << 10,
        StandardSocketOptions.SO_SNDBUF, 256 << 10, StandardSocketOptions.SO_REUSEADDR, false,
        StandardSocketOptions.SO_KEEPALIVE, false, StandardSocketOptions.SO_LINGER, -1,
        StandardSocketOptions.TCP_NODELAY, false, StandardSocketOptions.IP_TOS, 0,
        ExtendedSocketOptions.TCP_KEEPIDLE, 7_200, ExtendedSocketOptions.TCP_KEEPINTERVAL, 75,
        ExtendedSocketOptions.TCP_KEEPCOUNT, 9);

    private final Map<SocketOption<?>, Object> defaults;
    private final Map<SocketOption<?>, Object> set = new LinkedHashMap<>();

    private Options(Map<SocketOption<?>, Object> defaults) {
        this.defaults = defaults;
    }

    static Options ofServer() {
        return new Options(SERVER);
    }

    static Options ofStream() {
        return new Options(STREAM);
    }

    Set<SocketOption<?>> supported() {
        return defaults.keySet();
    }

    synchronized <T> void set(SocketOption<T> option, T value) {
        check(option);
        if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException(option + " cannot be " + value);
        }
        if ((option == StandardSocketOptions.SO_RCVBUF || option == StandardSocketOptions.SO_SNDBUF)
            && (Integer) value < 0) {
            throw new IllegalArgumentException(option + " is " + value);
        }
        if (option == StandardSocketOptions.IP_TOS && ((Integer) value & ~0xff) != 0) {
            throw new IllegalArgumentException(option + " is " + value + ", allowed is 0 to 255");
        }
        set.put(option, value);
    }

    synchronized <T> T get(SocketOption<T> option) {
        check(option);
        return option.type().cast(set.getOrDefault(option, defaults.get(option)));
    }

    /** Takes what an accepted stream has of its listener, as Linux has it: SO_RCVBUF. */
    void inherit(Options listeners) {
        Object bytes;
        synchronized (listeners) {
            bytes = listeners.set.get(StandardSocketOptions.SO_RCVBUF);
        }
        if (bytes != null) {
            set(StandardSocketOptions.SO_RCVBUF, (Integer) bytes);
        }
    }

    /** Tells a stream of all that is not as a stream is by itself. */
    synchronized void tell(StreamSocket stream) {
        tell(stream, StandardSocketOptions.TCP_NODELAY, get(StandardSocketOptions.TCP_NODELAY));
        set.forEach((option, value) -> tell(stream, option, value));
    }

    /** Tells a stream of one. */
    static void tell(StreamSocket stream, SocketOption<?> option, Object value) {
        switch (option.name()) {
            case "TCP_NODELAY" -> stream.option(StreamOption.NO_DELAY, (Boolean) value ? 1 : 0);
            case "SO_KEEPALIVE" -> stream.option(StreamOption.KEEPALIVE, (Boolean) value ? 1 : 0);
            case "TCP_KEEPIDLE" -> bounded(stream, StreamOption.KEEPALIVE_IDLE_S, (Integer) value);
            case "TCP_KEEPINTERVAL" -> bounded(stream, StreamOption.KEEPALIVE_INTERVAL_S, (Integer) value);
            case "TCP_KEEPCOUNT" -> bounded(stream, StreamOption.KEEPALIVE_PROBES, (Integer) value);
            case "SO_LINGER" -> stream.option(StreamOption.LINGER_MS, Math.clamp((Integer) value, 0, 65_535) * 1_000);
            case "IP_TOS" -> stream.option(StreamOption.DSCP, (Integer) value >> 2);
            case "SO_RCVBUF" -> stream.option(StreamOption.RECEIVE_BYTES, (Integer) value);
            case "SO_SNDBUF" -> stream.sendBuffer((Integer) value);
            default -> {
                // SO_REUSEADDR: of an address, not of a stream
            }
        }
    }

    private static void bounded(StreamSocket stream, StreamOption option, int value) {
        stream.option(option, Math.clamp(value, option.least(), option.most()));
    }

    private void check(SocketOption<?> option) {
        if (!defaults.containsKey(Objects.requireNonNull(option))) {
            throw new UnsupportedOperationException("'" + option + "' not supported");
        }
    }

    /** Sets those that were set on a kernel channel too. */
    synchronized void applyTo(NetworkChannel kernel) throws IOException {
        for (SocketOption<?> option : set.keySet()) {
            apply(kernel, option);
        }
    }

    private <T> void apply(NetworkChannel kernel, SocketOption<T> option) throws IOException {
        kernel.setOption(option, option.type().cast(set.get(option)));
    }
}
