package org.millrace.netty;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;

/**
 * A channel in a loop. {@link #attachment} is the registration itself: Netty wraps what a handler returns.
 *
 * <p>Owned by: the loop's thread.
 */
final class MillraceRegistration implements IoRegistration, Readiness {
    private final MillraceIoHandler handler;
    private final MillraceHandle handle;
    private boolean posted;
    private volatile boolean cancelled;

    MillraceRegistration(MillraceIoHandler handler, MillraceHandle handle) {
        this.handler = handler;
        this.handle = handle;
    }

    MillraceIoHandler handler() {
        return handler;
    }

    MillraceHandle handle() {
        return handle;
    }

    /** Lets the loop's next round look at the channel. */
    void post() {
        if (!posted) {
            posted = true;
            handler.post(this);
        }
    }

    /** The round has come. */
    void deliver() {
        posted = false; // before it looks: news that come meanwhile are posted again
        ready();
    }

    @Override
    public void ready() {
        if (!cancelled) {
            handle.handle(this, MillraceEvent.READY);
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T attachment() {
        return (T) this;
    }

    @Override
    public long submit(IoOps ops) {
        throw new UnsupportedOperationException("a Millrace channel has no interest set");
    }

    @Override
    public boolean isValid() {
        return !cancelled;
    }

    @Override
    public boolean cancel() {
        if (cancelled) {
            return false;
        }
        cancelled = true;
        handler.unregister(this);
        handle.unregistered();
        return true;
    }
}
