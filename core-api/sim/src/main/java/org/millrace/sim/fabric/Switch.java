package org.millrace.sim.fabric;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.millrace.sim.Actor;
import org.millrace.sim.TrafficManager;

/**
 * A switch: store and forward, a queue a port and priority, strict priorities, one shared buffer. A packet that finds its port idle
 * and nothing waiting goes at once and never counts as waiting.
 *
 * <p>Owned by: the thread that runs the agenda.
 */
final class Switch implements Actor {
    /** Event: a packet arrives; the argument is the packet. */
    static final int ARRIVES = 0;
    private static final int IS_FREE = 1;
    private static final int NONE = -1;

    private final Fabric fabric;
    private final Packets packets;
    private final FabricConfig config;
    private final TrafficManager queues;
    private final Outgoing[] ports;
    private final int[] first;
    private final int[] last;
    private final int priorities;
    private final SplittableRandom random;
    private final long salt;
    private int[][] ways;

    Switch(Fabric fabric, int ports, SplittableRandom random) {
        this.fabric = fabric;
        this.random = random;
        salt = random.nextLong();
        packets = fabric.packets();
        config = fabric.config();
        priorities = config.limits().priorities();
        queues = new TrafficManager(ports, config.limits());
        this.ports = new Outgoing[ports];
        first = new int[ports * priorities];
        last = new int[ports * priorities];
        Arrays.fill(first, NONE);
    }

    void join(int port, Outgoing outgoing) {
        ports[port] = outgoing;
    }

    void ways(int[][] portsOfHosts) {
        ways = portsOfHosts;
    }

    TrafficManager queues() {
        return queues;
    }

    @Override
    public void act(long nowPs, int event, long argument) {
        if (event == ARRIVES) {
            forward(nowPs, (int) argument);
        } else {
            sendNext(nowPs, (int) argument);
        }
    }

    private void forward(long nowPs, int packet) {
        int port = port(packet);
        Outgoing out = ports[port];
        if (!out.isWaiting && out.freePs <= nowPs) {
            fabric.transmit(nowPs, out, packet);
        } else if (enters(port, packet) && !out.isWaiting) {
            out.isWaiting = true;
            fabric.agenda().at(out.freePs, this, IS_FREE, port);
        }
    }

    private int port(int packet) {
        int[] choice = ways[packets.destination(packet)];
        if (choice.length == 1) {
            return choice[0];
        }
        return choice[config.isSpraying() ? random.nextInt(choice.length) : hash(packet) % choice.length];
    }

    /** The same for all packets of a message one way, another in each switch. */
    private int hash(int packet) {
        long flow = packets.message(packet) ^ (long) packets.source(packet) << 48 ^ salt;
        long mixed = (flow ^ flow >>> 29) * 0x9e3779b97f4a7c15L;
        return (int) (mixed >>> 33);
    }

    private boolean enters(int port, int packet) {
        int priority = Math.min(packets.priority(packet), priorities - 1);
        int queue = queues.queue(port, priority);
        switch (queues.admits(queue, packets.wireBytes(packet), random)) {
            case TrafficManager.MARKED -> {
                if (packets.has(packet, Packets.MARKABLE)) {
                    packets.flag(packet, Packets.MARKED);
                    fabric.counters().marked++;
                }
            }
            case TrafficManager.REFUSED -> {
                return trimmed(port, packet);
            }
            case TrafficManager.EARLY -> {
                fabric.counters().droppedEarly++;
                packets.free(packet);
                return false;
            }
            default -> { }
        }
        append(queue, packet);
        return true;
    }

    private boolean trimmed(int port, int packet) {
        int left = config.trimmedBytes();
        int queue = queues.queue(port, priorities - 1);
        if (left == 0 || packets.wireBytes(packet) <= left || queues.admits(queue, left, random) == TrafficManager.REFUSED) {
            fabric.counters().droppedFull++;
            packets.free(packet);
            return false;
        }
        packets.trim(packet, left, priorities - 1);
        fabric.counters().trimmed++;
        append(queue, packet);
        return true;
    }

    private void append(int queue, int packet) {
        queues.enter(queue, packets.wireBytes(packet));
        packets.next(packet, NONE);
        if (first[queue] == NONE) {
            first[queue] = packet;
        } else {
            packets.next(last[queue], packet);
        }
        last[queue] = packet;
    }

    private void sendNext(long nowPs, int port) {
        int queue = queues.next(port);
        int packet = first[queue];
        first[queue] = packets.next(packet);
        queues.leave(queue, packets.wireBytes(packet));
        Outgoing out = ports[port];
        fabric.transmit(nowPs, out, packet);
        out.isWaiting = queues.next(port) >= 0;
        if (out.isWaiting) {
            fabric.agenda().at(out.freePs, this, IS_FREE, port);
        }
    }
}
