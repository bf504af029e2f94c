package org.millrace.nio;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A socket channel that goes over Millrace or over the kernel: which, is decided when it connects, by the peer's address.
 * Over the kernel it is a shell around the JDK's own channel.
 *
 * <p>Any thread. Locks: one reader and one writer at a time, connecting is both; {@code stateLock} guards what it is, and
 * is held shortly, but while a context is attached.
 */
final class MillraceSocketChannel extends SocketChannel implements Watched {
    private enum State { OPEN, PENDING, CONNECTED }

    private final MillraceSelectorProvider provider;
    private final KernelSide<SocketChannel> kernel = new KernelSide<>(Options.ofStream());
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final Object stateLock = new Object();
    private volatile State state = State.OPEN;
    private volatile ChannelStream stream;
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private InetSocketAddress local;
    private InetSocketAddress peer;
    private SocketView view;

    MillraceSocketChannel(MillraceSelectorProvider provider) {
        super(provider);
        this.provider = provider;
    }

    /** One that a channel with these options has accepted. */
    MillraceSocketChannel(MillraceSelectorProvider provider, ChannelStream stream, Options listeners) {
        this(provider);
        this.stream = stream;
        kernel.options().inherit(listeners);
        stream.options(kernel.options());
        state = State.CONNECTED;
    }

    /** One that the kernel has accepted. */
    MillraceSocketChannel(MillraceSelectorProvider provider, SocketChannel accepted) {
        this(provider);
        kernel.adopt(accepted);
        state = State.CONNECTED;
    }

    /** {@return the kernel's channel that it goes over, or null} */
    SocketChannel kernel() {
        return kernel.channel();
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void checkConnected() throws ClosedChannelException {
        checkOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    /** What the kernel's channel did to itself, by an interrupt or a failure, has happened to this one. */
    private void follow(SocketChannel behind) throws IOException {
        if (!behind.isOpen()) {
            close();
        }
    }

    static InetSocketAddress checked(SocketAddress address) {
        if (!(Objects.requireNonNull(address) instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return internet;
    }

    @Override
    public SocketChannel bind(SocketAddress address) throws IOException {
        InetSocketAddress wanted = address == null ? new InetSocketAddress(0) : checked(address);
        synchronized (stateLock) {
            checkOpen();
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            if (getLocalAddress() != null) {
                throw new AlreadyBoundException();
            }
            if (!wanted.getAddress().isAnyLocalAddress() && !provider.routes().toMillrace(wanted)) {
                useKernel(wanted);
            }
            local = wanted;
        }
        return this;
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        return connect(remote, 0);
    }

    /** As the other; with a timeout, if it blocks. */
    boolean connect(SocketAddress remote, int timeoutMs) throws IOException {
        InetSocketAddress wanted = checked(remote);
        if (wanted.getAddress().isAnyLocalAddress()) { // as the kernel has it
            wanted = new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted.getPort());
        }
        lockBoth();
        try {
            prepare(wanted);
            SocketChannel behind = kernel.channel();
            if (behind != null) {
                return connect(behind, timeoutMs);
            }
            return isBlocking() && await(true, timeoutMs); // programs rely on being pending if it does not block
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlockBoth();
        }
    }

    private void lockBoth() {
        readLock.lock();
        writeLock.lock();
    }

    private void unlockBoth() {
        writeLock.unlock();
        readLock.unlock();
    }

    /** Decides where to go, and begins to connect if that is Millrace. */
    private void prepare(InetSocketAddress wanted) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            if (state == State.CONNECTED) {
                throw new AlreadyConnectedException();
            }
            if (state == State.PENDING) {
                throw new ConnectionPendingException();
            }
            SharedContext context = kernel.channel() == null && provider.routes().toMillrace(wanted)
                ? provider.contexts().open(ConnectException::new) : null;
            peer = wanted;
            state = State.PENDING;
            if (context != null) {
                stream = ChannelStream.connect(context, wanted, local, kernel.options(), this);
                kernel.offer(-1); // an answer may be there already, and a selector that sleeps not know this context
            } else if (kernel.channel() == null) {
                useKernel(local);
            }
        }
    }

    /** It goes over the kernel from now on. With the state lock held. */
    private void useKernel(InetSocketAddress bound) throws IOException {
        kernel.use(provider.kernel().openSocketChannel(), isBlocking(), behind -> {
            if (bound != null) {
                behind.bind(bound);
            }
        });
    }

    private boolean connect(SocketChannel behind, int timeoutMs) throws IOException {
        boolean connected = true;
        if (timeoutMs > 0) {
            behind.socket().connect(peer, timeoutMs);
        } else {
            connected = behind.connect(peer);
        }
        connected(connected);
        return connected;
    }

    private boolean await(boolean blocking, int timeoutMs) throws IOException {
        Patience patience = Patience.of(timeoutMs);
        boolean connected = false;
        if (blocking) {
            begin();
        }
        try {
            connected = stream.finishConnect(this, blocking, patience);
        } finally {
            patience.end();
            if (blocking) {
                end(connected);
            }
        }
        connected(connected);
        return connected;
    }

    private void connected(boolean done) {
        if (done) {
            state = State.CONNECTED;
            kernel.offer(-1); // other operations matter now
        }
    }

    @Override
    public boolean finishConnect() throws IOException {
        lockBoth();
        try {
            checkOpen();
            if (state == State.CONNECTED) {
                return true;
            }
            if (state == State.OPEN) {
                throw new NoConnectionPendingException();
            }
            SocketChannel behind = kernel.channel();
            if (behind == null) {
                return await(isBlocking(), 0);
            }
            connected(behind.finishConnect());
            return state == State.CONNECTED;
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlockBoth();
        }
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING;
    }

    @Override
    public int read(ByteBuffer destination) throws IOException {
        return (int) read(new ByteBuffer[] {destination}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] destinations, int offset, int length) throws IOException {
        return read(destinations, offset, length, Patience.endless());
    }

    /** As the other; with a timeout, if it blocks and goes over Millrace. */
    long read(ByteBuffer[] destinations, int offset, int length, Patience patience) throws IOException {
        Objects.checkFromIndexSize(offset, length, destinations.length);
        for (int i = offset; i < offset + length; i++) {
            if (destinations[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
        readLock.lock();
        try {
            checkConnected();
            SocketChannel behind = kernel.channel();
            return behind == null ? readStream(destinations, offset, length, patience)
                : readKernel(behind, destinations, offset, length);
        } finally {
            readLock.unlock();
        }
    }

    private long readKernel(SocketChannel behind, ByteBuffer[] destinations, int offset, int length) throws IOException {
        try {
            return length == 1 ? behind.read(destinations[offset]) : behind.read(destinations, offset, length);
        } finally {
            follow(behind);
        }
    }

    private long readStream(ByteBuffer[] destinations, int offset, int length, Patience patience) throws IOException {
        boolean blocking = isBlocking();
        long bytes = 0;
        if (blocking) {
            begin();
        }
        try {
            bytes = stream.read(this, destinations, offset, offset + length, blocking, patience);
        } finally {
            patience.end();
            if (blocking) {
                end(bytes != 0);
            }
        }
        if (bytes == 0 && !isOpen()) {
            throw new AsynchronousCloseException();
        }
        return bytes;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        for (int i = offset; i < offset + length; i++) {
            Objects.requireNonNull(sources[i]);
        }
        writeLock.lock();
        try {
            checkConnected();
            SocketChannel behind = kernel.channel();
            return behind == null ? writeStream(sources, offset, length) : writeKernel(behind, sources, offset, length);
        } finally {
            writeLock.unlock();
        }
    }

    private long writeKernel(SocketChannel behind, ByteBuffer[] sources, int offset, int length) throws IOException {
        try {
            return length == 1 ? behind.write(sources[offset]) : behind.write(sources, offset, length);
        } finally {
            follow(behind);
        }
    }

    private long writeStream(ByteBuffer[] sources, int offset, int length) throws IOException {
        boolean blocking = isBlocking();
        long bytes = 0;
        if (blocking) {
            begin();
        }
        try {
            bytes = stream.write(this, sources, offset, offset + length, blocking);
        } finally {
            if (blocking) {
                end(bytes > 0);
            }
        }
        if (bytes == 0 && !isOpen()) {
            throw new AsynchronousCloseException();
        }
        return bytes;
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (stateLock) {
            checkConnected();
            if (kernel.channel() != null) {
                kernel.channel().shutdownInput();
            } else if (!inputShut) {
                stream.shutdownInput(this);
            }
            inputShut = true;
        }
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (stateLock) {
            checkConnected();
            if (kernel.channel() != null) {
                kernel.channel().shutdownOutput();
            } else if (!outputShut) {
                stream.shutdownOutput(this);
            }
            outputShut = true;
        }
        return this;
    }

    boolean isInputShut() {
        return inputShut;
    }

    boolean isOutputShut() {
        return outputShut;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        checkOpen();
        if (state != State.CONNECTED) {
            return null;
        }
        return stream == null ? kernel.channel().getRemoteAddress() : stream.peerAddress();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        synchronized (stateLock) {
            if (kernel.channel() != null) {
                return kernel.channel().getLocalAddress();
            }
            return stream != null ? stream.localAddress() : local;
        }
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        synchronized (stateLock) {
            checkOpen();
            kernel.option(option, value);
            if (stream != null) {
                stream.option(option, value);
            }
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
    public Socket socket() {
        synchronized (stateLock) {
            if (view == null) {
                view = new SocketView(this);
            }
            return view;
        }
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
            } else if (stream != null) {
                stream.close(kernel.option(StandardSocketOptions.SO_LINGER) == 0);
            }
        }
    }

    @Override
    public void changed() {
        ChannelStream mine = stream;
        if (mine != null) {
            mine.signal();
        }
        kernel.offer(readyOps());
    }

    @Override
    public int readyOps() {
        ChannelStream mine = stream;
        return mine == null ? 0 : mine.readyOps(state == State.PENDING);
    }

    @Override
    public boolean readsFirst() {
        ChannelStream mine = stream;
        return mine != null && mine.readsFirst();
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
        return getClass().getSimpleName() + "[" + (isOpen() ? state.name().toLowerCase(Locale.ROOT) : "closed")
            + (stream != null ? " over Millrace" : kernel.channel() != null ? " over the kernel" : "") + "]";
    }
}
