package org.millrace.vertx;

import io.vertx.core.transport.Transport;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.netty.Routes;
import org.millrace.toe.Attach;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x over a Millrace instance: {@code Vertx.builder().withTransport(MillraceTransport.attach("main")).build()}. TCP
 * goes over the instance, or only what {@link #route} names; UDP, DNS and Unix-domain sockets stay with the kernel, in the
 * same event loops.
 *
 * <p>When Vert.x starts, the instance is asked for a context once, to see that it is there; each event loop opens its own
 * with its first connection. What happens if it is not there then is a {@link Fallback}, {@link Fallback#FAIL} unless
 * said otherwise. An instance that goes away later fails its connections, and new ones until it is back.
 */
public final class MillraceTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(MillraceTransport.class);

    private final Callable<ContextGrant> grants;
    private final Fallback fallback;
    private final Predicate<InetSocketAddress> routes;
    private final LongAdder fallbacks;
    private volatile Throwable fallbackCause;

    private MillraceTransport(Callable<ContextGrant> grants, Fallback fallback, Predicate<InetSocketAddress> routes,
                              LongAdder fallbacks) {
        this.grants = grants;
        this.fallback = fallback;
        this.routes = routes;
        this.fallbacks = fallbacks;
    }

    /**
     * {@return a transport over an instance that runs in another process, with contexts of the default size}
     *
     * @param instance its name, or the absolute path of its directory: for one of another user
     */
    public static MillraceTransport attach(String instance) {
        return attach(instance, ContextSize.DEFAULT);
    }

    /**
     * {@return a transport over an instance that runs in another process} What finds no instance fails with an
     * {@link Attach.AttachException}, which names it, says what to do, and has a reason to switch on.
     *
     * @param instance its name, or the absolute path of its directory: for one of another user
     * @param size     of each event loop's context; its connections limit the loop's
     */
    public static MillraceTransport attach(String instance, ContextSize size) {
        return over(() -> Attach.context(instance, size));
    }

    /**
     * {@return a transport over an instance of this process, with contexts of the default size}
     *
     * @param provider the instance
     */
    public static MillraceTransport over(ContextProvider provider) {
        return over(provider, ContextSize.DEFAULT);
    }

    /**
     * {@return a transport over an instance of this process}
     *
     * @param provider the instance
     * @param size     of each event loop's context; its connections limit the loop's
     */
    public static MillraceTransport over(ContextProvider provider, ContextSize size) {
        return over(() -> provider.open(size));
    }

    /**
     * {@return a transport over whatever hands out contexts: every other way to reach an instance ends here}
     *
     * @param grants asked when Vert.x starts, and by each event loop with its first connection
     */
    public static MillraceTransport over(Callable<ContextGrant> grants) {
        return new MillraceTransport(grants, Fallback.FAIL, address -> true, new LongAdder());
    }

    /**
     * {@return the same transport with another fallback}
     *
     * @param wanted what to do if the instance cannot be had when Vert.x starts
     */
    public MillraceTransport fallback(Fallback wanted) {
        return new MillraceTransport(grants, wanted, routes, fallbacks);
    }

    /**
     * {@return the same transport for these addresses only} Connections to other addresses, and servers at them, go over
     * the kernel, in the same Vert.x. A server at {@code 0.0.0.0} is the kernel's unless a prefix has that address.
     *
     * @param prefixes IPv4 prefixes such as {@code 10.0.0.0/8}, or single addresses
     * @throws IllegalArgumentException if one is none
     */
    public MillraceTransport route(String... prefixes) {
        return new MillraceTransport(grants, fallback, Routes.of(prefixes), fallbacks);
    }

    /** {@return why Vert.x runs over the kernel, or null if it does not} */
    public Throwable fallbackCause() {
        return fallbackCause;
    }

    /** {@return how often a Vert.x over this transport has begun to run over the kernel instead; for a metric} */
    public long fallbacks() {
        return fallbacks.sum();
    }

    @Override
    public String name() {
        return "millrace";
    }

    /** {@return true: what to do without an instance is decided by the fallback, not by Vert.x, which would say nothing} */
    @Override
    public boolean available() {
        return true;
    }

    @Override
    public Throwable unavailabilityCause() {
        return null;
    }

    /**
     * {@return what Vert.x runs on}
     *
     * @throws IllegalStateException if there is no context to be had and the fallback is {@link Fallback#FAIL}
     */
    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        try {
            grants.call().close();
            fallbackCause = null;
            return new StreamTransport(grants, routes);
        } catch (Exception e) {
            if (fallback == Fallback.FAIL) {
                throw new IllegalStateException("Vert.x cannot start over Millrace: " + e.getMessage()
                    + "; start the instance, or choose the fallback WARN to run over the kernel", e);
            }
            fallbackCause = e;
            fallbacks.increment();
            if (fallback == Fallback.WARN) {
                LOG.warn("Vert.x runs over the kernel's TCP instead of Millrace: {}", e.getMessage(), e);
            }
            return NIO.implementation();
        }
    }
}
