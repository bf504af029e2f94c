package org.millrace.lab.experiment;

import java.util.Arrays;

/** Values of one kind that have been measured. Owned by one thread. */
public final class Samples {
    private double[] values = new double[64];
    private int count;
    private boolean isSorted = true;

    /** Makes one without values. */
    public Samples() {
    }

    /**
     * Makes one.
     *
     * @param values its first ones, in any order
     */
    public Samples(double... values) {
        this.values = values.clone();
        count = values.length;
        isSorted = false;
    }

    /**
     * Adds a value.
     *
     * @param value any
     */
    public void add(double value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, Math.max(64, 2 * count));
        }
        values[count++] = value;
        isSorted = false;
    }

    /** Forgets all. */
    public void clear() {
        count = 0;
    }

    /** {@return how many there are} */
    public int count() {
        return count;
    }

    /**
     * {@return a quantile by nearest rank; not a number if there is no value}
     *
     * @param part 0 to 1
     */
    public double quantile(double part) {
        sort();
        return count == 0 ? Double.NaN : values[Math.clamp((int) Math.ceil(part * count) - 1, 0, count - 1)];
    }

    /** {@return the median, of an even number the mean of both in the middle; not a number if there is no value} */
    public double median() {
        sort();
        return count == 0 ? Double.NaN : (values[(count - 1) / 2] + values[count / 2]) / 2;
    }

    /** {@return the mean; not a number if there is no value} */
    public double mean() {
        return Arrays.stream(values, 0, count).average().orElse(Double.NaN);
    }

    /** {@return Jain's index: 1 if all are alike, one by their number if one has all; not a number if none has anything} */
    public double jain() {
        double sum = Arrays.stream(values, 0, count).sum();
        return sum * sum / (count * Arrays.stream(values, 0, count).map(value -> value * value).sum());
    }

    private void sort() {
        if (!isSorted) {
            Arrays.sort(values, 0, count);
            isSorted = true;
        }
    }
}
