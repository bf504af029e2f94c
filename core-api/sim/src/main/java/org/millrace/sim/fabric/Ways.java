package org.millrace.sim.fabric;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shortest ways: by which ports of each switch a packet for each host may leave. */
final class Ways {
    private final Topology topology;
    /** Of each node, its neighbours in the order of its ports. */
    private final List<List<Integer>> neighbours = new ArrayList<>();
    private final Map<List<Integer>, int[]> same = new HashMap<>();

    Ways(Topology topology) {
        this.topology = topology;
        for (int node = 0; node < topology.hosts() + topology.switches(); node++) {
            neighbours.add(new ArrayList<>());
        }
        for (Topology.Link link : topology.links()) {
            neighbours.get(link.a()).add(link.b());
            neighbours.get(link.b()).add(link.a());
        }
    }

    /** {@return of each switch, of each host: ports} */
    int[][][] ports() {
        int[][][] ports = new int[topology.switches()][topology.hosts()][];
        for (int host = 0; host < topology.hosts(); host++) {
            int[] distances = distances(host);
            for (int i = 0; i < topology.switches(); i++) {
                ports[i][host] = nearer(topology.hosts() + i, distances);
            }
        }
        return ports;
    }

    private int[] nearer(int node, int[] distances) {
        List<Integer> ports = new ArrayList<>();
        List<Integer> others = neighbours.get(node);
        for (int port = 0; port < others.size(); port++) {
            if (distances[others.get(port)] < distances[node]) {
                ports.add(port);
            }
        }
        return same.computeIfAbsent(ports, list -> list.stream().mapToInt(Integer::intValue).toArray());
    }

    /** {@return the links of one of the shortest ways} */
    List<Topology.Way> links(int source, int destination) {
        int[] distances = distances(destination);
        List<Topology.Way> links = new ArrayList<>();
        for (int node = source; node != destination;) {
            int from = node;
            int to = neighbours.get(node).stream().filter(other -> distances[other] < distances[from]).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no way from " + source + " to " + destination));
            links.add(topology.links().stream().filter(link -> link.a() == from && link.b() == to || link.a() == to && link.b() == from)
                .findFirst().orElseThrow().from(from));
            node = to;
        }
        return links;
    }

    /** Hosts forward nothing. */
    private int[] distances(int host) {
        int[] distances = new int[neighbours.size()];
        Arrays.fill(distances, Integer.MAX_VALUE);
        distances[host] = 0;
        Deque<Integer> todo = new ArrayDeque<>(List.of(host));
        while (!todo.isEmpty()) {
            int node = todo.remove();
            for (int other : neighbours.get(node)) {
                if (distances[other] == Integer.MAX_VALUE) {
                    distances[other] = distances[node] + 1;
                    if (other >= topology.hosts()) {
                        todo.add(other);
                    }
                }
            }
        }
        return distances;
    }
}
