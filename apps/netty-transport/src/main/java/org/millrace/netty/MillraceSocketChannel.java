package org.millrace.netty;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.PromiseCombiner;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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
    private static final long SOURCE_RETRY_MS = 1;

    private final MillraceSocketChannelConfig config = new MillraceSocketChannelConfig(this);
    private final Predicate<InetSocketAddress> kernelPeers;
    private final InboundReader reader = new InboundReader(this);
    private final OutboundWriter writer = new OutboundWriter();
    private ChannelStream stream;
    /** Accepted, still the listener's: what was registered waits for {@link #stream}. */
    private OfferedStream offered;
    /** Accepted over calls, and not in a context yet: what was registered waits for it. */
    private CallStream arriving;
    private InetSocketAddress wantedLocal;
    /** As the application has named it: with its host's name. */
    private InetSocketAddress wantedPeer;
    private ConnectAttempt connecting;
    private volatile boolean connected;
    private volatile boolean outputShutdown;
    private boolean failed;

    /** Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and connected. */
    public MillraceSocketChannel() {
        this(peer -> false);
    }

    /**
     * Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and connected.
     *
     * @param kernelPeers peers that are reached over the kernel whatever the loop's routes say
     */
    public MillraceSocketChannel(Predicate<InetSocketAddress> kernelPeers) {
        super(null);
        this.kernelPeers = kernelPeers;
    }

    MillraceSocketChannel(MillraceServerSocketChannel parent, ChannelStream accepted) {
        super(parent);
        kernelPeers = peer -> false;
        config.inherit(parent.config());
        if (accepted instanceof ToeStream toe) {
            offered = new OfferedStream(toe);
        } else if (accepted instanceof CallStream called) {
            arriving = called;
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

    /** {@return the shard of the instance that its stream is in, from 0; -1: it is not connected, the kernel's, or over calls} In its loop. */
    public int shard() {
        return connected && stream instanceof ToeStream own ? own.socket().shard() : -1;
    }

    /** {@return null before it is connected} The data path chooses the port then, and Netty remembers what it once got. */
    @Override
    protected SocketAddress localAddress0() {
        try {
            return connected ? stream.localAddress() : arriving != null ? arriving.localAddress()
                : offered == null ? null : offered.localAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    protected SocketAddress remoteAddress0() {
        try {
            return connected && wantedPeer != null ? wantedPeer : connected ? stream.peerAddress()
                : arriving != null ? arriving.peerAddress() : offered == null ? null : offered.peerAddress();
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
            if (arriving != null) {
                arriving.settle(registration(), eventLoop(), failure -> arrived(failure, promise));
                return;
            }
            if (offered != null && offered.given().home() != registration().handler()) {
                offered.handOver(registration(), eventLoop(), promise);
                return;
            }
            if (offered != null) {
                become(offered.given());
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

    /** The stream that was accepted over calls is in this loop's context, or will not come. */
    private void arrived(Throwable failure, ChannelPromise promise) {
        if (failure != null) {
            promise.tryFailure(failure); // Netty closes the channel
            return;
        }
        stream = arriving;
        arriving = null;
        connected = true;
        ((CallStream) stream).attach(registration());
        again();
        promise.trySuccess();
    }

    /** What was offered is this channel's. */
    private void become(ToeStream own) {
        stream = own;
        offered = null;
        connected = true;
    }

    /** The offered stream may have come. */
    private void lookForOffered() {
        OfferedStream awaited = offered;
        ToeStream arrived = awaited.arrived();
        if (arrived != null) {
            become(arrived);
            optionsSet();
            again();
            awaited.accept();
        }
    }

    /** Options have been set. */
    void optionsSet() {
        ChannelStream now = stream;
        if (now instanceof ToeStream && isRegistered() && !eventLoop().inEventLoop()) {
            eventLoop().execute(this::optionsSet);
        } else if (now != null) {
            try {
                now.apply(config);
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

    @Override
    protected void doBind(SocketAddress local) {
        wantedLocal = checked(local);
    }

    private boolean isReadable() {
        return connected && reader.isReadable(stream);
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
        if (!isOpen()) {
            return;
        }
        if (offered != null) {
            lookForOffered();
            return;
        }
        if (stream == null) {
            return;
        }
        StreamUnsafe unsafe = handle();
        if (!connected) {
            if (!stream.isConnecting()) {
                unsafe.finishConnect();
            }
            return;
        }
        IOException failure = stream.failure();
        if (failure != null) {
            failed(failure);
            return;
        }
        if (writer.unblock(stream)) {
            unsafe.flush0();
        }
        if (reader.isShutdown() && isOpen()) {
            stream.discard();
        }
        if (isReadPending() && isOpen() && isReadable()) {
            reader.read(stream);
        }
    }

    /** What had arrived before is read first, by whoever reads. */
    private void failed(IOException failure) {
        if (readsFirst()) {
            reader.read(stream);
        }
        if (isOpen() && (reader.isShutdown() || !stream.hasUnreadAfterFailure())) {
            fail(failure);
        }
    }

    private boolean readsFirst() {
        return connected && reader.readsFirst(stream);
    }

    /** The stream is over before its time: says why, once. */
    void fail(Throwable cause) {
        if (!failed && isOpen()) {
            failed = true;
            readPending(false);
            pipeline().fireExceptionCaught(cause);
            handle().close(cause);
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
        if (OutboundWriter.isSendable(message)) {
            return message;
        }
        throw new UnsupportedOperationException("a " + message.getClass().getName()
            + " cannot be sent; send a ByteBuf or FileRegion");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (writer.write(in, stream, config.getWriteSpinCount())) {
            again(); // others first
        } else if (writer.awaitsSource()) {
            eventLoop().schedule(this::again, SOURCE_RETRY_MS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public boolean isInputShutdown() {
        return reader.isShutdown() || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return reader.isShutdown() && outputShutdown || !isActive();
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
                reader.shutdown();
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
        ConnectAttempt attempt = connecting;
        connecting = null;
        if (attempt != null) {
            attempt.fail(new ClosedChannelException());
        }
        if (offered != null) {
            offered.fail(new ClosedChannelException());
            end(offered.given());
            end(offered.taken());
        }
        end(arriving);
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
                begin(new ConnectAttempt(peer, promise));
                promise.addListener(done -> {
                    if (done.isCancelled()) {
                        close(voidPromise());
                    }
                });
            } catch (Exception e) {
                promise.tryFailure(annotateConnectException(e, remote)); // one that is pending goes on
                closeIfClosed();
            }
        }

        private void begin(ConnectAttempt attempt) {
            connecting = attempt;
            wantedPeer = attempt.peer();
            attempt.limitTime(eventLoop(), config.getConnectTimeoutMillis(), () -> close(voidPromise()));
            try {
                MillraceIoHandler handler = registration().handler();
                if (handler.routes(attempt.peer()) && !kernelPeers.test(attempt.peer())) {
                    handler.context((toe, failure) -> begin(attempt, toe, failure));
                } else {
                    stream = KernelStream.connect(attempt.peer(), wantedLocal, config);
                    follow();
                }
            } catch (Exception e) {
                refuse(annotateConnectException(e, attempt.peer()));
            }
        }

        /** The loop has its context, or none. */
        private void begin(ConnectAttempt attempt, Toe toe, Throwable failure) {
            if (connecting != attempt || !isOpen()) {
                return; // too late
            }
            if (failure != null) {
                refuse(failure);
                return;
            }
            try {
                MillraceIoHandler handler = registration().handler();
                stream = handler.isOverCalls(attempt.peer())
                    ? CallStream.connect(handler, eventLoop(), toe, attempt.peer(), wantedLocal)
                    : new ToeStream(handler, toe.connect(attempt.peer(), wantedLocal, null));
                apply();
                follow();
            } catch (Exception e) {
                refuse(annotateConnectException(e, attempt.peer()));
            }
        }

        private void follow() throws Exception {
            stream.attach(registration());
            if (!stream.isConnecting()) {
                again(); // the kernel may connect at once
            }
        }

        private void refuse(Throwable failure) {
            ConnectAttempt attempt = connecting;
            connecting = null;
            attempt.fail(failure);
            closeIfClosed();
        }

        void finishConnect() {
            ConnectAttempt attempt = connecting;
            connecting = null;
            try {
                stream.finishConnect();
            } catch (IOException e) {
                if (attempt != null) {
                    attempt.fail(annotateConnectException(e, attempt.peer()));
                }
                close(voidPromise());
                return;
            }
            connected = true;
            boolean wanted = attempt != null && attempt.succeed();
            pipeline().fireChannelActive(); // even if a listener has closed it: inactive follows active
            if (!wanted) {
                close(voidPromise());
            }
        }

        @Override
        protected void flush0() {
            // what an accepted channel is given early waits; a write that fails would close before all is read
            if (!writer.isBlocked() && offered == null && arriving == null && !readsFirst()) {
                super.flush0();
            }
        }

        void close(Throwable cause) {
            close(voidPromise(), cause, new ClosedByFailure(cause));
        }
    }
}
