package org.millrace.memory;

/**
 * How long to look on before sleeping: twice as long as last time if that paid, half as long if it did not, between a
 * 64th of the limit and the limit. With a limit of 0, the default everywhere, nobody spins.
 *
 * <p>Owned by: the thread that sleeps.
 */
public final class AdaptiveSpin {
    private static final int RANGE = 64;

    private long limitNs;
    private long spinNs;

    /**
     * Begins at the limit.
     *
     * @param limitNs longest time to look on, nanoseconds; 0: never
     */
    public AdaptiveSpin(long limitNs) {
        limit(limitNs);
    }

    /**
     * Begins again at another limit.
     *
     * @param ns longest time to look on, nanoseconds; 0: never
     */
    public void limit(long ns) {
        limitNs = ns;
        spinNs = ns;
    }

    /** {@return how long to look on now, nanoseconds} */
    public long spinNs() {
        return spinNs;
    }

    /**
     * Learns from a spin.
     *
     * @param paid whether something came before it was over
     */
    public void spun(boolean paid) {
        spinNs = paid ? Math.min(limitNs, 2 * spinNs) : Math.max((limitNs + RANGE - 1) / RANGE, spinNs / 2);
    }
}
