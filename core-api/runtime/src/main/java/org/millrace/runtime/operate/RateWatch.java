package org.millrace.runtime.operate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.runtime.status.ConnectionBytes;

/** Rates of an instance between one look and the next. Owned by: one thread. */
public final class RateWatch {
    private static final double NS_PER_S = 1e9;

    private final Operations operations;
    private Map<String, Long> counters;
    private ConnectionBytes bytes;

    RateWatch(Operations operations) throws OperationException {
        this.operations = operations;
        counters = operations.figures().counters();
        bytes = bytes();
    }

    /**
     * Rates.
     *
     * @param seconds     between the two looks
     * @param perSecond   counters that have grown, by name, a second
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
        try {
            return operations.instance().connectionBytes();
        } catch (IllegalStateException ended) {
            throw Operations.down(ended);
        }
    }

    /**
     * {@return the rates since the last look}
     *
     * @param most busiest connections to tell of
     * @throws OperationException if the data path has ended
     */
    public Rates look(int most) throws OperationException {
        ConnectionBytes before = bytes;
        Map<String, Long> old = counters;
        counters = operations.figures().counters();
        bytes = bytes();
        double seconds = Math.max(1, bytes.nowNs() - before.nowNs()) / NS_PER_S;
        Map<String, Double> perSecond = new TreeMap<>();
        counters.forEach((name, value) -> {
            long grown = value - old.getOrDefault(name, 0L);
            if (grown > 0) {
                perSecond.put(name, grown / seconds);
            }
        });
        return new Rates(seconds, perSecond, busy(bytes.busiest(before, most), seconds));
    }

    private List<Busy> busy(List<ConnectionBytes.Traffic> traffic, double seconds) throws OperationException {
        List<Busy> busy = new ArrayList<>();
        try {
            List<ConnectionInfo> lines = operations.instance().lines(traffic);
            for (int i = 0; i < lines.size(); i++) {
                busy.add(new Busy(lines.get(i), traffic.get(i).receivedBytes() / seconds,
                    traffic.get(i).sentBytes() / seconds));
            }
            return busy;
        } catch (IllegalStateException ended) {
            throw Operations.down(ended);
        }
    }
}
