package org.millrace.runtime.status;

import java.util.List;
import java.util.stream.LongStream;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.runtime.transport.PathParts;

/**
 * What one of an instance's data paths has of its work, for people: whether they share it.
 *
 * @param shard       its number
 * @param hardware    the backend's name
 * @param transports  names of its transports
 * @param frames      frames that came to it from its port
 * @param handedOver  those of them that were another one's, and copies of those for all
 * @param takenIn     frames that others have handed to it
 * @param lost        those for others that found no room on the way
 * @param connections connection slots taken
 * @param flows       flows allocated
 * @param accepted    streams that peers have opened
 * @param rounds      rounds of its thread that found something to do
 * @param busyNs      how long they took
 */
public record ShardLine(int shard, String hardware, List<String> transports, long frames, long handedOver, long takenIn, long lost,
                        int connections, int flows, long accepted, long rounds, long busyNs) {
    /** Data-path thread only. */
    public static ShardLine of(PathParts parts, HardwareBackend hardware, List<LoadedTransport<?>> placed, Durations rounds) {
        FrameMesh.Node node = parts.place().node();
        return new ShardLine(parts.place().index(), hardware.name(), placed.stream().map(transport -> transport.host.name()).toList(),
            parts.port().counters().receivedFrames(), node == null ? 0 : node.handed(), node == null ? 0 : node.taken(),
            node == null ? 0 : node.dropped(), parts.contexts().connections(),
            placed.stream().mapToInt(transport -> transport.host.flows().size()).sum(), parts.counters().streamsAccepted,
            LongStream.of(rounds.counts()).sum(), rounds.sumNs());
    }
}
