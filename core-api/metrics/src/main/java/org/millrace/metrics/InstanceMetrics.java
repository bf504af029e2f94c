package org.millrace.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.millrace.api.context.Limit;
import org.millrace.api.port.PortCounters;
import org.millrace.runtime.operate.OperationException;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.status.Vitals;

/**
 * The meters of an instance, brought up to date when they are read, by one question to the data path each time. What
 * comes up once (a drop reason, a state) stays, a gauge with 0 when nothing is so any more. Any thread, one at a time.
 */
final class InstanceMetrics implements AutoCloseable {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<Operations> running;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ProcessMetrics process;
    private final DurationMetrics durations;
    private final Map<String, AtomicLong> counters = new HashMap<>();
    private final Map<String, AtomicLong> gauges = new HashMap<>();

    /**
     * @param instance its name
     * @param running  asks it; null as long as it does not run
     */
    InstanceMetrics(String instance, Supplier<Operations> running) {
        this.running = running;
        registry.config().commonTags("instance_name", instance);
        process = new ProcessMetrics(registry);
        durations = new DurationMetrics(registry, instance);
    }

    /** {@return all meters as text, Prometheus' exposition format} */
    synchronized String scrape() {
        gauges.values().forEach(gauge -> gauge.set(0));
        Operations operations = running.get();
        gauge("health", "1 for the state that the instance is in", Tags.of("state", state(operations)), 1);
        try {
            if (operations == null) {
                throw new OperationException(OperationException.Fault.DOWN, "not running yet");
            }
            durations.set(operations.durationsByShard());
            each(operations.figuresByShard(), this::figures);
            List<Vitals> vitals = operations.vitalsByShard();
            portUp(vitals.stream().allMatch(shard -> shard == null || shard.portUp()));
            each(vitals, this::vitals);
            each(operations.shards());
        } catch (OperationException down) {
            portUp(false); // counters stay as they were
        }
        return registry.scrape();
    }

    private void portUp(boolean up) {
        gauge("port.up", "1 if the port can send and receive", Tags.empty(), up ? 1 : 0);
    }

    /** What one shard only has needs no label. What a shard has counted that does not answer stays as it was. */
    private static <T> void each(List<T> shards, BiConsumer<T, Tags> told) {
        for (int shard = 0; shard < shards.size(); shard++) {
            if (shards.get(shard) != null) {
                told.accept(shards.get(shard), shards.size() == 1 ? Tags.empty() : shard(shard));
            }
        }
    }

    private static Tags shard(int shard) {
        return Tags.of("shard", Integer.toString(shard));
    }

    private void each(List<ShardLine> lines) {
        for (ShardLine line : lines) {
            Tags shard = shard(line.shard());
            counter("shard.handed.over.frames", "frames that came to this data path and were another one's", shard, line.handedOver());
            counter("shard.lost.frames", "those of them that found no room on the way", shard, line.lost());
            counter("shard.taken.in.frames", "frames that other data paths have handed to this one", shard, line.takenIn());
            counter("shard.accepted.streams", "streams that peers have opened", shard, line.accepted());
            counter("shard.busy.microseconds", "how long rounds took that found something to do", shard, line.busyNs() / 1000);
        }
    }

    private String state(Operations operations) {
        for (Health.State state : Health.State.values()) {
            gauge("health", "1 for the state that the instance is in", Tags.of("state", name(state)), 0);
        }
        return name(operations == null ? Health.State.DOWN : operations.health().state());
    }

    private static String name(Health.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private void figures(DataPathStatus status, Tags shard) {
        PortCounters port = status.portCounters();
        counter("port.received.frames", "frames received", shard, port.receivedFrames());
        counter("port.received.bytes", "bytes received", shard, port.receivedBytes());
        counter("port.received.dropped.frames", "frames lost before the data path saw them", shard, port.receivedDropped());
        counter("port.transmitted.frames", "frames sent", shard, port.transmittedFrames());
        counter("port.transmitted.bytes", "bytes sent", shard, port.transmittedBytes());
        counter("port.transmitted.dropped.frames", "frames that the port could not take", shard, port.transmitDropped());
        status.drops().forEach((reason, count) ->
            counter("drops", "items and frames dropped", shard.and("reason", reason), count));
        status.network().forEach((event, count) -> counter("network.events", "events of ARP, ICMP and IP",
            shard.and("event", event.toLowerCase(Locale.ROOT)), count));
        status.transports().forEach(transport -> transport(transport, shard));
        status.former().forEach(transport -> transport(transport, shard));
        counter("contexts.opened", "contexts ever opened", shard, status.contextsOpened());
        counter("contexts.closed.for.cause", "contexts closed because their application broke the protocol", shard,
            status.contextsClosedForCause());
        counter("context.requests", "requests read from applications", shard, status.requests());
        counter("context.stale.requests", "those of them about connections gone before", shard, status.staleRequests());
        counter("context.events", "events written to applications", shard, status.events());
        counter("context.received.payload.bytes", "payload bytes copied to applications", shard,
            status.receivedPayloadBytes());
        counter("context.transfer.faults", "payload transfers left out", shard, status.transferFaults());
    }

    private void transport(DataPathStatus.TransportStatus status, Tags shard) {
        Tags transport = shard.and("transport", status.name());
        counter("transport.received.segments", "segments received, a super-frame once", transport, status.received());
        counter("transport.sent.segments", "segments emitted, a super-frame once", transport, status.emitted());
        counter("transport.sent.payload.bytes", "payload bytes emitted", transport, status.sentPayloadBytes());
        counter("transport.scheduled.items", "flows that the scheduler made send", transport, status.scheduled());
        counter("transport.host.items", "bumps and requests of applications", transport, status.hostControl());
        counter("transport.digests", "digests to the control plane", transport, status.digests());
        counter("transport.control.received.segments", "segments handed to the control plane", transport,
            status.controlPackets());
        counter("transport.control.sent.segments", "segments sent by the control plane", transport,
            status.controlSegmentsSent());
        status.named().forEach((name, value) -> {
            String meter = "transport." + name.replaceAll("[^a-zA-Z0-9]+", ".");
            if (DataPathStatus.isLevel(name)) {
                gauge(meter, name + ", of the machine", transport, value);
            } else {
                counter(meter, name + ", counted by the control plane or the machine", transport, value);
            }
        });
    }

    private void vitals(Vitals vitals, Tags shard) {
        gauge("contexts.open", "contexts open", shard, vitals.contexts());
        gauge("contexts.limit", "most contexts", shard, vitals.contextsMax());
        gauge("context.connections", "connection slots taken", shard, vitals.connections());
        gauge("flows.limit", "most flows of each transport", shard, vitals.flowsMax());
        vitals.flows().forEach((transport, flows) ->
            gauge("flows", "flows allocated", shard.and("transport", transport), flows));
        vitals.states().forEach((transport, states) -> states.forEach((state, count) -> gauge("connections",
            "connections and listeners", shard.and("transport", transport, "state", state), count)));
        vitals.limits().forEach(limit -> limit(limit, shard));
        gauge("request.queue.depth", "requests not read yet, of all contexts", shard, vitals.requestsQueued());
        gauge("event.queue.depth", "events that wait for room, of all contexts", shard, vitals.eventsQueued());
        gauge("journals", "contexts with a journal", shard, vitals.journals());
        gauge("journals.stopped", "journals that have stopped because something went wrong", shard,
            vitals.journalsStopped());
    }

    private void limit(Limit limit, Tags shard) {
        Tags key = shard.and("key", limit.key());
        gauge("limit", "what a limit allows", key, limit.limit());
        gauge("limit.taken", "what is taken of it", key, limit.taken());
        counter("limit.refusals", "how often it has turned somebody away", key, limit.refused());
    }

    /** Lets go of what watches the process. */
    @Override
    public void close() {
        process.close();
    }

    private void counter(String name, String help, Tags tags, long value) {
        counters.computeIfAbsent(name + tags, key -> {
            AtomicLong holder = new AtomicLong(); // the registry's hold on it is weak
            FunctionCounter.builder("millrace." + name, holder, AtomicLong::get).description(help).tags(tags)
                .register(registry);
            return holder;
        }).set(value);
    }

    private void gauge(String name, String help, Tags tags, long value) {
        gauges.computeIfAbsent(name + tags, key -> {
            AtomicLong holder = new AtomicLong();
            Gauge.builder("millrace." + name, holder, AtomicLong::get).description(help).tags(tags).register(registry);
            return holder;
        }).set(value);
    }
}
