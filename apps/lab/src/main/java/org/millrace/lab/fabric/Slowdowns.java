package org.millrace.lab.fabric;

import java.util.Arrays;
import java.util.List;

/**
 * Slowdowns of messages by size: how much longer each took than it would alone. Sizes are parted as the published rows are.
 */
final class Slowdowns {
    private final int[] most;
    private final float[][] values;
    private final int[] counts;
    private boolean isSorted;

    Slowdowns(List<PublishedSlowdown.Row> rows) {
        most = rows.stream().mapToInt(PublishedSlowdown.Row::most).toArray();
        values = new float[most.length][64];
        counts = new int[most.length];
    }

    void add(int bytes, double slowdown) {
        int found = Arrays.binarySearch(most, bytes);
        int row = Math.min(found >= 0 ? found : -found - 1, most.length - 1);
        if (counts[row] == values[row].length) {
            values[row] = Arrays.copyOf(values[row], 2 * counts[row]);
        }
        values[row][counts[row]++] = (float) slowdown;
        isSorted = false;
    }

    int count(int row) {
        return counts[row];
    }

    long count() {
        return Arrays.stream(counts).asLongStream().sum();
    }

    /** {@return what a part of a row's messages do not exceed; not a number if there are none} */
    double quantile(int row, double part) {
        return counts[row] == 0 ? Double.NaN : at(row, part * counts[row]);
    }

    /**
     * {@return half the width of the 95 % interval of a quantile: by order statistics, whose ranks are binomial; messages are taken as
     *         independent}
     */
    double halfWidth(int row, double part) {
        double rank = part * counts[row];
        double spread = 1.96 * Math.sqrt(rank * (1 - part));
        return counts[row] == 0 ? 0 : (at(row, rank + spread) - at(row, rank - spread)) / 2;
    }

    private double at(int row, double rank) {
        if (!isSorted) {
            for (int i = 0; i < counts.length; i++) {
                Arrays.sort(values[i], 0, counts[i]);
            }
            isSorted = true;
        }
        return values[row][Math.clamp((int) Math.ceil(rank) - 1, 0, counts[row] - 1)];
    }
}
