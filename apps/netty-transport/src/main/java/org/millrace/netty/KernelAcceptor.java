package org.millrace.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.millrace.api.context.Status;

/** Takes streams of the kernel's TCP. */
final class KernelAcceptor implements Acceptor {
    private final ServerSocketChannel listener;
    private final KernelWatch watch;
    private MillraceRegistration registration;

    private KernelAcceptor(ServerSocketChannel listener) {
        this.listener = listener;
        watch = new KernelWatch(listener, this::event);
    }

    static KernelAcceptor bind(InetSocketAddress local, MillraceServerSocketChannelConfig config) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.configureBlocking(false);
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, config.isReuseAddress());
            if (config.isReusePort()) {
                listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            if (config.getReceiveBufferSize() != 0) {
                listener.setOption(StandardSocketOptions.SO_RCVBUF, config.getReceiveBufferSize());
            }
            listener.bind(local, config.getBacklog());
            return new KernelAcceptor(listener);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    private void event(int ready) {
        watch.wantNot(SelectionKey.OP_ACCEPT); // the channel says when it wants more
        registration.ready();
    }

    @Override
    public ChannelStream accept() throws IOException {
        SocketChannel stream = listener.accept();
        if (stream == null) {
            wantAccept();
            return null;
        }
        return KernelStream.accepted(stream);
    }

    @Override
    public boolean isListening() {
        return true;
    }

    @Override
    public Status status() {
        return Status.OK;
    }

    /** {@return null: a listener of the kernel goes on} */
    @Override
    public IOException failure() {
        return null;
    }

    @Override
    public void wantAccept() {
        watch.want(SelectionKey.OP_ACCEPT);
    }

    @Override
    public void attach(MillraceRegistration to) throws Exception {
        registration = to;
        watch.attach(to);
    }

    @Override
    public InetSocketAddress localAddress() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        watch.end();
        listener.close();
    }
}
