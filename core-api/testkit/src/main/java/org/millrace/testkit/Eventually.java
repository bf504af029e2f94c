package org.millrace.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Waits, in wall time, for what other threads, processes or the kernel bring about. A wait ends after 40 s at the latest,
 * or when its thread is interrupted, as a test's {@code @Timeout} does; and says what did not come about. Where there is
 * virtual time, {@link ManualClock} is to be used.
 */
public final class Eventually {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(40);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private Eventually() {
    }

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        /**
         * {@return whether it holds by now}
         *
         * @throws Exception if it can never hold: the wait fails with this cause
         */
        boolean holds() throws Exception;
    }

    /**
     * Returns as soon as a condition holds, which is looked at about each millisecond, at least once.
     *
     * @param condition what is waited for
     * @param otherwise how things stand if it does not come about: asked for then
     * @throws AssertionError if it does not, or fails
     */
    public static void holds(Condition condition, Supplier<?> otherwise) {
        holds(condition, otherwise, LIMIT_NS);
    }

    static void holds(Condition condition, Supplier<?> otherwise, long limitNs) {
        long beginNs = System.nanoTime();
        while (!holdsNow(condition, otherwise)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("interrupted while waiting: " + otherwise.get());
            }
            if (System.nanoTime() - beginNs >= limitNs) {
                throw new AssertionError("not within " + TimeUnit.NANOSECONDS.toMillis(limitNs) + " ms: " + otherwise.get());
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private static boolean holdsNow(Condition condition, Supplier<?> otherwise) {
        try {
            return condition.holds();
        } catch (Exception e) {
            throw new AssertionError("cannot come about: " + otherwise.get(), e);
        }
    }
}
