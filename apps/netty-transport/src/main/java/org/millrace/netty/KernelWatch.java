package org.millrace.netty;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.nio.channels.SelectableChannel;
import java.util.function.IntConsumer;

/** A kernel channel in a loop's selector, and what it is watched for. Owned by: the loop it is attached to. */
final class KernelWatch implements NioIoHandle {
    private final SelectableChannel channel;
    private final IntConsumer events;
    private MillraceRegistration owner;
    private IoRegistration registration;
    private int wanted;

    /** @param events gets the ready operations, as {@link java.nio.channels.SelectionKey} has them */
    KernelWatch(SelectableChannel channel, IntConsumer events) {
        this.channel = channel;
        this.events = events;
    }

    /** Moves it to a loop, or with null out of its own; what it is watched for stays. */
    void attach(MillraceRegistration to) throws Exception {
        end();
        owner = to;
        if (to != null) {
            registration = to.handler().watch(this);
            submit();
        }
    }

    /** Takes it out of its loop. */
    void end() {
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
    }

    void want(int operation) {
        set(wanted | operation);
    }

    void wantNot(int operation) {
        set(wanted & ~operation);
    }

    private void set(int operations) {
        if (wanted != operations) {
            wanted = operations;
            submit();
        }
    }

    private void submit() {
        if (registration != null) {
            registration.submit(NioIoOps.valueOf(wanted));
        }
    }

    @Override
    public SelectableChannel selectableChannel() {
        return channel;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        events.accept(((NioIoEvent) event).ops().value());
    }

    /** The loop ends. */
    @Override
    public void close() {
        if (owner != null) {
            owner.handle().close();
        }
    }
}
