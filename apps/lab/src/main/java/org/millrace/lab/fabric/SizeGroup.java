package org.millrace.lab.fabric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Neighbouring rows of the published series: the smallest half of all messages, the next two fifths, up to 99 %, and the rest. A figure of a group is the
 * mean of its rows' figures by their part of all messages, published and ours alike.
 *
 * @param name  for people
 * @param rows  their numbers
 */
record SizeGroup(String name, List<Integer> rows) {
    private static final double[] ENDS = {0.5, 0.9, 0.99, 1.01};
    private static final String[] NAMES = {"smallest 50 %", "50–90 %", "90–99 %", "largest 1 %"};

    static List<SizeGroup> of(List<PublishedSlowdown.Row> published) {
        List<SizeGroup> groups = new ArrayList<>();
        double sum = 0;
        for (int group = 0; group < ENDS.length; group++) {
            List<Integer> rows = new ArrayList<>();
            for (int row = groups.stream().mapToInt(g -> g.rows.size()).sum(); row < published.size()
                && sum + published.get(row).part() / 2 <= ENDS[group]; row++) {
                sum += published.get(row).part();
                rows.add(row);
            }
            groups.add(new SizeGroup(NAMES[group], rows));
        }
        return groups;
    }

    long count(Slowdowns slowdowns) {
        return rows.stream().mapToLong(slowdowns::count).sum();
    }

    /** Rows of which we have no message count on neither side. */
    private double mean(List<PublishedSlowdown.Row> published, Slowdowns ours, IntToDoubleFunction figure) {
        double sum = 0;
        double parts = 0;
        for (int row : rows) {
            if (ours.count(row) > 0) {
                sum += figure.applyAsDouble(row) * published.get(row).part();
                parts += published.get(row).part();
            }
        }
        return sum / parts;
    }

    double published(List<PublishedSlowdown.Row> published, Slowdowns ours, boolean isP99) {
        return mean(published, ours, row -> isP99 ? published.get(row).p99() : published.get(row).median());
    }

    double ours(List<PublishedSlowdown.Row> published, Slowdowns ours, double part) {
        return mean(published, ours, row -> ours.quantile(row, part));
    }

    double halfWidth(List<PublishedSlowdown.Row> published, Slowdowns ours, double part) {
        double sum = 0;
        double parts = 0;
        for (int row : rows) {
            if (ours.count(row) > 0) {
                sum += Math.pow(ours.halfWidth(row, part) * published.get(row).part(), 2);
                parts += published.get(row).part();
            }
        }
        return Math.sqrt(sum) / parts;
    }
}
