package org.millrace.nio;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Makes listeners whose runtime went away listen again when there is another: an unmodified program would not ask for
 * it. A thread that exists only while there are such listeners tries every quarter of a second.
 *
 * <p>Any thread, also under a context's lock.
 */
final class Relistener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.millrace.nio");
    private static final long RETRY_MS = 250;

    private final Contexts contexts;
    private final Queue<MillraceServerSocketChannel> deaf = new ArrayDeque<>();
    private boolean running;
    private boolean closed;

    Relistener(Contexts contexts) {
        this.contexts = contexts;
    }

    synchronized void lost(MillraceServerSocketChannel listener, String why) {
        LOG.log(Level.WARNING, "{0}; it listens again when the instance is back", why);
        deaf.add(listener);
        if (!running) {
            running = true;
            Thread.ofPlatform().daemon().name("millrace-nio-relisten").start(this::run);
        }
    }

    private void run() {
        for (MillraceServerSocketChannel listener = next(); listener != null; listener = next()) {
            try {
                listener.listenAgain(contexts.served());
            } catch (Exception e) {
                again(listener); // the instance is not back, or not yet ready for it
            }
        }
    }

    private synchronized void again(MillraceServerSocketChannel listener) {
        deaf.add(listener);
    }

    /** {@return a listener to try, after a while; null: the thread ends} */
    private synchronized MillraceServerSocketChannel next() {
        deaf.removeIf(listener -> !listener.isOpen());
        try {
            if (!closed && !deaf.isEmpty()) {
                wait(RETRY_MS);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
        running = !closed && !deaf.isEmpty();
        return running ? deaf.poll() : null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
    }
}
