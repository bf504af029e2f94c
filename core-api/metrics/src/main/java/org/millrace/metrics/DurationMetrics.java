package org.millrace.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import org.millrace.runtime.status.Durations;

/** How long things take that an instance measures, as histograms. */
final class DurationMetrics {
    private static final int LEAST_POWER = 10; // of ns: 1 us
    private static final int MOST_POWER = 33; // 8.6 s
    private static final double NS_A_SECOND = 1e9;

    private final Labels labels;
    private Durations.All measured;

    DurationMetrics(PrometheusMeterRegistry registry, String instance) {
        labels = Labels.of("instance_name", instance);
        Durations none = new Durations(new long[0], 0);
        measured = new Durations.All(none, none);
        register(registry, () -> snapshot("millrace_round_seconds",
            "rounds of the data path that found something to do: how long whatever arrives then waits", measured.rounds()));
        register(registry, () -> snapshot("millrace_swap_pause_seconds", "how long the data path paused for a swap",
            measured.pauses()));
    }

    private static void register(PrometheusMeterRegistry registry, Collector collector) {
        registry.getPrometheusRegistry().register(collector);
    }

    /** What the next reading says. */
    void set(Durations.All durations) {
        measured = durations;
    }

    private MetricSnapshot snapshot(String name, String help, Durations durations) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long[] counts = durations.counts();
        long count = 0;
        for (int power = 0; power < counts.length; power++) {
            count += counts[power];
            if (power >= LEAST_POWER && power <= MOST_POWER) {
                buckets.bucket((1L << power) / NS_A_SECOND, count);
                count = 0;
            }
        }
        buckets.bucket(Double.POSITIVE_INFINITY, count);
        return HistogramSnapshot.builder().name(name).help(help).dataPoint(HistogramSnapshot.HistogramDataPointSnapshot
            .builder().classicHistogramBuckets(buckets.build()).sum(durations.sumNs() / NS_A_SECOND).labels(labels).build())
            .build();
    }
}
