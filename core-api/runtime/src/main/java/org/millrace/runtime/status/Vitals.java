package org.millrace.runtime.status;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.millrace.api.context.Limit;
import org.millrace.api.pipeline.DropReason;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.runtime.transport.PathParts;

/**
 * The little of a data path that its health and its gauges need: what is taken of what there is, and what went wrong.
 * Cheap to take, whatever the number of connections.
 *
 * @param nowNs           when, on the data path's clock
 * @param portUp          whether the port can send and receive
 * @param portDrops       frames that the port has lost, both ways
 * @param noRoom          items dropped for lack of room, by reason, all of {@link #NO_ROOM}
 * @param contexts        contexts open
 * @param contextsMax     most contexts
 * @param connections     connection slots taken in them
 * @param flows           flows allocated, by transport
 * @param states          connections and listeners by transport and state
 * @param flowsMax        most flows of each transport
 * @param requestsQueued  requests that applications have written and the data path has not read
 * @param eventsQueued    events that wait for room in applications' rings
 * @param journals        contexts with a journal
 * @param journalsStopped those whose journal has stopped because something went wrong
 * @param registryKept    whether the registry is up to date: not given up for an error
 * @param accepted        streams that peers have opened
 * @param busyNs          how long the data path's thread has spent in rounds that found something to do
 * @param limits          how the limits stand that turn somebody away
 */
public record Vitals(long nowNs, boolean portUp, long portDrops, Map<String, Long> noRoom, int contexts,
                     int contextsMax, int connections, Map<String, Integer> flows,
                     Map<String, Map<String, Integer>> states, int flowsMax, long requestsQueued,
                     long eventsQueued, int journals, int journalsStopped, boolean registryKept,
                     long accepted, long busyNs, List<Limit> limits) {
    /** The reasons that mean that there was no room. */
    static final List<DropReason> NO_ROOM =
        List.of(DropReason.NO_BUFFER, DropReason.CONTEXT_QUEUE_FULL, DropReason.CONTROL_LIMIT, DropReason.CONTEXT_FULL,
            DropReason.FLOWS_FULL, DropReason.NO_ITEM, DropReason.NO_MEMORY, DropReason.SHARD_FULL);

    /** Data-path thread only. */
    public static Vitals of(PathParts parts, List<LoadedTransport<?>> transports, boolean registryKept, List<Limit> others,
                            long busyNs, long nowNs) {
        Map<String, Long> noRoom = new LinkedHashMap<>();
        NO_ROOM.forEach(reason -> noRoom.put(reason.text(), parts.counters().drops[reason.code()]));
        Map<String, Integer> flows = new LinkedHashMap<>();
        transports.forEach(transport -> flows.put(transport.host.name(), transport.host.flows().size()));
        Map<String, Map<String, Integer>> states = new LinkedHashMap<>();
        transports.forEach(transport -> states.put(transport.host.name(), transport.control.states()));
        long requests = 0;
        long events = 0;
        int journals = 0;
        int stopped = 0;
        for (AppContext context : parts.contexts().all()) {
            requests += Math.max(0, context.requestRing.available()); // negative: a lie, found out when it is read
            events += context.events.queued();
            journals += context.journal == null ? 0 : 1;
            stopped += context.journal != null && context.journal.isStopped() ? 1 : 0;
        }
        var port = parts.port().counters();
        return new Vitals(nowNs, parts.port().isUp(), port.receivedDropped() + port.transmitDropped(), noRoom,
            parts.contexts().all().size(), parts.capacity().contexts(), parts.contexts().connections(), flows,
            states, parts.capacity().flows(), requests, events, journals, stopped, registryKept, parts.counters().streamsAccepted, busyNs,
            StatusReport.limits(transports, others));
    }

    /**
     * {@return those of an instance out of those of its shards. An application's context is one in each shard, so of contexts the
     * largest number counts; the rest is summed up, the room for flows too}
     */
    public static Vitals merged(List<Vitals> shards) {
        if (shards.size() == 1) {
            return shards.getFirst();
        }
        Map<String, Map<String, Integer>> states = new LinkedHashMap<>();
        shards.forEach(shard -> shard.states.forEach((transport, counts) ->
            counts.forEach((state, count) -> states.computeIfAbsent(transport, name -> new TreeMap<>()).merge(state, count, Integer::sum))));
        return new Vitals(shards.stream().mapToLong(Vitals::nowNs).max().orElse(0), shards.stream().allMatch(Vitals::portUp),
            sum(shards, Vitals::portDrops), Merge.counts(shards.stream().map(Vitals::noRoom).toList()), most(shards, Vitals::contexts),
            most(shards, Vitals::contextsMax), (int) sum(shards, Vitals::connections),
            Merge.numbers(shards.stream().map(Vitals::flows).toList()), states, (int) sum(shards, Vitals::flowsMax),
            sum(shards, Vitals::requestsQueued), sum(shards, Vitals::eventsQueued), (int) sum(shards, Vitals::journals),
            (int) sum(shards, Vitals::journalsStopped), shards.stream().allMatch(Vitals::registryKept),
            sum(shards, Vitals::accepted), sum(shards, Vitals::busyNs),
            Merge.limits(shards.stream().map(Vitals::limits).toList()));
    }

    private static long sum(List<Vitals> shards, ToLongFunction<Vitals> what) {
        return shards.stream().mapToLong(what).sum();
    }

    private static int most(List<Vitals> shards, ToIntFunction<Vitals> what) {
        return shards.stream().mapToInt(what).max().orElse(0);
    }
}
