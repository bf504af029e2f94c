package org.millrace.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NotYetConnectedException;
import org.millrace.api.context.Status;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/**
 * Datagrams over a Millrace instance that runs a transport with messages. What is written before it is bound binds it to any
 * port. A peer that it is connected to is a filter here: datagrams of others are passed over. There is no multicast: joining
 * a group fails.
 *
 * <p>Owned by: its loop.
 */
public final class MillraceDatagramChannel extends AbstractMillraceChannel implements DatagramChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);
    private static final InetSocketAddress ANY = new InetSocketAddress("0.0.0.0", 0);

    private final MillraceDatagramChannelConfig config = new MillraceDatagramChannelConfig(this);
    private BindLater outerUnsafe; // no initial value here: Netty asks for it before the fields of this class have any
    private MessageSocket socket;
    private final BindAnswer answer = new BindAnswer();
    private boolean bindsForWrite;
    private InetSocketAddress peer;
    private volatile boolean bound;

    /** Makes a channel, to be registered with a loop of {@link MillraceIoHandler}. */
    public MillraceDatagramChannel() {
        super(null);
    }

    @Override
    public Unsafe unsafe() {
        if (outerUnsafe == null) {
            outerUnsafe = new BindLater(super.unsafe(), this::prepareBind);
        }
        return outerUnsafe;
    }

    @Override
    DatagramUnsafe handle() {
        return (DatagramUnsafe) super.unsafe();
    }

    @Override
    public DatagramChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return isOpen() && (bound || config.isActiveOnRegistration() && isRegistered());
    }

    @Override
    public boolean isConnected() {
        return peer != null && isOpen();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    protected SocketAddress localAddress0() {
        return socket == null ? null : socket.localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return peer;
    }

    @Override
    void settle(ChannelPromise promise) {
        if (socket != null) {
            socket.attach(registration());
        }
        promise.setSuccess();
    }

    @Override
    void unsettle() {
        if (socket != null) {
            throw new IllegalStateException("a bound datagram channel stays in its loop: its messages are in the loop's context");
        }
    }

    /** Asks the data path for the address. The loop goes on meanwhile. */
    private void prepareBind(SocketAddress local, Runnable bind) {
        if (!(local instanceof InetSocketAddress address) || address.isUnresolved() || socket != null) {
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

    private void ask(Toe toe, InetSocketAddress address, Runnable bind) {
        socket = toe.bind(address, null);
        socket.attach(registration());
        answer.await(eventLoop(), bind, () -> { });
    }

    @Override
    protected void doBind(SocketAddress local) throws Exception {
        checked(local);
        answer.check();
        if (!socket.isBound()) {
            socket.receive(ByteBuffer.allocate(0)); // throws why
        }
        bound = true;
    }

    @Override
    void wantRead() {
        if (socket != null && socket.nextLength() >= 0) {
            again();
        }
    }

    @Override
    void ready() {
        if (answer.isAwaited() && (socket.isBound() || socket.status() != Status.OK)) {
            answer.answer();
        }
        if (bound) {
            handle().flushNow();
            handle().read();
        }
    }

    @Override
    protected void doDisconnect() {
        peer = null;
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        bound = false;
        if (socket != null) {
            socket.close();
        }
        answer.answer(); // Netty fails what is bound after the end
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (!bound) {
            bindForWrite();
            return;
        }
        for (Object message = in.current(); message != null; message = in.current()) {
            try {
                if (!send(message)) {
                    return; // ready() goes on when there is room
                }
                in.remove();
            } catch (NotYetConnectedException e) {
                in.remove(e);
            } catch (IllegalArgumentException e) {
                in.remove(new IOException(e.getMessage(), e));
            }
        }
    }

    private void bindForWrite() {
        if (!bindsForWrite) {
            bindsForWrite = true;
            bind(ANY).addListener(done -> {
                bindsForWrite = false;
                if (!done.isSuccess() && isOpen()) {
                    handle().failAll(done.cause());
                }
            });
        }
    }

    private boolean send(Object message) throws IOException {
        ByteBuf bytes;
        InetSocketAddress to = peer;
        if (message instanceof AddressedEnvelope<?, ?> envelope) {
            bytes = (ByteBuf) envelope.content();
            to = checked((SocketAddress) envelope.recipient());
        } else {
            bytes = (ByteBuf) message;
        }
        if (to == null) {
            throw new NotYetConnectedException();
        }
        return socket.send(bytes.nioBuffer(), to);
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        boolean fits = message instanceof ByteBuf
            || message instanceof AddressedEnvelope<?, ?> envelope && envelope.content() instanceof ByteBuf;
        if (!fits) {
            throw new UnsupportedOperationException("a datagram is a DatagramPacket, an AddressedEnvelope of a ByteBuf or a "
                + "ByteBuf, not a " + message.getClass().getSimpleName());
        }
        return message;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    private final class DatagramUnsafe extends MillraceUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            try {
                InetSocketAddress to = checked(remote);
                if (bound) {
                    peer = to;
                    promise.trySuccess();
                    return;
                }
                MillraceDatagramChannel.this.bind(local == null ? ANY : local).addListener(done -> {
                    if (done.isSuccess()) {
                        peer = to;
                        promise.trySuccess();
                    } else {
                        promise.tryFailure(done.cause());
                    }
                });
            } catch (RuntimeException e) {
                promise.tryFailure(e);
            }
        }

        void flushNow() {
            if (outboundBuffer() != null && !outboundBuffer().isEmpty()) {
                flush0();
            }
        }

        void failAll(Throwable cause) {
            ChannelOutboundBuffer waiting = outboundBuffer();
            while (waiting != null && waiting.current() != null) {
                waiting.remove(cause);
            }
        }

        void read() {
            if (!isReadPending()) {
                return;
            }
            ChannelPipeline pipeline = pipeline();
            var quota = recvBufAllocHandle();
            quota.reset(config);
            boolean any = false;
            Throwable failure = null;
            try {
                while (isReadPending() && quota.continueReading() | !any) {
                    DatagramPacket packet = next();
                    if (packet == null) {
                        break;
                    }
                    any = true;
                    readPending(false);
                    quota.incMessagesRead(1);
                    pipeline.fireChannelRead(packet);
                }
            } catch (IOException e) {
                failure = e;
            }
            if (any) {
                quota.readComplete();
                pipeline.fireChannelReadComplete();
            }
            if (failure != null) {
                pipeline.fireExceptionCaught(failure);
                close(voidPromise());
            }
        }

        private DatagramPacket next() throws IOException {
            while (true) {
                int length = socket.nextLength();
                InetSocketAddress sender = socket.nextSender();
                long at = socket.take(); // throws if the socket has failed
                if (at == MessageSocket.NONE) {
                    return null;
                }
                ByteBuf bytes = peer == null || peer.equals(sender) ? alloc().ioBuffer(Math.max(length, 1)) : null;
                try {
                    if (bytes != null) {
                        bytes.writeBytes(socket.slice(at, length));
                        return new DatagramPacket(bytes, MillraceDatagramChannel.this.localAddress(), sender);
                    }
                } catch (RuntimeException e) {
                    ReferenceCountUtil.release(bytes);
                    throw e;
                } finally {
                    socket.release(at);
                }
            }
        }
    }

    private ChannelFuture refused(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("Millrace has no multicast; use a channel of the kernel's"));
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface at) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface at, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface at, InetAddress source) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface at, InetAddress source, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface at) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface at, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, NetworkInterface at, InetAddress source) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, NetworkInterface at, InetAddress source, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface at, InetAddress source) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface at, InetAddress source, ChannelPromise promise) {
        return refused(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source) {
        return refused(newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
        return refused(promise);
    }
}
