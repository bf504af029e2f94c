package org.millrace.netty;

import java.util.concurrent.locks.ReentrantLock;
import org.millrace.api.context.ContextGrant;
import org.millrace.toe.Endpoint;
import org.millrace.toe.Toe;

/**
 * A loop's context, and who may touch it.
 *
 * <p>DESIGN NOTES. A stream lives in the context that accepted it, while Netty may register the accepted channel with
 * another loop. So a context that listens, and one whose channel moves, is shared: the owner's loop alone takes its
 * events and passes them on, but everybody comes in through {@link #enter}. {@link #share} is called by the owner before
 * the first endpoint leaves it, so a context that was never shared needs no lock; others lock, as a rule uncontended. A
 * borrower's requests are flushed by its own loop at the end of its round.
 */
final class LoopContext {
    private final MillraceIoHandler owner;
    private final Toe toe;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean shared;

    LoopContext(MillraceIoHandler owner, ContextGrant grant) {
        this.owner = owner;
        toe = Toe.open(grant);
    }

    MillraceIoHandler owner() {
        return owner;
    }

    /** {@return the context itself; to be used between {@link #enter} and {@link #leave}} */
    Toe toe() {
        return toe;
    }

    /** Endpoints may be used by other threads from now on. Owner, outside of enter and leave. */
    void share() {
        shared = true;
    }

    void enter() {
        if (shared) {
            lock.lock();
        }
    }

    void leave() {
        if (lock.isHeldByCurrentThread()) {
            lock.unlock();
        }
    }

    /** {@return endpoints that are ready} Takes the data path's events. Owner. */
    int poll() {
        enter();
        try {
            return toe.poll(0);
        } finally {
            leave();
        }
    }

    /** {@return the channel of the next ready endpoint, or null if nobody has it yet} Owner. */
    MillraceRegistration nextReady() {
        enter();
        try {
            Endpoint endpoint = toe.nextReady();
            return endpoint == null ? null : (MillraceRegistration) endpoint.attachment();
        } finally {
            leave();
        }
    }

    long beforeSelect() {
        enter();
        try {
            return toe.beforeSelect();
        } finally {
            leave();
        }
    }

    void afterSelect() {
        enter();
        try {
            toe.afterSelect();
        } finally {
            leave();
        }
    }

    /** {@return false if the channel is at its end, and so the context} Owner. */
    boolean drainWakeChannel() {
        enter();
        try {
            return toe.drainWakeChannel();
        } finally {
            leave();
        }
    }

    boolean isOpen() {
        enter();
        try {
            return toe.isOpen();
        } finally {
            leave();
        }
    }

    void flush() {
        enter();
        try {
            toe.flush();
        } finally {
            leave();
        }
    }

    /** Gives the context back: all of its endpoints fail and are ready a last time. Owner. */
    void close() {
        enter();
        try {
            toe.close();
        } finally {
            leave();
        }
    }
}
