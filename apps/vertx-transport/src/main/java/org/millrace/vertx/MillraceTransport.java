package org.millrace.vertx;

import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.netty.ListenerWatch;
import org.millrace.netty.Routes;
import org.millrace.toe.Attach;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x over a Millrace instance: {@code Vertx.builder().withTransport(MillraceTransport.attach("main")).build()}. TCP
 * goes over the instance, or only what {@link #route} names; loopback addresses, IPv6, UDP unless {@link #datagrams} is asked
 * for, DNS and Unix-domain sockets stay with the kernel, in the same event loops.
 *
 * <p>When Vert.x starts, the instance is asked for a context once, to see that it is there; each event loop opens its own
 * with its first connection. What happens if it is not there then is a {@link Fallback}, {@link Fallback#FAIL} unless
 * said otherwise. An instance that goes away later fails its connections, and new ones until it is back; servers listen again
 * then, see {@link #listeners}.
 */
public final class MillraceTransport implements Transport {
    /** System property: the instance's name, or its directory. */
    static final String INSTANCE = "millrace.instance";

    private static final Logger LOG = LoggerFactory.getLogger(MillraceTransport.class);

    private final Callable<ContextGrant> grants;
    private final LongAdder fallbacks;
    private final LongAdder deaf;
    private final Choices choices;
    private volatile Throwable fallbackCause;

    /** What can be chosen. Changed only before it is a transport's. */
    private static final class Choices {
        private Fallback fallback = Fallback.FAIL;
        private Predicate<InetSocketAddress> routes = Routes.DEFAULT;
        private Predicate<InetSocketAddress> overHoma = address -> false;
        private ListenerWatch watch = ListenerWatch.NONE;
        private boolean datagrams;
        private boolean affinity;

        Choices copy() {
            Choices copy = new Choices();
            copy.fallback = fallback;
            copy.routes = routes;
            copy.overHoma = overHoma;
            copy.watch = watch;
            copy.datagrams = datagrams;
            copy.affinity = affinity;
            return copy;
        }
    }

    private MillraceTransport(Callable<ContextGrant> grants, LongAdder fallbacks, LongAdder deaf, Choices choices) {
        this.grants = grants;
        this.fallbacks = fallbacks;
        this.deaf = deaf;
        this.choices = choices;
    }

    private MillraceTransport with(Consumer<Choices> choice) {
        Choices chosen = choices.copy();
        choice.accept(chosen);
        return new MillraceTransport(grants, fallbacks, deaf, chosen);
    }

    /**
     * {@return a transport as system properties describe it: {@code millrace.instance}, name or directory of the instance;
     * {@code millrace.route}, prefixes between commas as {@link #route} has them; {@code millrace.fallback}, {@code fail},
     * {@code warn} or {@code silent}; {@code millrace.connections}, connections at a time of an event loop;
     * {@code millrace.datagrams}, {@code true}: as {@link #datagrams} says; {@code millrace.shard-affinity}, {@code true}: as
     * {@link #shardAffinity} says; {@code millrace.homa}, prefixes as above: what goes {@linkplain #overHoma over Homa}}
     *
     * @throws IllegalArgumentException if one of them makes no sense
     */
    public static MillraceTransport fromProperties() {
        String instance = System.getProperty(INSTANCE);
        if (instance == null) {
            throw new IllegalArgumentException("no Millrace instance is named: set -D" + INSTANCE + "=NAME");
        }
        ContextSize usual = ContextSize.DEFAULT;
        ContextSize size = new ContextSize(Integer.getInteger("millrace.connections", usual.connections()),
            usual.receiveBytes(), usual.transmitBytes(), usual.ringSlots());
        MillraceTransport transport = attach(instance, size)
            .fallback(fallbackNamed(System.getProperty("millrace.fallback", "fail")));
        if (Boolean.getBoolean("millrace.datagrams")) {
            transport = transport.datagrams();
        }
        if (Boolean.getBoolean("millrace.shard-affinity")) {
            transport = transport.shardAffinity();
        }
        String homa = System.getProperty("millrace.homa");
        if (homa != null) {
            transport = transport.overHoma(Routes.of(prefixes(homa)));
        }
        String routes = System.getProperty("millrace.route");
        return routes == null ? transport : transport.route(prefixes(routes));
    }

    private static String[] prefixes(String list) {
        return list.strip().split("\\s*,\\s*");
    }

    private static Fallback fallbackNamed(String name) {
        try {
            return Fallback.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("millrace.fallback is '" + name + "', allowed are fail, warn, silent", e);
        }
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
        return new MillraceTransport(grants, new LongAdder(), new LongAdder(), new Choices());
    }

    /**
     * {@return the same transport with another fallback}
     *
     * @param wanted what to do if the instance cannot be had when Vert.x starts
     */
    public MillraceTransport fallback(Fallback wanted) {
        return with(chosen -> chosen.fallback = wanted);
    }

    /**
     * {@return the same transport for these addresses only} Connections to other addresses, and servers at them, go over
     * the kernel, in the same Vert.x. A server at {@code 0.0.0.0} is the kernel's unless a prefix has that address. Without
     * routes every IPv4 address but loopback is Millrace's.
     *
     * @param prefixes IPv4 prefixes such as {@code 10.0.0.0/8}, or single addresses
     * @throws IllegalArgumentException if one is none
     */
    public MillraceTransport route(String... prefixes) {
        return with(chosen -> chosen.routes = Routes.of(prefixes));
    }

    /**
     * {@return the same transport with somebody who hears of servers that their runtime has left, and of their return}
     * Such a server stays open and listens again by itself; the log says so in any case.
     *
     * @param wanted called in event loops
     */
    public MillraceTransport listeners(ListenerWatch wanted) {
        return with(chosen -> chosen.watch = wanted);
    }

    /**
     * {@return the same transport, over which Vert.x's {@code DatagramSocket}s go too} The instance must run a transport with
     * messages, such as udp. A socket has no address yet when it is made, so this is for all of a Vert.x; DNS stays with the
     * kernel. There is no multicast.
     */
    public MillraceTransport datagrams() {
        return with(chosen -> chosen.datagrams = true);
    }

    /**
     * {@return the same transport, whose streams at some addresses are made of calls over Homa instead of TCP} The instance must
     * run homa, and so must the peer's, with the same choice. NetServer and NetClient, and what is built on them, stay as they
     * are; {@code org.millrace.netty} says how.
     *
     * @param which whether a stream to a peer, or a server at an address, goes over Homa; asked for each new one that is
     *              Millrace's, in event loops: what it answers may change while Vert.x runs
     */
    public MillraceTransport overHoma(Predicate<InetSocketAddress> which) {
        return with(chosen -> chosen.overHoma = which);
    }

    /**
     * {@return the same transport, whose event loops each ask for a shard of the instance, in turn} The streams that a loop opens
     * are of its shard then; without this they go to the shards in turn. What comes to a server is of the shard that its frames
     * come to, with either.
     */
    public MillraceTransport shardAffinity() {
        return with(chosen -> chosen.affinity = true);
    }

    /** {@return whether {@link #shardAffinity} was chosen} */
    boolean hasShardAffinity() {
        return choices.affinity;
    }

    /** {@return how many servers are open that take no connections now, for their runtime is away; for a metric} */
    public long deafServers() {
        return deaf.sum();
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
     * @throws IllegalStateException if there is no context to be had and the fallback is {@link Fallback#FAIL}, or this
     *                               version of Vert.x was never tried
     */
    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        VertxVersion.check(VertxVersion.found());
        try {
            grants.call().close();
            fallbackCause = null;
            return new StreamTransport(grants, choices.routes, choices.overHoma, new Count(choices.watch, deaf), choices.datagrams,
                choices.affinity);
        } catch (Exception e) {
            if (choices.fallback == Fallback.FAIL) {
                throw new IllegalStateException("Vert.x cannot start over Millrace: " + e.getMessage()
                    + "; start the instance, or choose the fallback WARN to run over the kernel", e);
            }
            fallbackCause = e;
            fallbacks.increment();
            if (choices.fallback == Fallback.WARN) {
                LOG.warn("Vert.x runs over the kernel's TCP instead of Millrace: {}", e.getMessage(), e);
            }
            return NIO.implementation();
        }
    }

    /** Counts the servers that are away, and passes the news on. */
    private record Count(ListenerWatch watch, LongAdder deaf) implements ListenerWatch {
        @Override
        public void lost(InetSocketAddress local, IOException cause) {
            deaf.increment();
            watch.lost(local, cause);
        }

        @Override
        public void back(InetSocketAddress local) {
            deaf.decrement();
            watch.back(local);
        }

        @Override
        public void closed(InetSocketAddress local) {
            deaf.decrement();
            watch.closed(local);
        }
    }
}
