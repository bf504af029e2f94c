package org.millrace.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.Condition;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/** A listener in one context. A channel has another one after its runtime went away and came back. */
final class Listening {
    private static final long ANSWER_MS = 10_000;

    private final SharedContext context;
    private final ListenSocket socket;
    private final Condition changed;

    private Listening(SharedContext context, ListenSocket socket) {
        this.context = context;
        this.socket = socket;
        changed = context.newCondition();
    }

    /**
     * {@return a listener that listens}
     *
     * @throws IOException if it cannot
     */
    static Listening at(SharedContext context, InetSocketAddress address, int backlog) throws IOException {
        Patience patience = Patience.of(ANSWER_MS);
        context.lock();
        try {
            Listening made = new Listening(context, context.toe().listenAlone(address, backlog));
            Listener answer = made::signal; // until a channel has it
            made.socket.attach(answer);
            try {
                made.awaitAnswer(patience);
            } catch (IOException e) {
                made.socket.close();
                throw e;
            }
            return made;
        } finally {
            context.unlock();
            patience.end();
        }
    }

    private void awaitAnswer(Patience patience) throws IOException {
        context.take();
        while (!socket.isListening()) {
            socket.accept(); // throws what went wrong
            context.await(changed, patience);
            context.take();
        }
    }

    SharedContext context() {
        return context;
    }

    /** Its events are a channel's from now on, which is told at once: some may have been missed. */
    void belongsTo(Listener channel) {
        context.lock();
        try {
            socket.attach(channel);
            channel.changed();
        } finally {
            context.unlock();
        }
    }

    /** {@return whether a stream waits} Takes the context's lock. */
    boolean isAcceptable() {
        return context.locked(() -> socket.isAcceptable() && socket.isListening());
    }

    /** {@return whether it listens no more, though nobody has closed it} Under the context's lock. */
    boolean isLost() {
        return !socket.isClosed() && !socket.isListening();
    }

    /** {@return a stream, or null if none waits} Under the context's lock. */
    StreamSocket accept() throws IOException {
        if (!socket.isAcceptable()) {
            context.take();
        }
        return socket.isAcceptable() && socket.isListening() ? socket.accept() : null;
    }

    /** {@return why it is lost} Under the context's lock. */
    String reason() {
        try {
            socket.accept();
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Waits once for a stream, perhaps for nothing. Under the context's lock. */
    void await(Patience patience) throws IOException {
        context.await(changed, patience);
    }

    /** Wakes who waits. Under the context's lock. */
    void signal() {
        changed.signalAll();
    }

    /** Wakes who waits. */
    void wake() {
        context.lock();
        try {
            signal();
        } finally {
            context.unlock();
        }
    }

    InetSocketAddress localAddress() {
        return context.locked(socket::localAddress);
    }

    void close() {
        context.lock();
        try {
            socket.close();
            context.flush();
            signal();
        } finally {
            context.unlock();
        }
    }
}
