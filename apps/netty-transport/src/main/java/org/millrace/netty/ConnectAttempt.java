package org.millrace.netty;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A connect that somebody waits for. It ends once: it succeeds, fails, or its time is over.
 *
 * <p>Owned by: the channel's loop.
 */
final class ConnectAttempt {
    private final InetSocketAddress peer;
    private final ChannelPromise promise;
    private Future<?> timeLimit;

    ConnectAttempt(InetSocketAddress peer, ChannelPromise promise) {
        this.peer = peer;
        this.promise = promise;
    }

    InetSocketAddress peer() {
        return peer;
    }

    /**
     * Limits it.
     *
     * @param millis most milliseconds; 0: no limit
     * @param late   called if it is this that ends it
     */
    void limitTime(EventLoop loop, int millis, Runnable late) {
        if (millis > 0) {
            timeLimit = loop.schedule(() -> {
                if (promise.tryFailure(new ConnectTimeoutException(
                    "connection timed out after " + millis + " ms: " + peer))) {
                    late.run();
                }
            }, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Answers whether that was still waited for. */
    boolean succeed() {
        unlimit();
        return promise.trySuccess();
    }

    void fail(Throwable cause) {
        unlimit();
        promise.tryFailure(cause);
    }

    private void unlimit() {
        if (timeLimit != null) {
            timeLimit.cancel(false);
        }
    }
}
