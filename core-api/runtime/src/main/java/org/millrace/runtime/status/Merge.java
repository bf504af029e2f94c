package org.millrace.runtime.status;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.millrace.api.context.Limit;
import org.millrace.api.port.PortCounters;

/** Makes one of what several shards say. */
final class Merge {
    private Merge() {
    }

    static Map<String, Long> counts(List<Map<String, Long>> all) {
        Map<String, Long> sums = new LinkedHashMap<>();
        all.forEach(counts -> counts.forEach((name, count) -> sums.merge(name, count, Long::sum)));
        return sums;
    }

    static Map<String, Integer> numbers(List<Map<String, Integer>> all) {
        Map<String, Integer> sums = new LinkedHashMap<>();
        all.forEach(numbers -> numbers.forEach((name, number) -> sums.merge(name, number, Integer::sum)));
        return sums;
    }

    /** Each shard has its own port, or its own queue of one. */
    static PortCounters port(List<PortCounters> all) {
        return new PortCounters(sum(all, PortCounters::receivedFrames), sum(all, PortCounters::receivedBytes),
            sum(all, PortCounters::receivedDropped), sum(all, PortCounters::transmittedFrames),
            sum(all, PortCounters::transmittedBytes), sum(all, PortCounters::transmitDropped));
    }

    private static long sum(List<PortCounters> all, ToLongFunction<PortCounters> what) {
        return all.stream().mapToLong(what).sum();
    }

    /** A limit of every shard is one for each of several: what is taken of it is what the one with most takes. */
    static List<Limit> limits(List<List<Limit>> all) {
        Map<String, Limit> byKey = new LinkedHashMap<>();
        all.forEach(limits -> limits.forEach(limit -> byKey.merge(limit.key(), limit, (a, b) ->
            new Limit(a.key(), Math.max(a.limit(), b.limit()), Math.max(a.taken(), b.taken()), a.refused() + b.refused()))));
        return List.copyOf(byKey.values());
    }
}
