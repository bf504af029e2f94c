package org.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.millrace.wire.PcapngWriter;

/**
 * Ports in memory, joined by one switch, under a virtual clock: no thread, no time but the clock's, the same frames at
 * the same times in every run. A frame goes to the port that has its destination address, else to all others.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * SimulatedFabric fabric = new SimulatedFabric(clock, new SimulatedLink(10_000, 1500, false));
 * Port a = fabric.port("a", 0x020000000001L), b = fabric.port("b", 0x020000000002L);
 * … clock.set(fabric.nextDeliveryNs()); …
 * }</pre>
 *
 * Owned by one thread.
 */
public final class SimulatedFabric {
    private final LongSupplier clock;
    private final SimulatedLink link;
    private final List<SimulatedPort> ports = new ArrayList<>();
    private PcapngWriter trace;

    /**
     * A fabric without ports.
     *
     * @param clock the time, nanoseconds
     * @param link  what each of its links is like
     */
    public SimulatedFabric(LongSupplier clock, SimulatedLink link) {
        this.clock = clock;
        this.link = link;
    }

    /**
     * Adds a port.
     *
     * @param name for people
     * @param mac  its MAC address, low 48 bits
     * @return the port
     */
    public SimulatedPort port(String name, long mac) {
        SimulatedPort port = new SimulatedPort(this, name, mac, link);
        ports.add(port);
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
        long next = Long.MAX_VALUE;
        for (SimulatedPort port : ports) {
            next = Math.min(next, port.nextDeliveryNs());
        }
        return next;
    }

    long nowNs() {
        return clock.getAsLong();
    }

    void deliver(SimulatedPort from, long destination, byte[] frame, int segmentSize, long arrivalNs) {
        if (trace != null) {
            write(frame);
        }
        boolean known = ports.stream().anyMatch(p -> p != from && p.info().macAddress() == destination);
        for (SimulatedPort port : ports) {
            if (port != from && (!known || port.info().macAddress() == destination)) {
                port.arrive(frame, segmentSize, arrivalNs);
            }
        }
    }

    private void write(byte[] frame) {
        try {
            trace.write(nowNs(), MemorySegment.ofArray(frame), 0, frame.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
