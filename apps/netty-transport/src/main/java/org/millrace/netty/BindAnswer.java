package org.millrace.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What a channel waits for between asking the data path for an address and letting Netty bind to it. An answer that does not
 * come within {@link AbstractMillraceChannel#ANSWER_SECONDS} is a refusal.
 *
 * <p>Owned by: the channel's loop.
 */
final class BindAnswer {
    private Throwable failure;
    private Runnable bind;
    private Future<?> timeout;

    /** Notes why the data path was not asked; null: it is. */
    void failed(Throwable why) {
        failure = why;
    }

    /**
     * Waits.
     *
     * @param loop        the channel's
     * @param whenItComes lets Netty bind
     * @param letGo       of what was asked for, when no answer comes
     */
    void await(EventLoop loop, Runnable whenItComes, Runnable letGo) {
        bind = whenItComes;
        timeout = loop.schedule(() -> {
            letGo.run();
            failure = AbstractMillraceChannel.unanswered();
            answer();
        }, AbstractMillraceChannel.ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    boolean isAwaited() {
        return bind != null;
    }

    /** Has Netty bind, once; nothing if nobody waits. */
    void answer() {
        Runnable waiting = bind;
        if (waiting != null) {
            bind = null;
            timeout.cancel(false);
            waiting.run();
        }
    }

    /** Throws what the bind fails with, if it does. */
    void check() throws Exception {
        if (failure != null) {
            throw failure instanceof Exception e ? e : new IOException(failure);
        }
    }
}
