package org.millrace.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.PromiseCombiner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.TimeUnit;

/**
 * A stream of a Millrace instance. Bytes are copied once between Netty's buffers and the payload buffers, heap buffers as
 * well as direct ones; what the transmit buffer does not take stays with Netty and counts towards its water marks.
 *
 * <p>A reset, or a runtime that goes away, is told at once with its cause, whether or not anybody reads.
 */
public final class MillraceSocketChannel extends AbstractMillraceChannel implements SocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int MAX_GATHERED = 1024;

    private final MillraceSocketChannelConfig config = new MillraceSocketChannelConfig(this);
    private ChannelStream stream;
    private InetSocketAddress wantedLocal;
    private ChannelPromise connecting;
    private Future<?> connectTimeout;
    private volatile boolean connected;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private boolean writeBlocked;
    private boolean endSeen;
    private boolean failed;

    /** Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and connected. */
    public MillraceSocketChannel() {
        super(null);
    }

    MillraceSocketChannel(MillraceServerSocketChannel parent, ChannelStream accepted) {
        super(parent);
        stream = accepted;
        connected = true;
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return connected && isOpen();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    /** {@return null before it is connected} The data path chooses the port then, and Netty remembers what it once got. */
    @Override
    protected SocketAddress localAddress0() {
        return connected ? stream.localAddress() : null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return connected ? stream.peerAddress() : null;
    }

    @Override
    LoopContext endpointContext() {
        return stream == null ? null : stream.context();
    }

    @Override
    void attachEndpoint(MillraceRegistration to) {
        stream.attach(to);
    }

    @Override
    protected void doBind(SocketAddress local) {
        wantedLocal = checked(local);
    }

    @Override
    boolean isReadable() {
        return connected && !endSeen && (inputShutdown || stream.isReadable());
    }

    @Override
    void ready() {
        if (!isOpen() || stream == null) {
            return;
        }
        StreamUnsafe unsafe = (StreamUnsafe) unsafe();
        if (!connected) {
            if (!stream.isConnecting()) {
                unsafe.finishConnect();
            }
            return;
        }
        IOException failure = stream.failure();
        if (failure != null) {
            unsafe.fail(failure);
            return;
        }
        if (writeBlocked && stream.writable() > 0) {
            writeBlocked = false;
            unsafe.flush0();
        }
        if (inputShutdown && isOpen()) {
            stream.discard();
        }
        if (isReadPending() && isOpen() && isReadable()) {
            unsafe.read();
        }
    }

    void clearReadPending() {
        if (!isRegistered()) {
            readPending(false);
        } else if (eventLoop().inEventLoop()) {
            readPending(false);
        } else {
            eventLoop().execute(() -> readPending(false));
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf || message instanceof FileRegion) {
            return message;
        }
        throw new UnsupportedOperationException("a " + message.getClass().getName()
            + " cannot be sent; send a ByteBuf or FileRegion");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        for (int spins = config.getWriteSpinCount(); spins > 0; spins--) {
            Object message = in.current();
            if (message == null) {
                return;
            }
            boolean more = message instanceof FileRegion region ? writeRegion(in, region) : writeBuffers(in);
            if (!more) {
                writeBlocked = true; // until the data path has freed some of the transmit buffer
                return;
            }
        }
        if (!in.isEmpty()) {
            writeBlocked = true;
            again(); // others first
        }
    }

    /** {@return whether there may be room for more} */
    private boolean writeBuffers(ChannelOutboundBuffer in) throws IOException {
        ByteBuffer[] buffers = in.nioBuffers(MAX_GATHERED, Math.max(1, stream.writable()));
        int count = in.nioBufferCount();
        if (count == 0) {
            in.remove(); // empty
            return true;
        }
        long bytes = stream.write(buffers, 0, count);
        boolean all = !buffers[count - 1].hasRemaining();
        in.removeBytes(bytes);
        return all;
    }

    private boolean writeRegion(ChannelOutboundBuffer in, FileRegion region) throws IOException {
        if (region.transferred() < region.count()) {
            if (stream.writable() == 0) {
                return false;
            }
            long bytes = region.transferTo(stream, region.transferred());
            if (bytes <= 0) {
                throw new IOException("file region ends " + (region.count() - region.transferred())
                    + " bytes before its count");
            }
            in.progress(bytes);
        }
        if (region.transferred() >= region.count()) {
            in.remove();
        }
        return true;
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown || !isActive();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        inLoop(() -> {
            if (isOpen() && !connected) {
                promise.tryFailure(new NotYetConnectedException());
            } else {
                ((StreamUnsafe) unsafe()).shutdownOutput(promise);
            }
        });
        return promise;
    }

    @Override
    protected void doShutdownOutput() {
        outputShutdown = true;
        if (stream != null) {
            stream.shutdownOutput();
        }
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inLoop(() -> {
            if (isActive()) {
                inputShutdown = true;
                again(); // to tell of the end, and to drop what has come
                promise.setSuccess();
            } else {
                promise.setFailure(isOpen() ? new NotYetConnectedException() : new ClosedChannelException());
            }
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        inLoop(() -> {
            PromiseCombiner both = new PromiseCombiner(eventLoop());
            both.add((Future<?>) shutdownOutput());
            both.add((Future<?>) shutdownInput());
            both.finish(promise);
        });
        return promise;
    }

    private void inLoop(Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        ChannelPromise pending = connecting;
        connecting = null;
        if (pending != null) {
            pending.tryFailure(new ClosedChannelException());
        }
        if (connectTimeout != null) {
            connectTimeout.cancel(false);
        }
        if (stream != null) {
            if (config.getSoLinger() == 0) { // RFC 9293 §3.10.5: ABORT
                stream.abort();
            } else {
                stream.close();
            }
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    private final class StreamUnsafe extends MillraceUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (connecting != null) {
                    throw new ConnectionPendingException();
                }
                if (connected) {
                    throw new AlreadyConnectedException();
                }
                InetSocketAddress peer = checked(remote);
                if (local != null) {
                    doBind(local);
                }
                LoopContext home = registration().context();
                stream = new ChannelStream(home, home.toe().connect(peer, wantedLocal, null));
                stream.attach(registration());
                connecting = promise;
                limitTime(peer);
                promise.addListener(done -> {
                    if (done.isCancelled()) {
                        connecting = null;
                        close(voidPromise());
                    }
                });
            } catch (Exception e) {
                promise.tryFailure(annotateConnectException(e, remote));
                closeIfClosed();
            }
        }

        private void limitTime(InetSocketAddress peer) {
            int millis = config.getConnectTimeoutMillis();
            if (millis > 0) {
                connectTimeout = eventLoop().schedule(() -> {
                    ChannelPromise late = connecting;
                    if (late != null && late.tryFailure(new ConnectTimeoutException(
                        "connection timed out after " + millis + " ms: " + peer))) {
                        close(voidPromise());
                    }
                }, millis, TimeUnit.MILLISECONDS);
            }
        }

        void finishConnect() {
            ChannelPromise promise = connecting;
            connecting = null;
            if (connectTimeout != null) {
                connectTimeout.cancel(false);
            }
            try {
                stream.finishConnect();
            } catch (IOException e) {
                if (promise != null) {
                    promise.tryFailure(annotateConnectException(e, stream.peerAddress()));
                }
                close(voidPromise());
                return;
            }
            connected = true;
            boolean wanted = promise != null && promise.trySuccess();
            pipeline().fireChannelActive(); // even if a listener has closed it: inactive follows active
            if (!wanted) {
                close(voidPromise());
            }
        }

        @Override
        protected void flush0() {
            if (!writeBlocked) {
                super.flush0();
            }
        }

        /** The stream is over before its time: says why, once. */
        void fail(Throwable cause) {
            if (!failed && isOpen()) {
                failed = true;
                readPending(false);
                pipeline().fireExceptionCaught(cause);
                close(voidPromise(), cause, new ClosedByFailure(cause));
            }
        }

        void read() {
            if (inputShutdown) {
                endSeen |= !config.isAllowHalfClosure();
                if (!endSeen) {
                    endOfInput();
                }
                readPending(false);
                return;
            }
            ChannelPipeline pipeline = pipeline();
            ByteBufAllocator allocator = config.getAllocator();
            var quota = recvBufAllocHandle();
            quota.reset(config);
            ByteBuf buffer = null;
            boolean end = false;
            try {
                do {
                    buffer = quota.allocate(allocator);
                    quota.attemptedBytesRead(buffer.writableBytes());
                    quota.lastBytesRead(buffer.writeBytes(stream, quota.attemptedBytesRead()));
                    if (quota.lastBytesRead() <= 0) {
                        buffer.release();
                        buffer = null;
                        end = quota.lastBytesRead() < 0;
                        if (end) {
                            readPending(false);
                        }
                        break;
                    }
                    quota.incMessagesRead(1);
                    readPending(false);
                    ByteBuf full = buffer;
                    buffer = null;
                    pipeline.fireChannelRead(full);
                } while (isOpen() && !inputShutdown && quota.continueReading());
                quota.readComplete();
                pipeline.fireChannelReadComplete();
                if (end && isOpen()) {
                    endOfInput();
                }
            } catch (IOException | ChannelException e) {
                if (buffer != null) {
                    buffer.release();
                }
                quota.readComplete();
                pipeline.fireChannelReadComplete();
                fail(e);
            }
        }

        /** The peer will send no more, or nobody wants to hear it. */
        private void endOfInput() {
            if (!inputShutdown) {
                if (config.isAllowHalfClosure()) {
                    inputShutdown = true;
                    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                    again(); // the second event, as with NIO, in a later round
                } else {
                    close(voidPromise());
                }
            } else {
                endSeen = true;
                pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
        }
    }
}
