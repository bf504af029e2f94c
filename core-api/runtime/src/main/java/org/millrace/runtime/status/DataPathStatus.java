package org.millrace.runtime.status;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.millrace.api.context.Limit;
import org.millrace.api.port.PortCounters;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.runtime.transport.TransportCounters;

/**
 * A data path at one moment, for tools.
 *
 * @param instance               its name
 * @param hardware               the backend's name
 * @param port                   the port's name
 * @param portCounters           what passed the port
 * @param drops                  items and frames dropped, by reason; those that occurred
 * @param network                events of ARP, ICMP and IP; those that occurred
 * @param transports             by transport; what an earlier side of the same name had counted is in it
 * @param former                 those that ran earlier and do not now
 * @param connections            a line for each connection and listener
 * @param contexts               contexts open
 * @param contextConnections     connection slots taken in them
 * @param contextsOpened         contexts ever opened
 * @param contextsLingering      those of the open ones whose application is gone and whose connections still finish
 * @param lingeringEnded         contexts that had to end before their connections had finished, for want of room
 * @param contextsClosedForCause contexts closed because their application broke the protocol
 * @param requests               requests read from applications
 * @param staleRequests          those of them that named a connection gone before
 * @param refusedHandovers       those that would have handed a connection to a context of somebody else, or to none
 * @param events                 events written to applications
 * @param receivedPayloadBytes   payload bytes copied to applications
 * @param returnedBytes          bytes of idle receive rings given back to the system
 * @param transferFaults         payload transfers left out because the metadata did not fit the buffers
 * @param loopedFrames           frames sent to an own address, which no port has seen
 * @param limits                 how the limits stand that turn somebody away
 */
public record DataPathStatus(String instance, String hardware, String port, PortCounters portCounters,
                             Map<String, Long> drops, Map<String, Long> network, List<TransportStatus> transports,
                             List<TransportStatus> former,
                             List<ConnectionInfo> connections, int contexts, int contextConnections,
                             long contextsOpened, int contextsLingering, long lingeringEnded, long contextsClosedForCause, long requests, long staleRequests,
                             long refusedHandovers, long events, long receivedPayloadBytes, long returnedBytes,
                             long transferFaults, long loopedFrames, List<Limit> limits) {
    /**
     * A transport.
     *
     * @param name                its name
     * @param received            RX items: segments received, a super-frame once
     * @param scheduled           TX items: flows that the scheduler made send
     * @param hostControl         HC items: bumps and requests
     * @param emitted             segments emitted by the program, a super-frame once
     * @param sentPayloadBytes    payload bytes in them
     * @param digests             digests to the control plane
     * @param controlPackets      segments handed to the control plane
     * @param controlSegmentsSent segments sent by the control plane
     * @param flows               flows allocated
     * @param named               what its control plane and its machine count
     */
    public record TransportStatus(String name, long received, long scheduled, long hostControl, long emitted,
                                  long sentPayloadBytes, long digests, long controlPackets,
                                  long controlSegmentsSent, int flows, Map<String, Long> named) {
        private TransportStatus and(TransportStatus other) {
            return new TransportStatus(name, received + other.received, scheduled + other.scheduled,
                hostControl + other.hostControl, emitted + other.emitted, sentPayloadBytes + other.sentPayloadBytes,
                digests + other.digests, controlPackets + other.controlPackets, controlSegmentsSent + other.controlSegmentsSent,
                flows + other.flows, Merge.counts(List.of(named, other.named)));
        }

        private void addTo(Map<String, Long> all) {
            all.put(name + ".received segments", received);
            all.put(name + ".scheduled", scheduled);
            all.put(name + ".host control", hostControl);
            all.put(name + ".sent segments", emitted);
            all.put(name + ".sent payload bytes", sentPayloadBytes);
            all.put(name + ".control segments received", controlPackets);
            all.put(name + ".control segments sent", controlSegmentsSent);
            all.put(name + ".flows", (long) flows);
            named.forEach((what, count) -> all.put(name + "." + what, count));
        }
    }

    /**
     * {@return an instance's out of its shards'. An application's context is one in each shard, so of contexts the largest number
     * counts; the rest is summed up}
     */
    public static DataPathStatus merged(List<DataPathStatus> shards) {
        DataPathStatus first = shards.getFirst();
        if (shards.size() == 1) {
            return first;
        }
        return new DataPathStatus(first.instance, shards.stream().map(DataPathStatus::hardware).distinct().collect(Collectors.joining(", ")),
            first.port, Merge.port(shards.stream().map(DataPathStatus::portCounters).toList()),
            Merge.counts(shards.stream().map(DataPathStatus::drops).toList()),
            Merge.counts(shards.stream().map(DataPathStatus::network).toList()), transports(shards, DataPathStatus::transports),
            transports(shards, DataPathStatus::former), shards.stream().flatMap(shard -> shard.connections.stream()).toList(),
            most(shards, DataPathStatus::contexts), (int) sum(shards, DataPathStatus::contextConnections),
            shards.stream().mapToLong(DataPathStatus::contextsOpened).max().orElse(0), most(shards, DataPathStatus::contextsLingering),
            sum(shards, DataPathStatus::lingeringEnded), sum(shards, DataPathStatus::contextsClosedForCause),
            sum(shards, DataPathStatus::requests), sum(shards, DataPathStatus::staleRequests),
            sum(shards, DataPathStatus::refusedHandovers), sum(shards, DataPathStatus::events),
            sum(shards, DataPathStatus::receivedPayloadBytes), sum(shards, DataPathStatus::returnedBytes),
            sum(shards, DataPathStatus::transferFaults), sum(shards, DataPathStatus::loopedFrames),
            Merge.limits(shards.stream().map(DataPathStatus::limits).toList()));
    }

    /** By name: what runs on one shard only, while a swap rolls, is there too. */
    private static List<TransportStatus> transports(List<DataPathStatus> shards, Function<DataPathStatus, List<TransportStatus>> which) {
        Map<String, TransportStatus> byName = new LinkedHashMap<>();
        shards.forEach(shard -> which.apply(shard).forEach(transport ->
            byName.merge(transport.name, transport, TransportStatus::and)));
        return List.copyOf(byName.values());
    }

    private static long sum(List<DataPathStatus> shards, ToLongFunction<DataPathStatus> what) {
        return shards.stream().mapToLong(what).sum();
    }

    private static int most(List<DataPathStatus> shards, ToIntFunction<DataPathStatus> what) {
        return shards.stream().mapToInt(what).max().orElse(0);
    }

    /** {@return whether a number of this name goes up and down, and is not counted: those of a machine's buffer cells} */
    public static boolean isLevel(String name) {
        return TransportCounters.isLevel(name);
    }

    /** {@return all numbers by name, such as {@code drop.duplicate payload} and {@code tcp-flextoe.emitted}} */
    public Map<String, Long> counters() {
        Map<String, Long> all = new TreeMap<>();
        all.put("port.received frames", portCounters.receivedFrames());
        all.put("port.received bytes", portCounters.receivedBytes());
        all.put("port.receive drops", portCounters.receivedDropped());
        all.put("port.transmitted frames", portCounters.transmittedFrames());
        all.put("port.transmitted bytes", portCounters.transmittedBytes());
        all.put("port.transmit drops", portCounters.transmitDropped());
        drops.forEach((reason, count) -> all.put("drop." + reason, count));
        network.forEach((event, count) -> all.put("network." + event, count));
        former.forEach(transport -> transport.addTo(all));
        transports.forEach(transport -> transport.addTo(all));
        all.put("contexts.open", (long) contexts);
        all.put("contexts.connections", (long) contextConnections);
        all.put("contexts.lingering", (long) contextsLingering);
        all.put("contexts.lingering ended early", lingeringEnded);
        all.put("contexts.closed for cause", contextsClosedForCause);
        all.put("contexts.requests", requests);
        all.put("contexts.events", events);
        all.put("contexts.received payload bytes", receivedPayloadBytes);
        all.put("contexts.stale requests", staleRequests);
        all.put("contexts.refused handovers", refusedHandovers);
        all.put("contexts.returned bytes", returnedBytes);
        all.put("contexts.transfer faults", transferFaults);
        all.put("loopback.frames", loopedFrames);
        limits.forEach(limit -> all.put("limit." + limit.key() + ".refused", limit.refused()));
        return all;
    }

    /** {@return how often each limit has turned somebody away; those that have} */
    public Map<String, Long> refusals() {
        Map<String, Long> refusals = new TreeMap<>();
        limits.stream().filter(limit -> limit.refused() > 0).forEach(limit -> refusals.put(limit.key(), limit.refused()));
        return refusals;
    }
}
