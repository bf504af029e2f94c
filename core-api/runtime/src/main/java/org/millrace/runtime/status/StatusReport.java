package org.millrace.runtime.status;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.millrace.api.context.Limit;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Workflow;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.net.NetCounters;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.Counters;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.runtime.transport.PathParts;
import org.millrace.runtime.transport.TransportCounters;
import org.millrace.runtime.transport.TransportTable;

/** Reads a data path's counters. Data-path thread only. */
public final class StatusReport {
    private StatusReport() {
    }

    /** @param others how limits stand that are not the data path's */
    public static DataPathStatus of(PathParts parts, HardwareBackend hardware, TransportTable transports,
                                    boolean lines, List<Limit> others) {
        Counters c = parts.counters();
        List<ConnectionInfo> connections = new ArrayList<>();
        if (lines) {
            transports.all().forEach(transport -> transport.control.connections().forEach(line ->
                connections.add(outside(line, parts.place()))));
        }
        return new DataPathStatus(parts.instance(), hardware.name(), parts.port().info().name(), parts.port().counters(),
            drops(c), network(parts), transports(transports), former(transports), List.copyOf(connections), parts.contexts().all().size(),
            parts.contexts().connections(), c.contextsOpened,
            (int) parts.contexts().all().stream().filter(AppContext::hasLeft).count(), c.lingeringContextsEnded,
            c.contextsClosedForCause, c.requests, c.staleRequests, c.refusedHandovers, c.events,
            c.receivedPayloadBytes, c.returnedBytes, c.transferFaults, parts.port().frames(),
            limits(transports.placed(), others));
    }

    /** {@return a line, or null, with its context's number as people know it} */
    public static ConnectionInfo outside(ConnectionInfo line, ShardPlace place) {
        return line == null || line.context() < 0 || !place.hasOthers() ? line
            : new ConnectionInfo(line.transport(), line.state(), line.local(), line.peer(), place.outside(line.context()),
                line.connection(), line.receiveQueued(), line.transmitQueued(), line.detail());
    }

    static List<Limit> limits(List<LoadedTransport<?>> transports, List<Limit> others) {
        List<Limit> limits = new ArrayList<>(others);
        transports.forEach(transport -> limits.addAll(transport.control.limits()));
        return limits;
    }

    private static Map<String, Long> drops(Counters counters) {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (DropReason reason : DropReason.values()) {
            if (counters.drops[reason.code()] != 0) {
                drops.put(reason.text(), counters.drops[reason.code()]);
            }
        }
        return drops;
    }

    private static Map<String, Long> network(PathParts parts) {
        Map<String, Long> events = new LinkedHashMap<>();
        for (NetCounters.Event event : NetCounters.Event.values()) {
            long count = parts.ip().counters().get(event);
            if (count != 0) {
                events.put(event.name().toLowerCase(Locale.ROOT).replace('_', ' '), count);
            }
        }
        return events;
    }

    private static List<DataPathStatus.TransportStatus> transports(TransportTable transports) {
        List<DataPathStatus.TransportStatus> lines = new ArrayList<>();
        for (LoadedTransport<?> transport : transports.placed()) {
            TransportCounters total = new TransportCounters();
            total.add(transport.counters, Map.of());
            TransportCounters earlier = transports.former().get(transport.host.name());
            if (earlier != null) {
                total.add(earlier, earlier.named);
            }
            Map<String, Long> named = transport.named();
            total.named.forEach((name, count) -> named.merge(name, count, Long::sum));
            lines.add(of(transport.host.name(), total, flows(transport), named));
        }
        for (LoadedTransport<?> transport : transports.retiring()) {
            int before = lines.size() - transports.places();
            lines.add(of(transport.host.name() + (before == 0 ? " retiring" : " retiring " + before), transport.counters,
                flows(transport), transport.named()));
        }
        return lines;
    }

    private static List<DataPathStatus.TransportStatus> former(TransportTable transports) {
        return transports.former().entrySet().stream().filter(entry -> !transports.names().contains(entry.getKey()))
            .map(entry -> of(entry.getKey(), entry.getValue(), 0, entry.getValue().named)).toList();
    }

    private static int flows(LoadedTransport<?> transport) {
        return transport.host.flows().count(transport);
    }

    private static DataPathStatus.TransportStatus of(String name, TransportCounters c, int flows, Map<String, Long> named) {
        return new DataPathStatus.TransportStatus(name, c.items[Workflow.RX.ordinal()], c.items[Workflow.TX.ordinal()],
            c.items[Workflow.HC.ordinal()], c.emitted, c.sentPayloadBytes, c.digests, c.controlPackets,
            c.controlSegmentsSent, flows, Map.copyOf(named));
    }
}
