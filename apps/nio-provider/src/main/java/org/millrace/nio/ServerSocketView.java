package org.millrace.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** A server's channel as a {@link ServerSocket}. */
final class ServerSocketView extends ServerSocket {
    private final MillraceServerSocketChannel channel;
    private final ViewedChannel viewed;
    private volatile int timeoutMs;

    private ServerSocketView(MillraceServerSocketChannel channel) throws IOException {
        this.channel = channel;
        viewed = new ViewedChannel(channel);
    }

    static ServerSocketView of(MillraceServerSocketChannel channel) {
        try {
            return new ServerSocketView(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of the kernel's socket, which is not made before it is bound
        }
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        bind(local, 0);
    }

    @Override
    public void bind(SocketAddress local, int backlog) throws IOException {
        if (local instanceof InetSocketAddress internet && internet.isUnresolved()) {
            throw new SocketException("Unresolved address");
        }
        channel.bind(local, backlog);
    }

    @Override
    public InetAddress getInetAddress() {
        InetSocketAddress local = viewed.local();
        return local == null ? null : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        return viewed.localPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return viewed.local();
    }

    @Override
    public Socket accept() throws IOException {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        try {
            ServerSocketChannel kernel = channel.kernel();
            if (kernel != null && timeoutMs > 0) {
                kernel.socket().setSoTimeout(timeoutMs);
                SocketChannel accepted = kernel.socket().accept().getChannel();
                return new MillraceSocketChannel((MillraceSelectorProvider) channel.provider(), accepted).socket();
            }
            return channel.accept(Patience.of(timeoutMs)).socket();
        } catch (NotYetBoundException e) {
            throw new SocketException("Socket is not bound yet", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public boolean isBound() {
        return viewed.local() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void setSoTimeout(int milliseconds) throws SocketException {
        if (milliseconds < 0) {
            throw new IllegalArgumentException("timeout can't be negative");
        }
        timeoutMs = milliseconds;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMs;
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        viewed.set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return viewed.get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        viewed.setBytes(StandardSocketOptions.SO_RCVBUF, bytes);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return viewed.get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public String toString() {
        return "ServerSocket[" + channel + "]";
    }
}
