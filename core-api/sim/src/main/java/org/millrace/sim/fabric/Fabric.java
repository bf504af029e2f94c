package org.millrace.sim.fabric;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager;

/**
 * Hosts and switches joined by links. Packets that reach no host, or wait nowhere, do not exist: each is delivered, or
 * dropped and counted.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
public final class Fabric {
    private final Agenda agenda;
    private final Topology topology;
    private final FabricConfig config;
    private final SplittableRandom random;
    private final Packets packets = new Packets();
    private final FabricCounters counters = new FabricCounters();
    private final List<Switch> switches = new ArrayList<>();
    private final Host[] hosts;

    /** Makes the hosts of a fabric. */
    @FunctionalInterface
    public interface HostMaker {
        /**
         * {@return a host}
         *
         * @param fabric where
         * @param number its number
         */
        Host make(Fabric fabric, int number);
    }

    /**
     * Builds it.
     *
     * @param agenda   its time
     * @param topology who is joined to whom
     * @param config   how switches and hosts work
     * @param random   for ways, losses and early drops
     * @param maker    of its hosts
     */
    public Fabric(Agenda agenda, Topology topology, FabricConfig config, SplittableRandom random, HostMaker maker) {
        this.agenda = agenda;
        this.topology = topology;
        this.config = config;
        this.random = random;
        int[] ports = new int[topology.hosts() + topology.switches()];
        for (Topology.Link link : topology.links()) {
            ports[link.a()]++;
            ports[link.b()]++;
        }
        for (int i = 0; i < topology.switches(); i++) {
            switches.add(new Switch(this, ports[topology.hosts() + i], random.split()));
        }
        hosts = new Host[topology.hosts()];
        for (int host = 0; host < hosts.length; host++) {
            if (ports[host] != 1) {
                throw new IllegalArgumentException("host " + host + " has " + ports[host] + " links; it takes one");
            }
            hosts[host] = maker.make(this, host);
        }
        join();
    }

    private void join() {
        int[] used = new int[topology.hosts() + topology.switches()];
        for (Topology.Link link : topology.links()) {
            join(link.a(), used[link.a()]++, link.b(), link);
            join(link.b(), used[link.b()]++, link.a(), link);
        }
        int[][][] ways = new Ways(topology).ports();
        for (int i = 0; i < switches.size(); i++) {
            switches.get(i).ways(ways[i]);
        }
    }

    private void join(int from, int port, int to, Topology.Link link) {
        boolean isHost = to < hosts.length;
        long sendPs = from < hosts.length ? config.sendPs() : 0;
        Outgoing out = new Outgoing(isHost ? hosts[to] : switches.get(to - hosts.length), isHost ? Host.ARRIVES : Switch.ARRIVES, link.from(from),
            sendPs + (isHost ? config.receivePs() : config.switchPs()));
        if (from < hosts.length) {
            hosts[from].join(out);
        } else {
            switches.get(from - hosts.length).join(port, out);
        }
    }

    void transmit(long nowPs, Outgoing out, int packet) {
        int bytes = packets.wireBytes(packet);
        out.freePs = nowPs + out.sendingPs(bytes);
        out.sentBytes += bytes;
        counters.hops++;
        counters.wireBytes += bytes;
        if (out.loss > 0 && random.nextDouble() < out.loss) {
            counters.lost++;
            packets.free(packet);
        } else {
            agenda.at(out.freePs + out.delayPs, out.peer, out.event, packet);
        }
    }

    /** {@return its time} */
    public Agenda agenda() {
        return agenda;
    }

    /** {@return its packets} */
    public Packets packets() {
        return packets;
    }

    /** {@return who is joined to whom} */
    public Topology topology() {
        return topology;
    }

    /** {@return how its switches and hosts work} */
    public FabricConfig config() {
        return config;
    }

    /** {@return what has happened} */
    public FabricCounters counters() {
        return counters;
    }

    /**
     * {@return a host}
     *
     * @param number its number
     */
    public Host host(int number) {
        return hosts[number];
    }

    /**
     * {@return the queues of a switch}
     *
     * @param number of the switch, from 0
     */
    public TrafficManager queues(int number) {
        return switches.get(number).queues();
    }
}
