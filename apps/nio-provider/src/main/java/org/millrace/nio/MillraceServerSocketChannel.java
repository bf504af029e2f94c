package org.millrace.nio;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.millrace.toe.StreamSocket;

/**
 * A server's channel that listens over Millrace or over the kernel: which, is decided when it is bound, by its address.
 * One whose runtime went away stays open, accepts nothing, and listens again when there is another.
 *
 * <p>Any thread. Locks: one thread accepts at a time; {@code stateLock} guards what it is.
 */
final class MillraceServerSocketChannel extends ServerSocketChannel implements Watched {
    private static final int DEFAULT_BACKLOG = 50;

    private final MillraceSelectorProvider provider;
    private final KernelSide<ServerSocketChannel> kernel = new KernelSide<>(Options.ofServer());
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final Object stateLock = new Object();
    private volatile Listening listening;
    private InetSocketAddress local;
    private int backlog;
    private volatile boolean lost;
    private ServerSocketView view;

    MillraceServerSocketChannel(MillraceSelectorProvider provider) {
        super(provider);
        this.provider = provider;
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public ServerSocketChannel bind(SocketAddress address, int wantedBacklog) throws IOException {
        InetSocketAddress wanted = address == null ? new InetSocketAddress(0) : MillraceSocketChannel.checked(address);
        synchronized (stateLock) {
            checkOpen();
            if (listening != null || kernel.channel() != null) {
                throw new AlreadyBoundException();
            }
            backlog = wantedBacklog < 1 ? DEFAULT_BACKLOG : wantedBacklog;
            SharedContext context = provider.routes().toMillrace(wanted) ? provider.contexts().open(BindException::new) : null;
            if (context == null) {
                kernel.use(provider.kernel().openServerSocketChannel(), isBlocking(),
                    behind -> behind.bind(wanted, backlog));
            } else {
                Listening made = Listening.at(context, ofIpv4(wanted), backlog);
                local = made.localAddress();
                listen(made);
            }
        }
        return this;
    }

    /** The wildcard address, whatever family the JDK has it in, is IPv4's here. */
    private static InetSocketAddress ofIpv4(InetSocketAddress address) throws IOException {
        return address.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getByAddress(new byte[4]), address.getPort()) : address;
    }

    private void listen(Listening made) {
        listening = made;
        lost = false;
        made.belongsTo(this);
    }

    /** The runtime is back. */
    void listenAgain(SharedContext context) throws IOException {
        Listening old = listening;
        Listening made = Listening.at(context, local, backlog);
        synchronized (stateLock) {
            if (!isOpen()) {
                made.close();
                return;
            }
            listen(made);
        }
        old.wake(); // who accepts goes on with the new one
    }

    @Override
    public SocketChannel accept() throws IOException {
        return accept(Patience.endless());
    }

    /** As the other; with a timeout, if it blocks and listens over Millrace. */
    SocketChannel accept(Patience patience) throws IOException {
        acceptLock.lock();
        try {
            checkOpen();
            ServerSocketChannel behind = kernel.channel();
            if (behind == null && listening == null) {
                throw new NotYetBoundException();
            }
            return behind == null ? acceptStream(patience) : acceptKernel(behind);
        } finally {
            acceptLock.unlock();
        }
    }

    private SocketChannel acceptKernel(ServerSocketChannel behind) throws IOException {
        try {
            SocketChannel accepted = behind.accept();
            return accepted == null ? null : new MillraceSocketChannel(provider, accepted);
        } finally {
            if (!behind.isOpen()) {
                close();
            }
        }
    }

    private SocketChannel acceptStream(Patience patience) throws IOException {
        boolean blocking = isBlocking();
        SocketChannel accepted = null;
        if (blocking) {
            begin();
        }
        try {
            do {
                accepted = acceptFrom(listening, blocking, patience);
            } while (accepted == null && blocking && isOpen());
        } finally {
            patience.end();
            if (blocking) {
                end(accepted != null);
            }
        }
        if (accepted == null && !isOpen()) {
            throw new AsynchronousCloseException();
        }
        return accepted;
    }

    private SocketChannel acceptFrom(Listening now, boolean blocking, Patience patience) throws IOException {
        now.context().lock();
        try {
            StreamSocket taken = now.accept();
            if (taken != null) {
                ChannelStream stream = new ChannelStream(now.context(), taken);
                MillraceSocketChannel accepted = new MillraceSocketChannel(provider, stream, kernel.options());
                stream.belongsTo(accepted);
                return accepted;
            }
            if (blocking && isOpen() && now == listening) {
                now.await(patience);
            }
            return null;
        } finally {
            now.context().unlock();
        }
    }

    @Override
    public void changed() {
        Listening now = listening;
        now.signal();
        if (now.isLost() && isOpen() && !lost) {
            lost = true;
            provider.relistener().lost(this, now.reason());
        }
        kernel.offer(readyOps());
    }

    @Override
    public int readyOps() {
        Listening now = listening;
        return now != null && now.isAcceptable() ? SelectionKey.OP_ACCEPT : 0;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        synchronized (stateLock) {
            checkOpen();
            return kernel.channel() != null ? kernel.channel().getLocalAddress() : local;
        }
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            kernel.option(option, value);
        }
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            return kernel.option(option);
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return kernel.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        synchronized (stateLock) {
            if (view == null) {
                view = ServerSocketView.of(this);
            }
            return view;
        }
    }

    ServerSocketChannel kernel() {
        return kernel.channel();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        synchronized (stateLock) {
            kernel.configureBlocking(block);
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        synchronized (stateLock) {
            if (kernel.channel() != null) {
                kernel.channel().close();
            } else if (listening != null) {
                listening.close();
            }
        }
    }

    @Override
    public void added(MillraceKey key) throws ClosedChannelException {
        synchronized (stateLock) {
            kernel.added(key);
        }
    }

    @Override
    public void removed(MillraceKey key) {
        kernel.removed(key);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + (isOpen() ? "" : "closed ") + local + (kernel.channel() != null ? " over the kernel" : "")
            + "]";
    }
}
