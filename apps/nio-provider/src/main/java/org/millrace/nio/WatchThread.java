package org.millrace.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * Watches a context for threads that block in channels, and for selectors while the one that watched is at work. Made
 * when first needed; waits on a condition while it is not.
 */
final class WatchThread implements SharedContext.Watcher, Runnable {
    private final SharedContext context;
    private final Selector selector;
    private final Condition wanted;
    private boolean started;
    private boolean ended;
    private volatile boolean asleep;

    WatchThread(SharedContext context, Selector selector) {
        this.context = context;
        this.selector = selector;
        wanted = context.newCondition();
    }

    /** Becomes the watcher. Under the context's lock. */
    void watch() {
        context.watchedBy(this);
        if (started) {
            wanted.signal();
        } else if (!ended) {
            started = true;
            Thread.ofPlatform().daemon().name("millrace-nio-watch").start(this);
        }
    }

    /** Its context is over. Under the context's lock. */
    void end() {
        ended = true;
        wanted.signal();
        nudge();
    }

    @Override
    public void nudge() {
        if (asleep) {
            selector.wakeup();
        }
    }

    @Override
    public void run() {
        context.lock();
        try (selector) {
            context.wakeChannel().register(selector, SelectionKey.OP_READ);
            while (!ended && context.toe().isOpen()) {
                if (context.isWatcher(this)) {
                    round();
                } else {
                    wanted.awaitUninterruptibly();
                }
            }
            context.take(); // the endpoints' failure
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            ended = true;
            context.unlock();
        }
    }

    private void round() throws IOException {
        context.take();
        if (!context.isNeeded()) {
            context.release();
            return;
        }
        long limitNs = context.toe().beforeSelect();
        asleep = true;
        boolean rung = false;
        context.unlock();
        try {
            rung = sleep(limitNs);
        } finally {
            context.lock();
            asleep = false;
        }
        if (context.isWatcher(this)) {
            context.toe().afterSelect();
        } else if (rung) {
            context.nudgeWatcher(); // a selector has taken over meanwhile: what was drained here was for it
        }
    }

    /** Answers whether the data path has rung. */
    private boolean sleep(long limitNs) throws IOException {
        int ready = 0;
        if (limitNs < 0) {
            ready = selector.select();
        } else if (limitNs > 0) {
            ready = selector.select(1 + TimeUnit.NANOSECONDS.toMillis(limitNs));
        }
        if (ready > 0) {
            selector.selectedKeys().clear();
            context.drain();
        }
        return ready > 0;
    }
}
