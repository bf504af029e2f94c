package org.millrace.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.millrace.api.context.Status;
import org.millrace.toe.Toe;

/**
 * Asks for a listener where one was that its runtime has left, every quarter of a second until there is one.
 *
 * <p>Owned by: the channel's loop.
 */
final class Relistening {
    private static final InternalLogger LOG = InternalLoggerFactory.getInstance(Relistening.class);
    private static final long RETRY_MS = 250;

    private final MillraceRegistration registration;
    private final EventLoop loop;
    private final InetSocketAddress local;
    private final BiFunction<Toe, InetSocketAddress, Acceptor> request;
    private Acceptor asked;
    private Future<?> timer;
    private boolean ended;

    /**
     * Begins.
     *
     * @param registration hears of the answer
     * @param loop         the same channel's
     * @param local        where it listened
     * @param request      asks a context for a listener there
     */
    Relistening(MillraceRegistration registration, EventLoop loop, InetSocketAddress local,
                BiFunction<Toe, InetSocketAddress, Acceptor> request) {
        this.registration = registration;
        this.loop = loop;
        this.local = local;
        this.request = request;
        wait(this::ask, RETRY_MS);
    }

    InetSocketAddress local() {
        return local;
    }

    private void wait(Runnable next, long ms) {
        timer = loop.schedule(next, ms, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        registration.handler().context((toe, failure) -> {
            if (ended) {
                return;
            }
            if (toe == null) {
                wait(this::ask, RETRY_MS);
                return;
            }
            try {
                asked = request.apply(toe, local);
            } catch (IllegalArgumentException e) { // the instance has come back without the transport
                LOG.warn("{}:{} is not listened at again: {}", local.getHostString(), local.getPort(), e.getMessage());
                wait(this::ask, RETRY_MS);
                return;
            }
            wait(this::fail, TimeUnit.SECONDS.toMillis(AbstractMillraceChannel.ANSWER_SECONDS));
        });
    }

    private void fail() {
        timer.cancel(false);
        close();
        asked = null;
        wait(this::ask, RETRY_MS);
    }

    private void close() {
        try {
            asked.close();
        } catch (IOException e) {
            LOG.debug("a listener that nobody wants", e);
        }
    }

    /** {@return the listener if there is one now, or null} */
    Acceptor answered() {
        if (asked == null) {
            return null;
        }
        if (asked.isListening()) {
            timer.cancel(false);
            return asked;
        }
        if (asked.status() != Status.OK) {
            fail();
        }
        return null;
    }

    /** Nobody wants it any more. */
    void end() {
        ended = true;
        timer.cancel(false);
        if (asked != null) {
            close();
        }
    }
}
