package org.millrace.netty;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** What stream and server channels share: life in a loop, and when to read. Owned by: its loop. */
abstract class AbstractMillraceChannel extends AbstractChannel {
    private MillraceRegistration registration;
    private volatile boolean open = true;
    private boolean readPending;

    AbstractMillraceChannel(Channel parent) {
        super(parent);
    }

    /** {@return the context of its endpoint, or null if it has none} */
    abstract LoopContext endpointContext();

    /** Its endpoint's news go to a registration, to nobody if null. */
    abstract void attachEndpoint(MillraceRegistration to);

    /** {@return whether there is something to read now} */
    abstract boolean isReadable();

    /** Something may be possible that was not before. */
    abstract void ready();

    MillraceRegistration registration() {
        return registration;
    }

    boolean isReadPending() {
        return readPending;
    }

    void readPending(boolean pending) {
        readPending = pending;
    }

    /** Lets the loop's next round call {@link #ready}. */
    void again() {
        if (registration != null) {
            registration.post();
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop && ((IoEventLoopGroup) loop).isCompatible(MillraceUnsafe.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register((MillraceUnsafe) unsafe()).addListener(registered -> {
            if (registered.isSuccess()) {
                registration = ((IoRegistration) registered.getNow()).attachment(); // Netty wraps what it hands out
                promise.setSuccess();
            } else {
                promise.setFailure(registered.cause());
            }
        });
    }

    @Override
    protected void doDeregister() {
        MillraceRegistration old = registration;
        if (old != null) {
            registration = null;
            if (open && endpointContext() instanceof LoopContext context) {
                // the next loop may be another one
                if (context.owner() == old.handler()) {
                    context.share();
                }
                attachEndpoint(null);
            }
            old.cancel();
        }
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (isReadable()) {
            again();
        }
    }

    @Override
    protected void doClose() throws Exception {
        open = false;
    }

    static InetSocketAddress checked(SocketAddress address) {
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return internet;
    }

    /** The channel as its loop sees it. */
    abstract class MillraceUnsafe extends AbstractUnsafe implements MillraceHandle {
        @Override
        public LoopContext context() {
            return endpointContext();
        }

        @Override
        public void attached(MillraceRegistration to) {
            if (endpointContext() != null) {
                attachEndpoint(to);
                to.post(); // what became ready before went to nobody
            }
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            ready();
        }

        @Override
        public void close() {
            close(voidPromise());
        }
    }
}
