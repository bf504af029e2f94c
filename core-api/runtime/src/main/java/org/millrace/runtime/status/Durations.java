package org.millrace.runtime.status;

/**
 * How long something has taken, counted by powers of two: {@code counts[i]} took less than 2^i ns, and not less than half
 * of that; the last one takes what is longer, too.
 *
 * @param counts by power of two
 * @param sumNs  of all of them
 */
public record Durations(long[] counts, long sumNs) {
    private static final int POWERS = 41; // to 18 minutes

    /** Counts. Owned by: one thread. */
    public static final class Counter {
        private final long[] counts = new long[POWERS];
        private long sumNs;

        public void count(long ns) {
            counts[Math.min(POWERS - 1, Long.SIZE - Long.numberOfLeadingZeros(ns))]++;
            sumNs += ns;
        }

        public Durations now() {
            return new Durations(counts.clone(), sumNs);
        }
    }

    /**
     * What an instance measures.
     *
     * @param rounds rounds of the data path that found something to do
     * @param pauses of swaps
     */
    public record All(Durations rounds, Durations pauses) {
    }
}
