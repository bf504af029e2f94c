package org.millrace.nio;

import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * How long one blocking operation waits. An interrupt does not end the waiting: it closes the channel, as java.nio
 * says, and that does.
 */
final class Patience {
    private final boolean limited;
    private final long deadlineNs;
    private boolean interrupted;

    private Patience(boolean limited, long timeoutMs) {
        this.limited = limited;
        deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    /** {@return patience without limit} */
    static Patience endless() {
        return new Patience(false, 0);
    }

    /**
     * {@return patience for a time}
     *
     * @param timeoutMs how long; 0: without limit, as java.net has it
     */
    static Patience of(long timeoutMs) {
        return new Patience(timeoutMs > 0, timeoutMs);
    }

    /** Waits once, perhaps for nothing. */
    void await(Condition condition) throws SocketTimeoutException {
        if (!limited) {
            condition.awaitUninterruptibly();
            return;
        }
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
            throw new SocketTimeoutException("timed out");
        }
        try {
            condition.awaitNanos(leftNs);
        } catch (InterruptedException e) {
            interrupted = true; // not set again here: that would close the channel, which needs the lock held here
        }
    }

    /** Sets the interrupt status again that waiting has cleared. To be called without locks. */
    void end() {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
