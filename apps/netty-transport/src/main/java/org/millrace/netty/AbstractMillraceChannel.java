package org.millrace.netty;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;

/** What stream and server channels share: life in a loop, and when to read. Owned by: its loop. */
abstract class AbstractMillraceChannel extends AbstractChannel {
    /** How long the data path may take to answer; a round of its loop is usual. */
    static final long ANSWER_SECONDS = 5;

    private IoRegistration registered;
    private MillraceRegistration registration;
    private volatile boolean open = true;
    private boolean readPending;

    AbstractMillraceChannel(Channel parent) {
        super(parent);
    }

    /**
     * It is in a loop now, and gets there what it needs.
     *
     * @param promise kept once it has it
     */
    abstract void settle(ChannelPromise promise);

    /** Its endpoint's news go to nobody from now on; the channel may go to another loop. */
    abstract void unsettle() throws Exception;

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

    /** {@return how a loop sees it} */
    abstract MillraceUnsafe handle();

    @Override
    protected void doRegister(ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register(handle()).addListener(done -> {
            if (done.isSuccess()) {
                registered = (IoRegistration) done.getNow();
                registration = registered.attachment(); // Netty wraps what it hands out
                settle(promise);
            } else {
                promise.setFailure(done.cause());
            }
        });
    }

    @Override
    protected void doDeregister() throws Exception {
        if (registration != null) {
            registration = null;
            if (open) {
                unsettle();
            }
            registered.cancel();
        }
    }

    /** {@return what fails a request that the data path does not answer} */
    static IOException unanswered() {
        return new SocketException("the data path did not answer within " + ANSWER_SECONDS
            + " s; see whether the runtime is stopped or overloaded");
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        wantRead();
    }

    /** The channel is to be told when it can read, or at once if it can. */
    abstract void wantRead();

    @Override
    protected void doClose() throws Exception {
        open = false;
        if (!isRegistered()) { // Netty takes only those out of their loop that have got settled
            doDeregister();
        }
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
        public void handle(IoRegistration from, IoEvent event) {
            ready();
        }

        @Override
        public void close() {
            close(voidPromise());
        }
    }
}
