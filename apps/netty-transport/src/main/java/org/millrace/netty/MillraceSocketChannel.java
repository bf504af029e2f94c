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
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * A stream of a Millrace instance, or of the kernel if its peer's address is not routed over Millrace: which, turns out
 * when it connects. Bytes are copied once between Netty's buffers and the payload buffers, heap buffers as
 * well as direct ones; what the transmit buffer does not take stays with Netty and counts towards its water marks.
 *
 * <p>DESIGN NOTES. A stream of Millrace belongs to the context of a loop, and only that loop touches it. An accepted one
 * is at first in the context that listens; registered with another loop it is handed over, with what has arrived, before
 * that registration is complete. Afterwards it stays: a channel taken out of its loop can only go back there.
 *
 * <p>A reset, or a runtime that goes away, is told at once with its cause, whether or not anybody reads.
 */
public final class MillraceSocketChannel extends AbstractMillraceChannel implements SocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final int MAX_GATHERED = 1024;

    private final MillraceSocketChannelConfig config = new MillraceSocketChannelConfig(this);
    private ChannelStream stream;
    /** Accepted, still the listener's: what was registered waits for {@link #stream}. */
    private ToeStream offered;
    private ChannelPromise settling;
    private InetSocketAddress wantedLocal;
    private InetSocketAddress wantedPeer;
    private ChannelPromise connecting;
    private Future<?> timeLimit;
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
        if (accepted instanceof ToeStream toe) {
            offered = toe;
        } else {
            stream = accepted;
            connected = true;
        }
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
        try {
            return connected ? stream.localAddress() : offered == null ? null : offered.localAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    protected SocketAddress remoteAddress0() {
        try {
            return connected ? stream.peerAddress() : offered == null ? null : offered.peerAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    StreamUnsafe handle() {
        return (StreamUnsafe) unsafe();
    }

    @Override
    void settle(ChannelPromise promise) {
        try {
            if (offered != null && offered.home() != registration().handler()) {
                settling = promise;
                limitTime(ANSWER_SECONDS * 1000L, () -> settled(unanswered()));
                registration().handler().context(this::take);
                return;
            }
            if (offered != null) {
                stream = offered;
                offered = null;
                connected = true;
            }
            if (stream != null) {
                stream.attach(registration());
                apply();
                again(); // what became ready before went to nobody
            }
            promise.setSuccess();
        } catch (Exception e) {
            promise.setFailure(e);
        }
    }

    /** Has the listener's loop hand the stream over to this loop's context. */
    private void take(Toe toe, Throwable failure) {
        if (toe == null || settling == null) {
            settled(failure);
            return;
        }
        MillraceIoHandler here = registration().handler();
        ToeStream given = offered;
        ToeStream taken = new ToeStream(here, toe.expect());
        taken.attach(registration());
        stream = taken;
        StreamSocket.Berth berth = taken.socket().berth();
        given.home().inLoop(() -> {
            try {
                given.socket().handOver(berth);
            } catch (IOException | RuntimeException e) {
                here.inLoop(() -> settled(e));
            }
        });
    }

    /** The stream has come, or will not. */
    private void settled(Throwable failure) {
        ChannelPromise promise = settling;
        if (promise == null) {
            return;
        }
        settling = null;
        timeLimit.cancel(false);
        if (failure == null) {
            offered = null;
            connected = true;
            again();
            promise.setSuccess();
        } else {
            promise.setFailure(failure); // Netty closes the channel
        }
    }

    /** Options have been set. */
    void optionsSet() {
        if (stream instanceof KernelStream) {
            try {
                apply();
            } catch (IOException e) {
                throw new ChannelException(e);
            }
        }
    }

    private void apply() throws IOException {
        stream.apply(config);
    }

    @Override
    void unsettle() throws Exception {
        if (stream != null) {
            stream.attach(null);
        }
    }

    private void limitTime(long millis, Runnable late) {
        timeLimit = eventLoop().schedule(late, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doBind(SocketAddress local) {
        wantedLocal = checked(local);
    }

    private boolean isReadable() {
        return connected && !endSeen && (inputShutdown || stream.isReadable());
    }

    @Override
    void wantRead() {
        if (connected) {
            stream.wantRead();
        }
        if (isReadable()) {
            again();
        }
    }

    @Override
    void ready() {
        if (!isOpen() || stream == null) {
            return;
        }
        StreamUnsafe unsafe = handle();
        if (!connected) {
            if (!stream.isConnecting()) {
                if (settling != null) {
                    settled(stream.failure());
                } else {
                    unsafe.finishConnect();
                }
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
    protected void doShutdownOutput() throws IOException {
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
                try {
                    stream.shutdownInput();
                } catch (IOException e) {
                    promise.setFailure(e);
                    return;
                }
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
        if (timeLimit != null) {
            timeLimit.cancel(false);
        }
        settled(new ClosedChannelException());
        end(offered);
        end(stream);
    }

    private void end(ChannelStream ended) throws IOException {
        if (ended == null) {
            return;
        }
        if (config.getSoLinger() == 0) { // RFC 9293 §3.10.5: ABORT
            ended.abort();
        } else {
            ended.close();
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
                connecting = promise;
                wantedPeer = peer;
                limitTime(peer);
                promise.addListener(done -> {
                    if (done.isCancelled()) {
                        connecting = null;
                        close(voidPromise());
                    }
                });
                if (registration().handler().routes(peer)) {
                    registration().handler().context((toe, failure) -> open(peer, toe, failure));
                } else {
                    stream = KernelStream.connect(peer, wantedLocal, config);
                    begin();
                }
            } catch (Exception e) {
                refuse(promise, annotateConnectException(e, remote));
            }
        }

        /** The loop has its context, or none. */
        private void open(InetSocketAddress peer, Toe toe, Throwable failure) {
            ChannelPromise promise = connecting;
            if (promise == null || !isOpen()) {
                return; // too late
            }
            if (failure != null) {
                refuse(promise, failure);
                return;
            }
            try {
                stream = new ToeStream(registration().handler(), toe.connect(peer, wantedLocal, null));
                begin();
            } catch (Exception e) {
                refuse(promise, annotateConnectException(e, peer));
            }
        }

        private void begin() throws Exception {
            stream.attach(registration());
            if (!stream.isConnecting()) {
                again(); // the kernel may connect at once
            }
        }

        private void refuse(ChannelPromise promise, Throwable failure) {
            connecting = null;
            if (timeLimit != null) {
                timeLimit.cancel(false);
            }
            promise.tryFailure(failure);
            closeIfClosed();
        }

        private void limitTime(InetSocketAddress peer) {
            int millis = config.getConnectTimeoutMillis();
            if (millis > 0) {
                MillraceSocketChannel.this.limitTime(millis, () -> {
                    ChannelPromise late = connecting;
                    if (late != null && late.tryFailure(new ConnectTimeoutException(
                        "connection timed out after " + millis + " ms: " + peer))) {
                        close(voidPromise());
                    }
                });
            }
        }

        void finishConnect() {
            ChannelPromise promise = connecting;
            connecting = null;
            if (timeLimit != null) {
                timeLimit.cancel(false);
            }
            try {
                stream.finishConnect();
            } catch (IOException e) {
                if (promise != null) {
                    promise.tryFailure(annotateConnectException(e, wantedPeer));
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
            if (!writeBlocked && offered == null) { // what an accepted channel is given early waits
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
