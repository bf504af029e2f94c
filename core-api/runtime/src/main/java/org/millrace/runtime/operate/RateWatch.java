package org.millrace.runtime.operate;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.runtime.status.ConnectionBytes;
import org.millrace.runtime.status.DataPathStatus;

/** Rates of an instance between one look and the next. Owned by: one thread. */
public final class RateWatch {
    private static final double NS_PER_S = 1e9;

    private final Operations operations;
    private List<DataPathStatus> figures;
    private ConnectionBytes bytes;

    RateWatch(Operations operations) throws OperationException {
        this.operations = operations;
        figures = operations.figuresByShard();
        bytes = bytes();
    }

    /**
     * Rates.
     *
     * @param seconds     between the two looks
     * @param perSecond   counters that have grown, by name, a second, of shards that have answered both times
     * @param connections the busiest, first the one with the most bytes
     */
    public record Rates(double seconds, Map<String, Double> perSecond, List<Busy> connections) {
    }

    /**
     * A busy connection.
     *
     * @param line              what its transport says of it, or null if it is gone
     * @param receivedPerSecond bytes a second to its application
     * @param sentPerSecond     bytes a second from its application
     */
    public record Busy(ConnectionInfo line, double receivedPerSecond, double sentPerSecond) {
    }

    private ConnectionBytes bytes() throws OperationException {
        return Operations.asked(operations.instance()::connectionBytes);
    }

    /**
     * {@return the rates since the last look}
     *
     * @param most busiest connections to tell of
     * @throws OperationException if the data path has ended
     */
    public Rates look(int most) throws OperationException {
        ConnectionBytes before = bytes;
        List<DataPathStatus> old = figures;
        figures = operations.figuresByShard();
        bytes = bytes();
        double seconds = Math.max(1, bytes.nowNs() - before.nowNs()) / NS_PER_S;
        return new Rates(seconds, grown(old, figures, seconds), busy(bytes.busiest(before, most), seconds));
    }

    /** What a shard has counted before it was silent has not come meanwhile. */
    private static Map<String, Double> grown(List<DataPathStatus> before, List<DataPathStatus> now, double seconds) {
        int[] both = IntStream.range(0, now.size()).filter(shard -> before.get(shard) != null && now.get(shard) != null).toArray();
        Map<String, Double> perSecond = new TreeMap<>();
        if (both.length > 0) {
            Map<String, Long> old = counters(before, both);
            counters(now, both).forEach((name, value) -> {
                long grown = value - old.getOrDefault(name, 0L);
                if (grown > 0) {
                    perSecond.put(name, grown / seconds);
                }
            });
        }
        return perSecond;
    }

    private static Map<String, Long> counters(List<DataPathStatus> shards, int[] which) {
        return DataPathStatus.merged(IntStream.of(which).mapToObj(shards::get).toList()).counters();
    }

    private List<Busy> busy(List<ConnectionBytes.Traffic> traffic, double seconds) throws OperationException {
        List<ConnectionInfo> lines = Operations.asked(() -> operations.instance().lines(traffic));
        return IntStream.range(0, lines.size()).mapToObj(i -> new Busy(lines.get(i), traffic.get(i).receivedBytes() / seconds,
            traffic.get(i).sentBytes() / seconds)).toList();
    }
}
