package org.millrace.netty;

import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.millrace.api.context.Status;
import org.millrace.toe.Toe;

/**
 * Takes streams of a Millrace instance, or of the kernel if the address to listen at is not routed over Millrace. A stream
 * of the instance's TCP is handed to the context of the loop that it is registered with, see {@link MillraceSocketChannel}.
 *
 * <p>One whose runtime goes away stays open and listens again, at the same address and port, as soon as there is another;
 * the log and its {@link ListenerWatch} say so.
 */
public final class MillraceServerSocketChannel extends AbstractMillraceChannel implements ServerSocketChannel {
    /**
     * Whether others of this application may listen at the same address and port, if they say so too; then streams go to
     * them in turn. Without it the second one gets a {@code BindException}. The same as {@code UnixChannelOption.SO_REUSEPORT}.
     */
    public static final ChannelOption<Boolean> SO_REUSEPORT =
        ChannelOption.valueOf("io.netty.channel.unix.UnixChannelOption#SO_REUSEPORT");

    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(MillraceServerSocketChannel.class);
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ListenerWatch watch;
    private final MillraceServerSocketChannelConfig config = new MillraceServerSocketChannelConfig(this);
    private BindLater outerUnsafe; // no initial value here: Netty asks for it before the fields of this class have any
    private Acceptor acceptor;
    private Acceptor asked;
    private final BindAnswer answer = new BindAnswer();
    private Runnable secondTry;
    private Relistening relistening;
    private volatile boolean listening;

    /** Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and bound. */
    public MillraceServerSocketChannel() {
        this(ListenerWatch.NONE);
    }

    /**
     * Makes a channel, to be registered with a loop of {@link MillraceIoHandler} and bound.
     *
     * @param watch hears if its runtime goes away, and comes back
     */
    public MillraceServerSocketChannel(ListenerWatch watch) {
        super(null);
        this.watch = watch;
    }

    @Override
    public Unsafe unsafe() {
        if (outerUnsafe == null) {
            outerUnsafe = new BindLater(super.unsafe(), this::prepareBind);
        }
        return outerUnsafe;
    }

    @Override
    AcceptUnsafe handle() {
        return (AcceptUnsafe) super.unsafe();
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
        try {
            return acceptor == null ? null : acceptor.localAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return null;
    }

    /** A listener of Millrace stays in the loop that has bound it. */
    @Override
    void settle(ChannelPromise promise) {
        try {
            if (acceptor != null) {
                acceptor.attach(registration());
            }
            promise.setSuccess();
        } catch (Exception e) {
            promise.setFailure(e);
        }
    }

    @Override
    void unsettle() throws Exception {
        if (acceptor != null) {
            acceptor.attach(null);
        }
    }

    /** Asks the data path for a listener, if the address is Millrace's. The loop goes on meanwhile. */
    private void prepareBind(SocketAddress local, Runnable bind) {
        if (!(local instanceof InetSocketAddress address) || address.isUnresolved()
            || !registration().handler().routes(address)) {
            bind.run();
            return;
        }
        registration().handler().context((toe, failure) -> {
            answer.failed(failure);
            if (toe == null || !isOpen()) {
                bind.run();
            } else {
                ask(toe, address, bind);
            }
        });
    }

    private Acceptor request(Toe toe, InetSocketAddress address) {
        InetSocketAddress local = ofIpv4(address);
        MillraceIoHandler home = registration().handler();
        Acceptor wanted = home.isOverCalls(address) ? new CallAcceptor(home, toe, local, config.getBacklog())
            : new ToeAcceptor(home, config.isReusePort() ? toe.listen(local, config.getBacklog())
                : toe.listenAlone(local, config.getBacklog()));
        try {
            wanted.attach(registration());
            return wanted;
        } catch (Exception e) {
            throw new AssertionError("this loop's own listener", e);
        }
    }

    /** The address of all interfaces, whatever family the JDK has it in, is IPv4's here. */
    private static InetSocketAddress ofIpv4(InetSocketAddress address) {
        if (!address.getAddress().isAnyLocalAddress()) {
            return address;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[4]), address.getPort());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 bytes are an address", e);
        }
    }

    private void ask(Toe toe, InetSocketAddress address, Runnable bind) {
        try {
            asked = request(toe, address);
        } catch (IllegalArgumentException e) { // the instance has no such transport, or no such port
            answer.failed(e);
            bind.run();
            return;
        }
        secondTry = () -> {
            letGo();
            asked = request(toe, address);
        };
        answer.await(eventLoop(), bind, this::letGo);
    }

    private void letGo() {
        try {
            asked.close();
        } catch (IOException e) {
            LOG.debug("a listener that nobody wants", e);
        }
    }

    @Override
    protected void doBind(SocketAddress local) throws Exception {
        InetSocketAddress address = checked(local);
        answer.check();
        if (asked == null) {
            acceptor = KernelAcceptor.bind(address, config);
            acceptor.attach(registration());
        } else if (asked.isListening()) {
            acceptor = asked;
        } else {
            IOException why = asked.failure();
            letGo();
            throw why;
        }
        listening = true;
    }

    @Override
    void wantRead() {
        if (acceptor != null) {
            acceptor.wantAccept();
        }
    }

    @Override
    void ready() {
        if (answer.isAwaited() && (asked.isListening() || asked.status() != Status.OK) && !askAgain()) {
            answer.answer();
        }
        if (relistening != null) {
            lookForReturn();
        } else if (isActive()) {
            lookForLoss();
        }
        if (isActive() && relistening == null && isReadPending()) {
            handle().accept();
        }
    }

    /**
     * An address that another context of this application has let go of in the same moment may not be free before the data
     * path has seen that, so one refusal is not believed. Answers whether there is another answer to wait for.
     */
    private boolean askAgain() {
        if (asked.status() != Status.ADDRESS_IN_USE || secondTry == null) {
            return false;
        }
        secondTry.run();
        secondTry = null;
        return true;
    }

    private void lookForLoss() {
        IOException cause = acceptor.failure();
        if (cause != null) {
            InetSocketAddress local = localAddress();
            relistening = new Relistening(registration(), eventLoop(), local, this::request);
            LOG.warn("{}; it listens again when the instance is back", cause.getMessage());
            watch.lost(local, cause);
        }
    }

    private void lookForReturn() {
        Acceptor listener = relistening.answered();
        if (listener != null) {
            InetSocketAddress local = relistening.local();
            relistening = null;
            asked = listener;
            acceptor = listener;
            LOG.info("{}:{} is listened at again", local.getHostString(), local.getPort());
            watch.back(local);
        }
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        listening = false;
        if (relistening != null) {
            relistening.end();
            watch.closed(relistening.local());
            relistening = null;
        }
        if (acceptor != null) {
            acceptor.close();
        } else if (asked != null) {
            asked.close();
        }
        answer.answer(); // Netty fails what is bound after the end
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
                ChannelStream stream;
                do {
                    stream = acceptor.accept();
                    if (stream == null) {
                        break;
                    }
                    any = true;
                    readPending(false);
                    quota.incMessagesRead(1);
                    pipeline.fireChannelRead(new MillraceSocketChannel(MillraceServerSocketChannel.this, stream));
                } while (isActive() && quota.continueReading());
            } catch (IOException e) {
                failure = e;
            }
            if (any) {
                quota.readComplete();
                pipeline.fireChannelReadComplete();
            }
            if (failure != null && isOpen()) {
                lookForLoss();
                if (relistening == null) { // the kernel's goes on: it may have been short of descriptors
                    pipeline.fireExceptionCaught(failure);
                }
            }
        }
    }
}
