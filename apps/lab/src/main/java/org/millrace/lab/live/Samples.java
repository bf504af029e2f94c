package org.millrace.lab.live;

import java.util.ArrayList;
import java.util.List;

/** What has been measured of one thing. */
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    /** {@return a quantile by nearest rank, 0 to 1; not a number if there is none} */
    double quantile(double part) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.clamp((int) Math.ceil(part * sorted.size()) - 1, 0, sorted.size() - 1));
    }

    double median() {
        return values.size() % 2 == 0 && !values.isEmpty() ? (quantile(0.5) + quantile(0.5 + 0.5 / values.size())) / 2 : quantile(0.5);
    }
}
