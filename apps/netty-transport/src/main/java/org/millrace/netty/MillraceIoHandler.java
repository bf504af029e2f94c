package org.millrace.netty;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.nio.NioIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Attach;
import org.millrace.toe.Endpoint;
import org.millrace.toe.Toe;

/**
 * Millrace and kernel channels in one event loop. The loop sleeps in the kernel handler's selector only, where the
 * context's wake channel is registered like any other; while Millrace has work the selector is looked at once in a few
 * rounds and never slept in.
 *
 * <p>A loop opens its context with the first channel that needs it, and another one with the first channel after the
 * runtime went away: so a loop survives its runtime. Opening may take seconds if the runtime is stopped, so a thread of
 * its own does it, which ends with it; the channels wait, the loop does not.
 *
 * <p>Owned by: the loop's thread; {@link #wakeup} by any.
 */
public final class MillraceIoHandler implements IoHandler {
    private static final int ROUNDS_WITHOUT_KERNEL = 8;

    private final ThreadAwareExecutor loop;
    private final Callable<ContextGrant> grants;
    private final Predicate<InetSocketAddress> routes;
    private final Predicate<InetSocketAddress> overCalls;
    private final IoHandler kernel;
    private final KernelTurn turn = new KernelTurn();
    private final Set<MillraceRegistration> registrations = new HashSet<>();
    private final List<BiConsumer<Toe, Throwable>> askers = new ArrayList<>();
    private List<MillraceRegistration> mail = new ArrayList<>();
    private List<MillraceRegistration> letters = new ArrayList<>();
    private int affinity = Toe.ANY_SHARD;
    private Toe context;
    private boolean opening;
    private boolean destroyed;
    private int rounds;

    private MillraceIoHandler(ThreadAwareExecutor loop, Callable<ContextGrant> grants,
                              Predicate<InetSocketAddress> routes, Predicate<InetSocketAddress> overCalls,
                              IoHandlerFactory kernel) {
        this.loop = loop;
        this.grants = grants;
        this.routes = routes;
        this.overCalls = overCalls;
        this.kernel = kernel.newHandler(loop);
    }

    /**
     * {@return a factory of handlers over an instance of another process, whose contexts have the default size}
     *
     * @param instance its name, or the absolute path of its directory: for one of another user
     */
    public static IoHandlerFactory attach(String instance) {
        return attach(instance, ContextSize.DEFAULT);
    }

    /**
     * {@return a factory of handlers over an instance of another process} A channel that the instance has no context
     * for fails with an {@link Attach.AttachException}.
     *
     * @param instance its name, or the absolute path of its directory: for one of another user
     * @param size     of each loop's context; its connections limit the loop's channels
     */
    public static IoHandlerFactory attach(String instance, ContextSize size) {
        return newFactory(() -> Attach.context(instance, size));
    }

    /**
     * {@return a factory of handlers whose contexts have the default size}
     *
     * @param provider of contexts: an instance of this process
     */
    public static IoHandlerFactory newFactory(ContextProvider provider) {
        return newFactory(provider, ContextSize.DEFAULT);
    }

    /**
     * {@return a factory of handlers}
     *
     * @param provider of contexts: an instance of this process
     * @param size     of each loop's context; its connections limit the loop's channels
     */
    public static IoHandlerFactory newFactory(ContextProvider provider, ContextSize size) {
        return newFactory(() -> provider.open(size));
    }

    /**
     * {@return a factory of handlers whose channels go over Millrace as {@link Routes#DEFAULT} has it: not to loopback
     * addresses, and not over IPv6}
     *
     * @param grants asked for a context by each loop with its first Millrace channel, and again once that context is
     *               closed; on a thread of its own, so it may block; what it throws fails the channel
     */
    public static IoHandlerFactory newFactory(Callable<ContextGrant> grants) {
        return newFactory(grants, Routes.DEFAULT);
    }

    /**
     * {@return a factory of handlers whose channels go over Millrace or over the kernel, as their address wants}
     *
     * @param grants as above; not asked as long as no address is Millrace's
     * @param routes whether an address, of a peer or to listen at, is Millrace's; {@link Routes} by prefix
     */
    public static IoHandlerFactory newFactory(Callable<ContextGrant> grants, Predicate<InetSocketAddress> routes) {
        return newFactory(grants, routes, address -> false);
    }

    /**
     * {@return a factory of handlers some of whose streams are made of calls over Homa}
     *
     * @param grants    as above
     * @param routes    as above
     * @param overCalls whether a stream to a peer at an address of Millrace, or a listener there, goes over calls and not over
     *                  TCP. Asked for each new one, in event loops: what it answers may change while they run
     */
    public static IoHandlerFactory newFactory(Callable<ContextGrant> grants, Predicate<InetSocketAddress> routes,
                                              Predicate<InetSocketAddress> overCalls) {
        IoHandlerFactory kernel = NioIoHandler.newFactory();
        return executor -> new MillraceIoHandler(executor, grants, routes, overCalls, kernel);
    }

    /**
     * {@return a factory whose loops each ask for a shard of the instance, in turn: the streams that a loop's channels open are
     * of its shard, unless they name their local port} With other factories they go to the shards in turn. What comes to a
     * listener is of the shard that its frames come to, with either.
     *
     * @param handlers a factory of this class
     */
    public static IoHandlerFactory withShardAffinity(IoHandlerFactory handlers) {
        AtomicInteger loops = new AtomicInteger();
        return executor -> {
            MillraceIoHandler handler = (MillraceIoHandler) handlers.newHandler(executor);
            handler.affinity = loops.getAndIncrement() & Integer.MAX_VALUE;
            return handler;
        };
    }

    @Override
    public void initialize() {
        kernel.initialize();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return MillraceHandle.class.isAssignableFrom(handleType) || kernel.isCompatible(handleType);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        if (!(handle instanceof MillraceHandle channel)) {
            return kernel.register(handle);
        }
        MillraceRegistration registration = new MillraceRegistration(this, channel);
        registrations.add(registration);
        channel.registered();
        return registration;
    }

    void unregister(MillraceRegistration registration) {
        registrations.remove(registration);
    }

    /** {@return a kernel channel's registration with the selector} */
    IoRegistration watch(KernelWatch channel) throws Exception {
        return kernel.register(channel);
    }

    /** {@return whether an address is Millrace's} Any thread. */
    boolean routes(InetSocketAddress address) {
        return routes.test(address);
    }

    /** {@return whether a new stream to an address, or a listener there, goes over calls} Any thread. */
    boolean isOverCalls(InetSocketAddress address) {
        return overCalls.test(address);
    }

    /** Runs something in the loop, at once if this is its thread. It is lost if the loop has ended. */
    void inLoop(Runnable task) {
        if (loop.isExecutorThread(Thread.currentThread())) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            // with the loop its context ended, and all that was in it
        }
    }

    /**
     * Hands out the loop's context, now if it is open, else once it is.
     *
     * @param asker gets the context, or why there is none, in the loop
     */
    void context(BiConsumer<Toe, Throwable> asker) {
        if (context != null && context.isOpen()) {
            asker.accept(context, null);
            return;
        }
        askers.add(asker);
        if (!opening) {
            opening = true;
            release();
            Thread.ofPlatform().daemon().name("millrace-open").start(this::open);
        }
    }

    /** On a thread of its own. */
    private void open() {
        ContextGrant grant = null;
        Throwable failure = null;
        try {
            grant = grants.call();
            grant.wakeChannel(); // made here, for this may block too
        } catch (Exception | LinkageError e) {
            failure = e;
        }
        ContextGrant opened = grant;
        Throwable why = failure;
        try {
            loop.execute(() -> opened(opened, why));
        } catch (RejectedExecutionException ended) {
            close(opened);
        }
    }

    private static void close(ContextGrant grant) {
        if (grant != null) {
            grant.close();
        }
    }

    private void opened(ContextGrant grant, Throwable failure) {
        opening = false;
        Throwable why = failure;
        if (why == null && !destroyed) {
            try {
                Toe made = Toe.open(grant);
                made.affinity(affinity);
                wakeBy(made);
                context = made;
            } catch (Exception e) {
                why = e;
            }
        }
        if (context == null) {
            close(grant);
        }
        List<BiConsumer<Toe, Throwable>> waiting = List.copyOf(askers);
        askers.clear();
        for (BiConsumer<Toe, Throwable> asker : waiting) {
            asker.accept(context, context == null && why == null ? new IOException("the event loop has ended") : why);
        }
    }

    private void wakeBy(Toe opened) throws Exception {
        WakeHandle bell = new WakeHandle(opened, opened.wakeChannel());
        if (kernel.register(bell).submit(NioIoOps.READ) < 0) {
            throw new IOException("the wake channel of instance '" + opened.instance() + "' is closed");
        }
    }

    /** Shows the data path what channels have asked of it so far. */
    void flush() {
        if (context != null) {
            context.flush();
        }
    }

    /** Lets the round that comes next look at a channel. */
    void post(MillraceRegistration registration) {
        mail.add(registration);
    }

    @Override
    public int run(IoHandlerContext round) {
        int handled = look();
        boolean busy = handled > 0 || !round.canBlock();
        if (busy && ++rounds < ROUNDS_WITHOUT_KERNEL) {
            return handled;
        }
        rounds = 0;
        Toe asleep = context;
        long longestNs = busy ? 0 : asleep == null ? -1 : asleep.beforeSelect();
        handled += kernel.run(turn.of(round, mail.isEmpty() ? longestNs : 0));
        if (!busy && asleep != null) {
            asleep.afterSelect();
        }
        return handled + look();
    }

    /** Does what Millrace has for this loop. */
    private int look() {
        int handled = 0;
        Toe own = context; // a channel opened meanwhile may bring another
        if (own != null) {
            handled = own.poll(0);
            tellReady(own, handled);
        }
        return handled + readMail();
    }

    private static void tellReady(Toe own, int count) {
        for (int i = 0; i < count; i++) {
            Endpoint endpoint = own.nextReady();
            if (endpoint != null && endpoint.attachment() instanceof Readiness hears) {
                hears.ready();
            }
        }
    }

    /** Delivers what is there now: what it leads to is for the next round. */
    private int readMail() {
        List<MillraceRegistration> now = mail;
        mail = letters;
        letters = now;
        int count = now.size();
        for (int i = 0; i < count; i++) {
            now.get(i).deliver();
        }
        now.clear();
        return count;
    }

    @Override
    public void wakeup() {
        kernel.wakeup();
    }

    @Override
    public void prepareToDestroy() {
        for (MillraceRegistration registration : List.copyOf(registrations)) {
            registration.handle().close();
        }
        kernel.prepareToDestroy();
    }

    @Override
    public void destroy() {
        destroyed = true;
        release();
        kernel.destroy();
    }

    /** Gives the context back; whoever still has a channel in it is told. */
    private void release() {
        Toe old = context;
        context = null;
        if (old != null) {
            old.close();
            tellReady(old, old.poll(0));
        }
    }
}
