package org.millrace.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Millrace and kernel channels in one selector. It sleeps in a kernel selector only, which holds the kernel channels and
 * the context's wake channel.
 *
 * <p>DESIGN NOTES. A key is looked at when it was offered: by its channel when something has changed, by a change of its
 * interest, and by the selector itself as long as it is ready. So a round costs as many looks as keys are ready or have
 * changed, and keys that stay ready are selected again without an event.
 *
 * <p>{@code sleeping} and what ends a sleep (wakeup, offers) are volatile and in Dekker's order: who sleeps says so and
 * then looks; who offers does so and then asks whether somebody sleeps.
 */
final class MillraceSelector extends AbstractSelector implements SharedContext.Watcher {
    private final Contexts contexts;
    private final Selector kernel;
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
    private final Set<SelectionKey> selected = new HashSet<>();
    private final Set<SelectionKey> publicSelected = new SelectedKeys(selected);
    private final Queue<MillraceKey> offered = new ConcurrentLinkedQueue<>();
    private final List<MillraceKey> round = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean sleeping;
    private SelectionKey wakeKey;
    private int updated;
    private boolean found;

    MillraceSelector(MillraceSelectorProvider provider) throws IOException {
        super(provider);
        contexts = provider.contexts();
        kernel = provider.kernel().openSelector();
    }

    @Override
    public Set<SelectionKey> keys() {
        checkOpen();
        return publicKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        checkOpen();
        return publicSelected;
    }

    private void checkOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public int selectNow() throws IOException {
        return select(true, 0);
    }

    @Override
    public int select(long timeoutMs) throws IOException {
        if (timeoutMs < 0) {
            throw new IllegalArgumentException("timeout of " + timeoutMs + " ms");
        }
        return select(timeoutMs > 0, TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    @Override
    public int select() throws IOException {
        return select(false, 0);
    }

    private int select(boolean limited, long timeoutNs) throws IOException {
        synchronized (this) {
            checkOpen();
            synchronized (publicSelected) {
                deregisterCancelled();
                begin();
                try {
                    search(limited, System.nanoTime() + timeoutNs);
                } finally {
                    end();
                }
                deregisterCancelled();
                return updated;
            }
        }
    }

    private void search(boolean limited, long deadlineNs) throws IOException {
        updated = 0;
        found = false;
        long leftNs = limited ? Math.max(0, deadlineNs - System.nanoTime()) : -1;
        boolean over = look(leftNs == 0);
        while (!over) {
            sleep(leftNs);
            leftNs = limited ? Math.max(0, deadlineNs - System.nanoTime()) : -1;
            over = look(leftNs == 0);
        }
        woken.set(false);
        SharedContext context = contexts.current();
        if (context != null) {
            context.leave();
        }
    }

    /** Looks at everything once. Answers whether the selection is over. */
    private boolean look(boolean late) throws IOException {
        SharedContext context = contexts.current();
        if (context != null) {
            context.lock();
            try {
                context.take();
            } finally {
                context.unlock();
            }
        }
        lookAtOffered();
        boolean over = found || late || woken.get() || !isOpen();
        if (over && kernel.isOpen()) {
            if (woken.get() || kernel.keys().size() > (wakeKey == null ? 0 : 1)) {
                kernel.selectNow();
            }
            collect();
        }
        return over;
    }

    private void lookAtOffered() {
        for (MillraceKey key = offered.poll(); key != null; key = offered.poll()) {
            key.taken();
            round.add(key);
        }
        for (MillraceKey key : round) {
            int ready = key.isValid() && key.kernelKey() == null ? ready(key, (Watched) key.channel()) : 0;
            if (ready != 0) {
                select(key, ready);
                offer(key); // as long as it is ready it is to be selected
            }
        }
        round.clear();
    }

    /** After a reset what had arrived is read first, by a program that would write first and give up as that fails. */
    private static int ready(MillraceKey key, Watched channel) {
        int ready = key.interesting(channel.readyOps());
        int both = SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        return (ready & both) == both && channel.readsFirst() ? ready & ~SelectionKey.OP_WRITE : ready;
    }

    private void select(MillraceKey key, int ready) {
        found = true;
        if (selected.contains(key)) {
            updated += key.addReady(ready) ? 1 : 0;
        } else {
            key.ready(ready);
            selected.add(key);
            updated++;
        }
    }

    private void sleep(long leftNs) throws IOException {
        SharedContext context = contexts.current();
        sleeping = true; // first: who nudges from now on is heard
        long limitNs = context == null ? -1 : context.asleep(this);
        try {
            if (limitNs < 0 || leftNs >= 0 && leftNs < limitNs) {
                limitNs = leftNs;
            }
            if (limitNs == 0 || woken.get() || !offered.isEmpty()) {
                kernel.selectNow();
            } else {
                kernel.select(limitNs < 0 ? 0 : Math.max(1, Math.ceilDiv(limitNs, 1_000_000)));
            }
        } finally {
            sleeping = false;
            if (context != null) {
                context.awake(this);
            }
        }
        collect();
    }

    /** Takes what the kernel's selector has found. */
    private void collect() {
        Set<SelectionKey> ready = kernel.selectedKeys();
        if (ready.isEmpty()) {
            return;
        }
        for (SelectionKey behind : ready) {
            if (behind == wakeKey) {
                if (!((SharedContext) behind.attachment()).drain()) {
                    behind.cancel();
                }
            } else if (behind.isValid()) {
                MillraceKey key = (MillraceKey) behind.attachment();
                int ops = key.interesting(behind.readyOps());
                if (key.isValid() && ops != 0) {
                    select(key, ops);
                }
            }
        }
        ready.clear();
    }

    /** Has the wake channel of a context in its kernel selector. By the selecting thread, before it sleeps. */
    void listen(SharedContext context, boolean wanted) throws ClosedChannelException {
        if (wakeKey == null || wakeKey.attachment() != context) {
            if (wakeKey != null) {
                wakeKey.cancel();
            }
            wakeKey = wanted ? context.wakeChannel().register(kernel, SelectionKey.OP_READ, context) : null;
        } else if (wakeKey.isValid() && wakeKey.interestOps() != (wanted ? SelectionKey.OP_READ : 0)) {
            wakeKey.interestOps(wanted ? SelectionKey.OP_READ : 0);
        }
    }

    /** A key may be ready: the next round looks at it. Any thread. */
    void offer(MillraceKey key) {
        if (key.offer()) {
            offered.add(key);
        }
    }

    @Override
    public void nudge() {
        if (sleeping) {
            kernel.wakeup();
        }
    }

    @Override
    public Selector wakeup() {
        woken.set(true);
        nudge();
        return this;
    }

    /** With the channel's key lock held. */
    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
        checkOpen();
        MillraceKey key = new MillraceKey(this, channel, ops);
        key.attach(attachment);
        keys.add(key);
        try {
            if (channel instanceof Watched millrace) {
                millrace.added(key);
            } else {
                registerKernel(key, channel);
            }
        } catch (ClosedChannelException e) {
            keys.remove(key);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            keys.remove(key);
            throw e;
        }
        offer(key);
        nudge();
        return key;
    }

    /** Lets the kernel's selector look after a key. */
    void registerKernel(MillraceKey key, SelectableChannel channel) throws ClosedChannelException {
        key.kernelKey(channel.register(kernel, key.interesting(-1), key));
        nudge();
    }

    private void deregisterCancelled() throws IOException {
        List<SelectionKey> cancelled;
        synchronized (cancelledKeys()) {
            if (cancelledKeys().isEmpty()) {
                return;
            }
            cancelled = new ArrayList<>(cancelledKeys());
            cancelledKeys().clear();
        }
        boolean behind = false;
        for (SelectionKey key : cancelled) {
            behind |= drop((MillraceKey) key);
        }
        if (behind && kernel.isOpen()) {
            kernel.selectNow(); // it lets go of them, too
        }
    }

    /** {@return whether it had a key in the kernel's selector} */
    private boolean drop(MillraceKey key) {
        keys.remove(key);
        selected.remove(key);
        deregister((AbstractSelectionKey) key);
        if (key.channel() instanceof Watched millrace) {
            millrace.removed(key);
        }
        key.cancelKernelKey();
        return key.kernelKey() != null;
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (publicSelected) {
                deregisterCancelled();
                for (SelectionKey key : keys) {
                    drop((MillraceKey) key);
                }
                kernel.close();
            }
        }
    }
}
