package org.millrace.sim.fabric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a message takes when nothing else is in the fabric: its packets one after the other at the rate of its source's link, stored and
 * forwarded; what slowdowns are measured by. Owned by: its caller's thread.
 */
public final class Unloaded {
    private static final double PS_PER_S = 1e12;

    private final Topology topology;
    private final FabricConfig config;
    private final int dataBytes;
    private final int overheadBytes;
    private final int[] edges;
    private final Map<Long, Path> paths = new HashMap<>();

    /** A way: what a byte takes on each of its links, and all that does not depend on the message. */
    private record Path(double[] bytePs, long fixedPs) {
    }

    /**
     * Of a fabric.
     *
     * @param topology      who is joined to whom
     * @param config        how switches and hosts work
     * @param dataBytes     most data in a packet
     * @param overheadBytes what a packet occupies a link for beside
     */
    public Unloaded(Topology topology, FabricConfig config, int dataBytes, int overheadBytes) {
        this.topology = topology;
        this.config = config;
        this.dataBytes = dataBytes;
        this.overheadBytes = overheadBytes;
        edges = new int[topology.hosts()];
        for (Topology.Link link : topology.links()) {
            if (link.a() < edges.length) {
                edges[link.a()] = link.b();
            }
            if (link.b() < edges.length) {
                edges[link.b()] = link.a();
            }
        }
    }

    /**
     * {@return from a message's beginning to its last byte's arrival, picoseconds}
     *
     * @param source      host
     * @param destination host
     * @param bytes       length of the message
     */
    public long timePs(int source, int destination, int bytes) {
        Path path = path(source, destination);
        int before = (bytes - 1) / dataBytes;
        int last = bytes - before * dataBytes + overheadBytes;
        int whole = dataBytes + overheadBytes;
        double previousPs = before * whole * path.bytePs[0];
        double lastPs = previousPs + last * path.bytePs[0];
        for (int hop = 1; hop < path.bytePs.length; hop++) {
            previousPs = before == 0 ? 0 : previousPs + whole * path.bytePs[hop];
            lastPs = Math.max(previousPs, lastPs) + last * path.bytePs[hop];
        }
        return Math.round(lastPs) + path.fixedPs;
    }

    /** Ways between hosts of the same two switches are alike. */
    private Path path(int source, int destination) {
        return paths.computeIfAbsent((long) edges[source] << Integer.SIZE | edges[destination],
            key -> path(new Ways(topology).links(source, destination)));
    }

    private Path path(List<Topology.Way> links) {
        long fixedPs = config.sendPs() + config.receivePs() + (links.size() - 1) * config.switchPs()
            + links.stream().mapToLong(Topology.Way::delayPs).sum();
        return new Path(links.stream().mapToDouble(link -> link.bitsPerSecond() == 0 ? 0 : 8 * PS_PER_S / link.bitsPerSecond()).toArray(), fixedPs);
    }
}
