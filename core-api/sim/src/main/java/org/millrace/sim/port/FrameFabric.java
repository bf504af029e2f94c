package org.millrace.sim.port;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.millrace.sim.Agenda;
import org.millrace.sim.TrafficManager;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.FabricConfig;
import org.millrace.sim.fabric.Topology;
import org.millrace.wire.PcapngWriter;

/**
 * Ports in memory at one switch of a {@link Fabric}, under a virtual clock: no thread, no time but the clock's, the same frames at
 * the same times in every run. A frame goes to the port that has its destination address, else to all others.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * FrameFabric fabric = new FrameFabric(clock, new FrameLink(10_000, 1500, false));
 * Port a = fabric.port("a", 0x020000000001L), b = fabric.port("b", 0x020000000002L);
 * … clock.set(fabric.nextDeliveryNs()); …
 * }</pre>
 *
 * Owned by one thread.
 */
public final class FrameFabric {
    private static final int MOST_PORTS = 16;

    private final LongSupplier clock;
    private final FrameLink link;
    private final Agenda agenda = new Agenda();
    private final Fabric fabric;
    /** Frames of packets, by their numbers. */
    private byte[][] frames = new byte[64][];
    private int[] segmentSizes = new int[64];
    private int used;
    private PcapngWriter trace;

    /**
     * A fabric without ports.
     *
     * @param clock the time, nanoseconds, not negative
     * @param link  what each of its links is like
     */
    public FrameFabric(LongSupplier clock, FrameLink link) {
        this.clock = clock;
        this.link = link;
        Topology.Way out = new Topology.Way(link.bitsPerSecond(), link.delayNs() * Agenda.PS_PER_NS, 0);
        List<Topology.Link> links = IntStream.range(0, MOST_PORTS)
            .mapToObj(host -> new Topology.Link(host, MOST_PORTS, out, new Topology.Way(0, 0, 0))).toList();
        fabric = new Fabric(agenda, new Topology(MOST_PORTS, 1, links),
            new FabricConfig(TrafficManager.Limits.shared(1, Long.MAX_VALUE, 1), 0, 0, 0, false, 0), new SplittableRandom(0),
            (in, number) -> new SimulatedPort(in, number, this));
    }

    /**
     * Adds a port.
     *
     * @param name for people
     * @param mac  its MAC address, low 48 bits
     * @return the port
     * @throws IllegalStateException if there are 16 already
     */
    public SimulatedPort port(String name, long mac) {
        if (used == MOST_PORTS) {
            throw new IllegalStateException("a fabric of frames has at most " + MOST_PORTS + " ports");
        }
        SimulatedPort port = (SimulatedPort) fabric.host(used++);
        port.name(name, mac);
        return port;
    }

    /**
     * Writes every frame from now on, with the time at which its port has taken it, in that order: the same run gives
     * the same bytes.
     *
     * @param writer where to; the caller closes it
     */
    public void trace(PcapngWriter writer) {
        trace = writer;
    }

    /** {@return when the next frame arrives anywhere; a time past if one waits; {@link Long#MAX_VALUE} if none is on its
     *          way} */
    public long nextDeliveryNs() {
        long nextPs = Agenda.NEVER;
        for (int i = 0; i < used; i++) {
            nextPs = Math.min(nextPs, ((SimulatedPort) fabric.host(i)).nextDeliveryPs());
        }
        return nextPs == Agenda.NEVER ? Long.MAX_VALUE : Math.ceilDiv(nextPs, Agenda.PS_PER_NS);
    }

    FrameLink link() {
        return link;
    }

    /** Everything up to the clock's time happens. */
    long catchUp() {
        agenda.runUntil(clock.getAsLong() * Agenda.PS_PER_NS);
        return agenda.nowPs();
    }

    boolean isFor(int port, long destination) {
        return ((SimulatedPort) fabric.host(port)).info().macAddress() == destination;
    }

    /** {@return ports that there are} */
    int used() {
        return used;
    }

    void write(byte[] frame) {
        if (trace == null) {
            return;
        }
        try {
            trace.write(clock.getAsLong(), MemorySegment.ofArray(frame), 0, frame.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void keep(int packet, byte[] frame, int segmentSize) {
        if (packet >= frames.length) {
            frames = Arrays.copyOf(frames, 2 * packet);
            segmentSizes = Arrays.copyOf(segmentSizes, 2 * packet);
        }
        frames[packet] = frame;
        segmentSizes[packet] = segmentSize;
    }

    byte[] frame(int packet) {
        return frames[packet];
    }

    int segmentSize(int packet) {
        return segmentSizes[packet];
    }
}
