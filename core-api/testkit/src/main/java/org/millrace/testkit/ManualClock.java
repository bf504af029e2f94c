package org.millrace.testkit;

import java.util.function.LongSupplier;

/**
 * A virtual clock: it shows what the test says, in nanoseconds, and never runs backwards. Owned by one thread.
 */
public final class ManualClock implements LongSupplier {
    private long nowNs;

    /** A clock at 0. */
    public ManualClock() {
    }

    /**
     * A clock that begins elsewhere, for tests of wrap-around.
     *
     * @param startNs the first time it shows
     */
    public ManualClock(long startNs) {
        nowNs = startNs;
    }

    /** {@return the time, nanoseconds} */
    public long nowNs() {
        return nowNs;
    }

    /** {@return the time, nanoseconds} */
    @Override
    public long getAsLong() {
        return nowNs;
    }

    /**
     * Lets time pass.
     *
     * @param deltaNs nanoseconds, not negative
     * @return the time now
     */
    public long advance(long deltaNs) {
        if (deltaNs < 0) {
            throw new IllegalArgumentException("time does not run backwards: " + deltaNs + " ns");
        }
        nowNs += deltaNs;
        return nowNs;
    }

    /**
     * Moves to a time.
     *
     * @param timeNs the time to show, not before the one shown
     * @return {@code timeNs}
     */
    public long set(long timeNs) {
        return advance(timeNs - nowNs);
    }
}
