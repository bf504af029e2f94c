package org.millrace.lab.tofino;

import java.util.Arrays;

/** How long calls took. Owned by: the thread of the rack. */
final class Latencies {
    private static final double PS_PER_US = 1e6;

    private long[] ps = new long[1 << 12];
    private int count;
    private boolean isSorted;

    void add(long tookPs) {
        if (count == ps.length) {
            ps = Arrays.copyOf(ps, 2 * count);
        }
        ps[count++] = tookPs;
        isSorted = false;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** {@return a percentile, microseconds} */
    double percentileUs(double percent) {
        if (!isSorted) {
            Arrays.sort(ps, 0, count);
            isSorted = true;
        }
        return count == 0 ? Double.NaN : ps[Math.clamp((int) Math.ceil(percent / 100 * count) - 1, 0, count - 1)] / PS_PER_US;
    }
}
