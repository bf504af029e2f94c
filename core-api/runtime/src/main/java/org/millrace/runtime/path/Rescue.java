package org.millrace.runtime.path;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A data path whose program has failed waits on its thread, answers questions, and does no round, until one of them has put something
 * else in its place. If nobody does, it fails.
 *
 * <p>Owned by: the thread that runs the data path; {@link #why} and {@link #giveUp} by any.
 */
final class Rescue {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    private final DataPathThread thread;
    private Predicate<Throwable> rescuer = why -> false;
    private volatile Throwable why;
    private volatile boolean isHopeless;

    Rescue(DataPathThread thread) {
        this.thread = thread;
    }

    void by(Predicate<Throwable> other) {
        rescuer = other;
    }

    /** {@return what it waits for to be over, or null} */
    Throwable why() {
        return why;
    }

    /** Answers whether it waits from now on; else it has failed. */
    boolean begins(Throwable thrown) {
        if (thrown instanceof VirtualMachineError) {
            return false;
        }
        why = thrown; // before the rescuer's thread looks for it
        if (!rescuer.test(thrown)) {
            why = null;
        }
        return why != null;
    }

    void await() throws Throwable {
        long untilNs = thread.now() + LIMIT_NS;
        for (long leftNs = LIMIT_NS; why != null && leftNs > 0 && !isHopeless; leftNs = untilNs - thread.now()) {
            if (!thread.standBy(leftNs)) {
                isHopeless = true;
            }
        }
        if (why != null) {
            throw why;
        }
    }

    void mended() {
        why = null;
    }

    void giveUp() {
        isHopeless = true;
        thread.ring();
    }
}
