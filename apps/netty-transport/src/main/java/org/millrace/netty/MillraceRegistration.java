package org.millrace.netty;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel in a loop. {@link #attachment} is the registration itself: Netty wraps what a handler returns.
 *
 * <p>Owned by: the loop's thread, but for {@link #post} and {@link #handler}.
 */
final class MillraceRegistration implements IoRegistration {
    private final MillraceIoHandler handler;
    private final LoopContext context;
    private final MillraceHandle handle;
    private final AtomicBoolean posted = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    MillraceRegistration(MillraceIoHandler handler, LoopContext context, MillraceHandle handle) {
        this.handler = handler;
        this.context = context;
        this.handle = handle;
    }

    MillraceIoHandler handler() {
        return handler;
    }

    /** {@return where its endpoint lives: the loop's own context, or that of the loop that accepted it} */
    LoopContext context() {
        return context;
    }

    MillraceHandle handle() {
        return handle;
    }

    /** Lets the loop's next round look at the channel. Any thread. */
    void post() {
        if (!posted.getAndSet(true)) {
            handler.post(this);
        }
    }

    /** The round has come. */
    void deliver() {
        posted.set(false); // before it looks: news that come meanwhile are posted again
        ready();
    }

    void ready() {
        if (isValid()) {
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
        return !cancelled.get();
    }

    @Override
    public boolean cancel() {
        if (cancelled.getAndSet(true)) {
            return false;
        }
        handler.unregister(this);
        handle.unregistered();
        return true;
    }
}
