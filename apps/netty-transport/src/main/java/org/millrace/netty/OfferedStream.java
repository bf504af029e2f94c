package org.millrace.netty;

import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;

/**
 * An accepted stream that is still in the context of the loop that listens. A channel of the same loop takes it as it
 * is. To another loop's context it is handed over, with what has arrived: that ends once, with the stream there, or with
 * a failure of the registration that waits for it.
 *
 * <p>Owned by: the loop of the channel that it is offered to.
 */
final class OfferedStream {
    private final ToeStream given;
    private ToeStream taken;
    private ChannelPromise promise;
    private Future<?> timeLimit;

    OfferedStream(ToeStream given) {
        this.given = given;
    }

    /** {@return the stream where it is now} */
    ToeStream given() {
        return given;
    }

    InetSocketAddress localAddress() {
        return given.localAddress();
    }

    InetSocketAddress peerAddress() {
        return given.peerAddress();
    }

    /**
     * Has the listener's loop hand it over to another loop's context.
     *
     * @param to   the channel's registration with that loop, which hears of the outcome
     * @param loop the same
     * @param done waits for that; it is failed here, and kept by {@link #accept}
     */
    void handOver(MillraceRegistration to, EventLoop loop, ChannelPromise done) {
        promise = done;
        timeLimit = loop.schedule(() -> fail(AbstractMillraceChannel.unanswered()),
            AbstractMillraceChannel.ANSWER_SECONDS, TimeUnit.SECONDS);
        to.handler().context((toe, failure) -> {
            if (toe == null) {
                fail(failure);
            } else if (promise != null) {
                take(to, toe);
            }
        });
    }

    private void take(MillraceRegistration to, Toe toe) {
        MillraceIoHandler here = to.handler();
        taken = new ToeStream(here, toe.expect());
        taken.attach(to);
        StreamSocket.Berth berth = taken.socket().berth();
        given.home().inLoop(() -> {
            try {
                given.socket().handOver(berth);
            } catch (IOException | RuntimeException e) {
                here.inLoop(() -> fail(e));
            }
        });
    }

    /** {@return the stream in the channel's loop if it has come, or null} One that has not come for good fails the promise. */
    ToeStream arrived() {
        if (promise == null || taken == null || taken.isConnecting()) {
            return null;
        }
        IOException failure = taken.failure();
        if (failure != null) {
            fail(failure);
            return null;
        }
        return taken;
    }

    /** The channel has what {@link #arrived} has answered. */
    void accept() {
        end().setSuccess();
    }

    /** It will not come. Over before, or not begun: nothing. */
    void fail(Throwable cause) {
        if (promise != null) {
            end().setFailure(cause); // Netty closes the channel
        }
    }

    private ChannelPromise end() {
        ChannelPromise waiting = promise;
        promise = null;
        timeLimit.cancel(false);
        return waiting;
    }

    /** {@return the stream in the channel's loop, whether it has come or not; null before that is asked for} */
    ToeStream taken() {
        return taken;
    }
}
