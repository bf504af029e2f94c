package org.millrace.netty;

import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.Status;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * Takes streams of a Millrace instance. The streams live in the context of this channel's loop, whichever loop they are
 * registered with; see docs/decisions/008-selector-wakeup.md.
 */
public final class MillraceServerSocketChannel extends AbstractMillraceChannel implements ServerSocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final long BIND_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final MillraceServerSocketChannelConfig config = new MillraceServerSocketChannelConfig(this);
    private LoopContext context;
    private ListenSocket listener;
    private volatile boolean listening;

    /** Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and bound. */
    public MillraceServerSocketChannel() {
        super(null);
    }

    @Override
    public ServerSocketChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return listening && isOpen();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    protected SocketAddress localAddress0() {
        return listener == null ? null : listener.localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    LoopContext endpointContext() {
        return context;
    }

    @Override
    void attachEndpoint(MillraceRegistration to) {
        context.enter();
        try {
            listener.attach(to);
        } finally {
            context.leave();
        }
    }

    /** Listens, and waits for the data path's answer, which takes as long as its round. */
    @Override
    protected void doBind(SocketAddress local) throws Exception {
        InetSocketAddress address = checked(local);
        LoopContext home = registration().context();
        home.share(); // its streams may be any loop's
        home.enter();
        try {
            Toe toe = home.toe();
            ListenSocket asked = toe.listen(address, config.getBacklog());
            boolean answered = toe.await(() -> asked.isListening() || asked.status() != Status.OK, BIND_TIMEOUT_NS);
            if (!asked.isListening()) {
                refuse(asked, answered);
            }
            asked.attach(registration());
            context = home;
            listener = asked;
        } finally {
            home.leave();
        }
        listening = true;
    }

    private static void refuse(ListenSocket asked, boolean answered) throws IOException {
        try {
            if (answered || asked.status() != Status.OK) {
                asked.accept(); // throws why
            }
            throw new SocketException("the data path did not answer within "
                + TimeUnit.NANOSECONDS.toSeconds(BIND_TIMEOUT_NS) + " s; see whether the runtime is overloaded");
        } finally {
            asked.close();
        }
    }

    @Override
    boolean isReadable() {
        return context != null; // asking the listener is as cheap as knowing
    }

    @Override
    void ready() {
        if (isActive() && isReadPending()) {
            ((AcceptUnsafe) unsafe()).accept();
        }
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        listening = false;
        if (listener != null) {
            context.enter();
            try {
                listener.close();
            } finally {
                context.leave();
            }
            context.owner().wakeup();
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AcceptUnsafe();
    }

    @Override
    protected void doDisconnect() {
        throw new UnsupportedOperationException("a listener has no peer");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("a listener is not written to");
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        throw new UnsupportedOperationException("a listener is not written to");
    }

    private StreamSocket take() throws IOException {
        context.enter();
        try {
            return listener.accept();
        } finally {
            context.leave();
        }
    }

    private final class AcceptUnsafe extends MillraceUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.tryFailure(new UnsupportedOperationException("a listener does not connect"));
        }

        void accept() {
            ChannelPipeline pipeline = pipeline();
            var quota = recvBufAllocHandle();
            quota.reset(config);
            quota.attemptedBytesRead(1);
            Throwable failure = null;
            boolean any = false;
            try {
                StreamSocket stream;
                do {
                    stream = take();
                    if (stream == null) {
                        break;
                    }
                    any = true;
                    readPending(false);
                    quota.incMessagesRead(1);
                    pipeline.fireChannelRead(new MillraceSocketChannel(MillraceServerSocketChannel.this,
                        new ChannelStream(context, stream)));
                } while (isActive() && quota.continueReading());
            } catch (IOException e) {
                failure = e;
            }
            if (any) {
                quota.readComplete();
                pipeline.fireChannelReadComplete();
            }
            if (failure != null) {
                pipeline.fireExceptionCaught(failure);
                if (isOpen()) {
                    close(voidPromise());
                }
            }
        }
    }
}
