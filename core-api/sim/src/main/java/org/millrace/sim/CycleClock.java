package org.millrace.sim;

/**
 * The cycles of a clock in the time of an {@link Agenda}. A cycle begins at a whole picosecond, rounded up: nothing happens
 * before its time, and {@code cycles(picoseconds(n)) == n} for every n. Good for 106 days at any frequency.
 *
 * @param mhz its frequency, megahertz, 1 to 1,000,000
 */
public record CycleClock(int mhz) {
    private static final long PS_PER_US = 1_000_000;

    /**
     * A clock.
     *
     * @param mhz its frequency, megahertz
     */
    public CycleClock {
        if (mhz < 1 || mhz > PS_PER_US) {
            throw new IllegalArgumentException("a clock of " + mhz + " MHz; allowed is 1 to " + PS_PER_US);
        }
    }

    /**
     * {@return when a cycle begins, or how long cycles take: picoseconds, rounded up}
     *
     * @param cycles not negative
     */
    public long picoseconds(long cycles) {
        long rest = cycles % mhz * PS_PER_US;
        return cycles / mhz * PS_PER_US + (rest + mhz - 1) / mhz;
    }

    /**
     * {@return the cycle that it is, or cycles that are over: rounded down}
     *
     * @param picoseconds not negative
     */
    public long cycles(long picoseconds) {
        return picoseconds / PS_PER_US * mhz + picoseconds % PS_PER_US * mhz / PS_PER_US;
    }

    /**
     * {@return when the next cycle begins, picoseconds; the same time if one begins now}
     *
     * @param picoseconds not negative
     */
    public long nextEdge(long picoseconds) {
        long edge = picoseconds(cycles(picoseconds));
        return edge == picoseconds ? edge : picoseconds(cycles(picoseconds) + 1);
    }

    /**
     * {@return cycles in nanoseconds, rounded up}
     *
     * @param cycles not negative
     */
    public long nanoseconds(long cycles) {
        return (picoseconds(cycles) + Agenda.PS_PER_NS - 1) / Agenda.PS_PER_NS;
    }
}
