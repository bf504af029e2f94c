package org.millrace.runtime.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.millrace.api.context.Limit;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.status.Vitals;

/** What the operations that only look answer. */
final class Reports {
    private Reports() {
    }

    /** Also of an instance whose data path has ended. */
    static Map<String, ?> status(Operations operations) {
        InstanceConfig config = operations.instance().config();
        Health health = operations.health();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("instance", config.name());
        status.put("state", health.state().name().toLowerCase(Locale.ROOT));
        status.put("reasons", health.reasons());
        status.put("pid", ProcessHandle.current().pid());
        status.put("started_ms", operations.startedMs());
        status.put("shards", config.shards());
        status.put("tracing", operations.instance().tracing().points());
        status.put("extensions", operations.instance().extensions().stream().map(StageExtension::name).toList());
        status.put("addresses", config.addresses().stream().map(InstanceConfig.LocalAddress::toString).toList());
        try {
            DataPathStatus figures = operations.figures();
            Vitals vitals = operations.vitals();
            status.put("hardware", figures.hardware());
            status.put("transports", figures.transports().stream().map(DataPathStatus.TransportStatus::name).toList());
            status.put("port", figures.port());
            status.put("port_up", vitals.portUp());
            status.put("contexts", vitals.contexts());
            status.put("contexts_max", vitals.contextsMax());
            status.put("connections", vitals.connections());
            status.put("flows", vitals.flows());
            status.put("flows_max", vitals.flowsMax());
            status.put("limits", vitals.limits().stream().map(Reports::limit).toList());
        } catch (OperationException down) {
            status.put("hardware", config.hardware());
            status.put("transports", config.transports());
            status.put("port", config.port());
        }
        return status;
    }

    private static Map<String, Object> limit(Limit limit) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("key", limit.key());
        line.put("limit", limit.limit());
        line.put("taken", limit.taken());
        line.put("refused", limit.refused());
        return line;
    }

    static Map<String, ?> hardware(Operations operations) throws OperationException {
        String active = operations.figures().hardware();
        List<Map<String, Object>> backends = operations.hardware().stream().map(backend -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", backend.name());
            line.put("active", backend.name().equals(active));
            line.put("super_frames", backend.superFrames());
            return line;
        }).toList();
        return Map.of("hardware", backends);
    }

    static Map<String, ?> transports(Operations operations) throws OperationException {
        Map<String, DataPathStatus.TransportStatus> loaded = new TreeMap<>();
        operations.figures().transports().forEach(transport -> loaded.put(transport.name(), transport));
        List<Map<String, Object>> transports = operations.transports().stream()
            .map(factory -> transport(factory, loaded.get(factory.name()))).toList();
        return Map.of("transports", transports);
    }

    private static Map<String, Object> transport(TransportFactory factory, DataPathStatus.TransportStatus loaded) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", factory.name());
        line.put("protocol", factory.protocol());
        line.put("active", loaded != null);
        line.put("flows", loaded == null ? 0 : loaded.flows());
        return line;
    }

    static Map<String, ?> stats(Operations operations) throws OperationException {
        List<DataPathStatus> shards = operations.figuresByShard();
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("counters", DataPathStatus.merged(shards.stream().filter(Objects::nonNull).toList()).counters());
        stats.put("silent", IntStream.range(0, shards.size()).filter(shard -> shards.get(shard) == null).boxed().toList());
        return stats;
    }

    static Map<String, ?> shards(Operations operations) throws OperationException {
        return Map.of("shards", operations.shards().stream().map(Reports::shard).toList());
    }

    private static Map<String, Object> shard(ShardLine shard) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("shard", shard.shard());
        line.put("hardware", shard.hardware());
        line.put("transports", shard.transports());
        line.put("frames", shard.frames());
        line.put("handed_over", shard.handedOver());
        line.put("taken_in", shard.takenIn());
        line.put("lost", shard.lost());
        line.put("connections", shard.connections());
        line.put("flows", shard.flows());
        line.put("accepted", shard.accepted());
        line.put("rounds", shard.rounds());
        line.put("busy_us", shard.busyNs() / 1000);
        return line;
    }

    static Map<String, ?> drops(Operations operations) throws OperationException {
        DataPathStatus figures = operations.figures();
        Map<String, Object> drops = new LinkedHashMap<>();
        drops.put("drops", figures.drops());
        drops.put("limits", figures.refusals());
        drops.put("port_receive", figures.portCounters().receivedDropped());
        drops.put("port_transmit", figures.portCounters().transmitDropped());
        return drops;
    }
}
