package org.millrace.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;

/**
 * A channel as {@link java.net.Socket} and {@link java.net.ServerSocket} see it alike: its local address and its options,
 * with the exceptions of java.net. Any thread.
 */
final class ViewedChannel {
    private final NetworkChannel channel;

    ViewedChannel(NetworkChannel channel) {
        this.channel = channel;
    }

    /** {@return its local address, or null if it has none or is closed} */
    InetSocketAddress local() {
        try {
            return (InetSocketAddress) channel.getLocalAddress();
        } catch (IOException e) {
            return null; // closed
        }
    }

    /** {@return its local port, or -1 if it has none or is closed} */
    int localPort() {
        InetSocketAddress local = local();
        return local == null ? -1 : local.getPort();
    }

    <T> void set(SocketOption<T> option, T value) throws SocketException {
        try {
            channel.setOption(option, value);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Sets the size of a buffer. */
    void setBytes(SocketOption<Integer> option, int bytes) throws SocketException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("invalid buffer size " + bytes);
        }
        set(option, bytes);
    }

    <T> T get(SocketOption<T> option) throws SocketException {
        try {
            return channel.getOption(option);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static SocketException failure(IOException e) {
        return new SocketException(e instanceof ClosedChannelException ? "Socket is closed" : e.getMessage(), e);
    }
}
