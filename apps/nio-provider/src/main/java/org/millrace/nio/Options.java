package org.millrace.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The options of a channel. Over Millrace SO_LINGER of 0 resets when closing; the others are kept and mean nothing: the
 * context has the buffers, streams do not delay small writes, and keepalive is the instance's.
 */
final class Options {
    private static final Map<SocketOption<?>, Object> SERVER = Map.of(StandardSocketOptions.SO_RCVBUF, 256 << 10,
        StandardSocketOptions.SO_REUSEADDR, true);
    private static final Map<SocketOption<?>, Object> STREAM = Map.of(StandardSocketOptions.SO_RCVBUF, 256 << 10,
        StandardSocketOptions.SO_SNDBUF, 256 << 10, StandardSocketOptions.SO_REUSEADDR, false,
        StandardSocketOptions.SO_KEEPALIVE, false, StandardSocketOptions.SO_LINGER, -1,
        StandardSocketOptions.TCP_NODELAY, false, StandardSocketOptions.IP_TOS, 0);

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
        set.put(option, value);
    }

    synchronized <T> T get(SocketOption<T> option) {
        check(option);
        return option.type().cast(set.getOrDefault(option, defaults.get(option)));
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
