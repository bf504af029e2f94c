package org.millrace.metrics;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.millrace.runtime.status.Durations;

/** How long things take that an instance measures, as histograms. */
final class DurationMetrics {
    private static final int LEAST_POWER = 10; // of ns: 1 us
    private static final int MOST_POWER = 33; // 8.6 s
    private static final double NS_A_SECOND = 1e9;

    private final String instance;
    private List<Durations.All> measured = List.of();

    DurationMetrics(PrometheusMeterRegistry registry, String instance) {
        this.instance = instance;
        register(registry, () -> snapshot("millrace_round_seconds",
            "rounds of the data path that found something to do: how long whatever arrives then waits", Durations.All::rounds));
        register(registry, () -> snapshot("millrace_swap_pause_seconds", "how long the data path paused for a swap",
            Durations.All::pauses));
    }

    private static void register(PrometheusMeterRegistry registry, Collector collector) {
        registry.getPrometheusRegistry().register(collector);
    }

    /** What the next reading says of each shard; one that does not answer (null) says what it said last. */
    void set(List<Durations.All> durations) {
        List<Durations.All> next = new ArrayList<>(durations);
        for (int shard = 0; shard < next.size(); shard++) {
            if (next.get(shard) == null && measured.size() == next.size()) {
                next.set(shard, measured.get(shard));
            }
        }
        measured = next;
    }

    private MetricSnapshot snapshot(String name, String help, Function<Durations.All, Durations> which) {
        HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(help);
        for (int shard = 0; shard < measured.size(); shard++) {
            if (measured.get(shard) != null) {
                snapshot.dataPoint(point(which.apply(measured.get(shard)), measured.size() == 1 ? Labels.of("instance_name", instance)
                    : Labels.of("instance_name", instance, "shard", Integer.toString(shard))));
            }
        }
        return snapshot.build();
    }

    private static HistogramSnapshot.HistogramDataPointSnapshot point(Durations durations, Labels labels) {
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
        return HistogramSnapshot.HistogramDataPointSnapshot.builder().classicHistogramBuckets(buckets.build())
            .sum(durations.sumNs() / NS_A_SECOND).labels(labels).build();
    }
}
