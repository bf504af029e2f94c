package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.millrace.api.context.StreamOption;

/** A stream of the kernel's TCP, for addresses that are not routed over Millrace. */
final class KernelStream implements ChannelStream {
    private static final int ROOM = 1 << 20; // what a socket takes is not known before it is tried

    private final SocketChannel socket;
    private final KernelWatch watch;
    private MillraceRegistration registration;
    private boolean connecting;
    private boolean readable;
    private boolean wasRead;
    private boolean ended;
    private boolean full;

    private KernelStream(SocketChannel socket) throws IOException {
        this.socket = socket;
        socket.configureBlocking(false);
        watch = new KernelWatch(socket, this::event);
    }

    static KernelStream accepted(SocketChannel socket) throws IOException {
        return new KernelStream(socket);
    }

    /** {@return a stream that is connecting} Its channel's registration is told when it has, or has failed. */
    static KernelStream connect(InetSocketAddress peer, InetSocketAddress local, MillraceSocketChannelConfig config)
            throws IOException {
        KernelStream stream = new KernelStream(SocketChannel.open());
        try {
            stream.apply(config);
            if (local != null) {
                stream.socket.bind(local);
            }
            stream.connecting = !stream.socket.connect(peer);
            if (stream.connecting) {
                stream.watch.want(SelectionKey.OP_CONNECT);
            }
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.socket.close();
            throw e;
        }
    }

    private void event(int ready) {
        if ((ready & SelectionKey.OP_CONNECT) != 0) {
            watch.wantNot(SelectionKey.OP_CONNECT);
            connecting = false;
        }
        if ((ready & SelectionKey.OP_WRITE) != 0) {
            watch.wantNot(SelectionKey.OP_WRITE);
            full = false;
        }
        readable = (ready & SelectionKey.OP_READ) != 0;
        wasRead = false;
        registration.ready();
        if (readable && !wasRead) {
            watch.wantNot(SelectionKey.OP_READ);
        }
        readable = false; // the selector says so again
    }

    @Override
    public void attach(MillraceRegistration to) throws Exception {
        registration = to;
        watch.attach(to);
    }

    @Override
    public boolean isConnecting() {
        return connecting;
    }

    @Override
    public void finishConnect() throws IOException {
        socket.finishConnect();
    }

    /** {@return null: reading or writing tells} */
    @Override
    public IOException failure() {
        return null;
    }

    /** The kernel tells of the failure after what came before. */
    @Override
    public boolean hasUnreadAfterFailure() {
        return false;
    }

    @Override
    public boolean isReadable() {
        return readable;
    }

    @Override
    public void wantRead() {
        if (!ended && !connecting) {
            watch.want(SelectionKey.OP_READ);
        }
    }

    @Override
    public int writable() {
        return full ? 0 : ROOM;
    }

    @Override
    public void shutdownInput() throws IOException {
        ended = true;
        socket.shutdownInput();
    }

    @Override
    public void discard() {
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        wasRead = true;
        int bytes = socket.read(destination);
        ended |= bytes < 0;
        return bytes;
    }

    @Override
    public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
        wasRead = true;
        long bytes = socket.read(destinations, offset, length);
        ended |= bytes < 0;
        return bytes;
    }

    @Override
    public long read(ByteBuffer[] destinations) throws IOException {
        return read(destinations, 0, destinations.length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes = socket.write(source);
        wrote(source.hasRemaining());
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long bytes = socket.write(sources, offset, length);
        wrote(length > 0 && sources[offset + length - 1].hasRemaining());
        return bytes;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return write(sources, 0, sources.length);
    }

    private void wrote(boolean tooMuch) {
        if (tooMuch) {
            full = true;
            watch.want(SelectionKey.OP_WRITE);
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    private <T> void apply(SocketOption<T> option, Integer value) throws IOException {
        if (value != null) {
            socket.setOption(option, option.type().cast(value));
        }
    }

    @Override
    public void apply(MillraceSocketChannelConfig config) throws IOException {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, config.isTcpNoDelay());
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, config.isKeepAlive());
        for (SocketOption<?> option : socket.supportedOptions()) {
            if (option.name().startsWith("TCP_KEEP")) {
                Integer value = config.chosen().get(MillraceChannelOption.streamOption(option.name()));
                apply(option, value);
            }
        }
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, config.isReuseAddress());
        if (config.chosen().containsKey(StreamOption.DSCP)) {
            socket.setOption(StandardSocketOptions.IP_TOS, config.getTrafficClass());
        }
        if (config.getReceiveBufferSize() != 0) {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, config.getReceiveBufferSize());
        }
        if (config.getSendBufferSize() != 0) {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, config.getSendBufferSize());
        }
    }

    @Override
    public InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) socket.getLocalAddress();
    }

    @Override
    public InetSocketAddress peerAddress() throws IOException {
        return (InetSocketAddress) socket.getRemoteAddress();
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        watch.end();
        socket.close();
    }

    @Override
    public void abort() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        close();
    }
}
