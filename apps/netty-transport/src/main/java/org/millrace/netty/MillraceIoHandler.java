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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.toe.Attach;

/**
 * Millrace and kernel channels in one event loop. The loop sleeps in the kernel handler's selector only, where the
 * context's wake channel is registered like any other; while Millrace has work the selector is looked at once in a few
 * rounds and never slept in.
 *
 * <p>A loop opens its context with its first Millrace channel, and another one with the first channel after the runtime
 * went away: so a loop survives its runtime.
 *
 * <p>Owned by: the loop's thread; {@link #wakeup} by any.
 */
public final class MillraceIoHandler implements IoHandler {
    private static final int ROUNDS_WITHOUT_KERNEL = 8;

    private final Callable<ContextGrant> grants;
    private final IoHandler kernel;
    private final KernelTurn turn = new KernelTurn();
    private final Queue<MillraceRegistration> mail = new ConcurrentLinkedQueue<>();
    private final List<MillraceRegistration> letters = new ArrayList<>();
    private final Set<MillraceRegistration> registrations = new HashSet<>();
    private final List<LoopContext> touched = new ArrayList<>();
    private LoopContext context;
    private int rounds;

    private MillraceIoHandler(ThreadAwareExecutor executor, Callable<ContextGrant> grants, IoHandlerFactory kernel) {
        this.grants = grants;
        this.kernel = kernel.newHandler(executor);
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
     * {@return a factory of handlers}
     *
     * @param grants asked for a context by each loop with its first Millrace channel, and again once that context is
     *               closed; what it throws fails the channel
     */
    public static IoHandlerFactory newFactory(Callable<ContextGrant> grants) {
        IoHandlerFactory kernel = NioIoHandler.newFactory();
        return executor -> new MillraceIoHandler(executor, grants, kernel);
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
        LoopContext home = channel.context() == null ? own() : channel.context();
        MillraceRegistration registration = new MillraceRegistration(this, home, channel);
        registrations.add(registration);
        channel.attached(registration);
        channel.registered();
        return registration;
    }

    void unregister(MillraceRegistration registration) {
        registrations.remove(registration);
    }

    private LoopContext own() throws Exception {
        if (context == null || !context.isOpen()) {
            release();
            LoopContext opened = new LoopContext(this, grants.call());
            try {
                wakeBy(opened);
            } catch (Exception e) {
                opened.close();
                throw e;
            }
            context = opened;
        }
        return context;
    }

    private void wakeBy(LoopContext opened) throws Exception {
        WakeHandle bell = new WakeHandle(opened, opened.toe().wakeChannel());
        if (kernel.register(bell).submit(NioIoOps.READ) < 0) {
            throw new IOException("the wake channel of instance '" + opened.toe().instance() + "' is closed");
        }
    }

    /** Lets the round of this loop that comes next look at a channel. Any thread. */
    void post(MillraceRegistration registration) {
        mail.add(registration);
        wakeup();
    }

    /** Notes that requests of another loop's context are owed. This loop's thread. */
    void touched(LoopContext other) {
        if (!touched.contains(other)) {
            touched.add(other);
        }
    }

    @Override
    public int run(IoHandlerContext loop) {
        int handled = look();
        boolean busy = handled > 0 || !loop.canBlock();
        if (busy && ++rounds < ROUNDS_WITHOUT_KERNEL) {
            return handled;
        }
        rounds = 0;
        LoopContext asleep = context;
        long longestNs = busy ? 0 : asleep == null ? -1 : asleep.beforeSelect();
        handled += kernel.run(turn.of(loop, mail.isEmpty() ? longestNs : 0));
        if (!busy && asleep != null) {
            asleep.afterSelect();
        }
        return handled + look();
    }

    /** Does what Millrace has for this loop. */
    private int look() {
        flushTouched();
        int handled = 0;
        LoopContext own = context; // a channel opened meanwhile may bring another
        if (own != null) {
            handled = own.poll();
            for (int i = 0; i < handled; i++) {
                pass(own.nextReady());
            }
        }
        handled += readMail();
        flushTouched();
        return handled;
    }

    /** Delivers what is there now: what it leads to is for the next round. */
    private int readMail() {
        for (MillraceRegistration next = mail.poll(); next != null; next = mail.poll()) {
            letters.add(next);
        }
        int count = letters.size();
        for (int i = 0; i < count; i++) {
            letters.get(i).deliver();
        }
        letters.clear();
        return count;
    }

    private void flushTouched() {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).flush();
        }
        touched.clear();
    }

    private void pass(MillraceRegistration registration) {
        if (registration != null) {
            if (registration.handler() == this) {
                registration.ready();
            } else {
                registration.post();
            }
        }
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
        flushTouched();
        release();
        kernel.destroy();
    }

    /** Gives the context back; whoever still has a channel in it is told. */
    private void release() {
        LoopContext old = context;
        context = null;
        if (old != null) {
            old.close();
            for (int n = old.poll(); n > 0; n--) {
                pass(old.nextReady());
            }
        }
    }
}
