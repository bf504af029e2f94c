package org.millrace.nio;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.millrace.api.context.ContextGrant;
import org.millrace.toe.Endpoint;
import org.millrace.toe.Toe;

/**
 * The process's context, and who may touch it: a Toe is for one thread, a SocketChannel for any.
 *
 * <p>DESIGN NOTES. One lock guards the Toe and every endpoint in it. Events are taken by whoever comes, for all: it
 * passes them to the channels, which signal blocked threads and offer themselves to their selectors.
 *
 * <p>Among those that sleep at most one is the <em>watcher</em>: it alone sleeps where the data path rings, in a kernel
 * selector with the wake channel (docs/decisions/008). A selector that goes to sleep becomes the watcher if there is
 * none; it then takes for all, and goes on sleeping if there was nothing for itself. One that finds a watcher is a
 * follower and is woken by it. A watcher that goes away while others still sleep, and a thread that blocks where nobody
 * watches, start the {@link WatchThread}, which stays until nobody else sleeps. So a program with one selector thread
 * has no thread in between.
 *
 * <p>Lock order: selector, channel, context; nothing is called with the context's lock held that takes another.
 */
final class SharedContext {
    private final ReentrantLock lock = new ReentrantLock();
    private final Toe toe;
    private final SelectableChannel wakeChannel;
    private final WatchThread watchThread;
    private Watcher watcher;
    private int blocked;
    private int followers;

    /** Who may sleep where the data path rings. */
    interface Watcher {
        /** Makes it look at the context again, if it sleeps. */
        void nudge();
    }

    SharedContext(ContextGrant grant, SelectorProvider kernel) throws IOException {
        toe = Toe.open(grant);
        try {
            wakeChannel = toe.wakeChannel();
            watchThread = new WatchThread(this, kernel.openSelector());
        } catch (IOException e) {
            toe.close();
            throw e;
        }
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** {@return what is asked for, under the lock} */
    <T> T locked(Supplier<T> question) {
        lock();
        try {
            return question.get();
        } finally {
            unlock();
        }
    }

    Condition newCondition() {
        return lock.newCondition();
    }

    /** {@return the context itself, to be used under the lock} */
    Toe toe() {
        return toe;
    }

    /** {@return where the data path rings} */
    SelectableChannel wakeChannel() {
        return wakeChannel;
    }

    /** Takes what the data path has announced, and passes it on. Under the lock. */
    void take() {
        toe.poll(0);
        for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
            if (ready.attachment() instanceof Listener channel) {
                channel.changed();
            }
        }
        attendFullRing();
    }

    /** Tells the data path what was asked of it. Under the lock. */
    void flush() {
        toe.flush();
        attendFullRing();
    }

    /** {@return whether the runtime serves it} */
    boolean isOpen() {
        lock();
        try {
            take();
            return toe.isOpen();
        } finally {
            unlock();
        }
    }

    /** Waits once for a condition of a channel, perhaps for nothing. Under the lock. */
    void await(Condition changed, Patience patience) throws IOException {
        blocked++;
        try {
            if (watcher == null && toe.isOpen()) {
                watchThread.watch();
            }
            patience.await(changed);
        } finally {
            blocked--;
        }
    }

    /**
     * A selector is about to sleep. {@link #awake} follows.
     *
     * @return longest sleep, nanoseconds; 0: none; negative: no limit
     */
    long asleep(MillraceSelector selector) throws IOException {
        lock();
        try {
            if (watcher == watchThread && !isNeeded()) {
                watchThread.nudge();
                watcher = null;
            }
            if (watcher != null || !toe.isOpen()) {
                followers++;
                selector.listen(this, false);
                return -1;
            }
            selector.listen(this, true);
            watcher = selector;
            return toe.beforeSelect();
        } finally {
            unlock();
        }
    }

    /** A selector is awake again. */
    void awake(MillraceSelector selector) {
        lock();
        try {
            if (watcher == selector) {
                release();
            } else {
                followers--;
            }
        } finally {
            unlock();
        }
    }

    /** A selector goes away to work: others that sleep still have to hear. */
    void leave() {
        lock();
        try {
            if (watcher == null && isNeeded() && toe.isOpen()) {
                watchThread.watch();
            }
        } finally {
            unlock();
        }
    }

    /**
     * Empties the wake channel, which was found readable.
     *
     * @return false if it is at its end, and so the context
     */
    boolean drain() {
        lock();
        try {
            return toe.drainWakeChannel();
        } finally {
            unlock();
        }
    }

    /** {@return whether somebody has to watch for those that sleep and do not} Under the lock. */
    boolean isNeeded() {
        return blocked > 0 || followers > 0 || toe.isRequestRingFull();
    }

    /** {@return whether it is the watcher} Under the lock. */
    boolean isWatcher(Watcher one) {
        return watcher == one;
    }

    /** The thread watches from now on. Under the lock. */
    void watchedBy(WatchThread thread) {
        watcher = thread;
    }

    /** Has whoever watches look again. Under the lock. */
    void nudgeWatcher() {
        if (watcher != null) {
            watcher.nudge();
        }
    }

    /** The watcher watches no more. Under the lock. */
    void release() {
        toe.afterSelect();
        watcher = null;
    }

    private void attendFullRing() {
        if (toe.isRequestRingFull() && toe.isOpen()) {
            if (watcher == null) {
                watchThread.watch();
            } else {
                watcher.nudge();
            }
        }
    }

    /** Gives it back; all its channels fail. */
    void close() {
        lock();
        try {
            take();
            toe.close();
            take();
            watchThread.end();
        } finally {
            unlock();
        }
    }
}
