package org.millrace.runtime.path;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data path whose program has failed waits on its thread, answers questions, and does no round, until another thread has put
 * something else in its place by one of them. If nobody does, it fails.
 *
 * <p>Owned by: the thread that runs the data path; {@link #why} and {@link #giveUp} by any.
 */
public final class Rescue {
    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);

    private final DataPathThread thread;
    private Predicate<Throwable> rescuer = thrown -> false;
    private volatile Throwable why;
    private volatile boolean isHopeless;

    Rescue(DataPathThread thread) {
        this.thread = thread;
    }

    /**
     * Says who comes; before the thread starts.
     *
     * @param other is told what was thrown, by the thread; answers whether another one sees to it, which ends with {@link #mended} or
     *              {@link #giveUp}
     */
    public void by(Predicate<Throwable> other) {
        rescuer = other;
    }

    /** {@return what the program has thrown, while it waits for another one; null: it runs, or has ended} */
    public Throwable why() {
        return why;
    }

    /** Another program is in place, or nothing had failed. */
    public void mended() {
        why = null;
    }

    /** There is no other program: if it waits for one, it fails. */
    public void giveUp() {
        isHopeless = true;
        thread.ring();
    }

    /** The program has thrown. Answers whether it waits from now on; else it has failed. */
    boolean begins(Throwable thrown) {
        if (thrown instanceof VirtualMachineError) {
            return false;
        }
        isHopeless = false;
        why = thrown; // before the rescuer's thread looks for it
        if (!rescuer.test(thrown)) {
            why = null;
            return false;
        }
        LOG.error("{}: what runs has failed", thread, thrown);
        return true;
    }

    /** Waits. Throws what the program has thrown if nobody comes, or the thread is to stop. */
    void await() throws Throwable {
        long untilNs = thread.now() + LIMIT_NS;
        boolean goesOn = true;
        for (long leftNs = LIMIT_NS; why != null && leftNs > 0 && !isHopeless && goesOn; leftNs = untilNs - thread.now()) {
            goesOn = thread.standBy(leftNs);
        }
        Throwable thrown = why;
        if (thrown != null) {
            why = null;
            throw thrown;
        }
    }
}
