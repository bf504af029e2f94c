package org.millrace.sim.port;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.Agenda;
import org.millrace.sim.fabric.Fabric;
import org.millrace.sim.fabric.Host;
import org.millrace.sim.fabric.Packets;
import org.millrace.wire.EthernetHeader;

/**
 * A port of a {@link FrameFabric}, and the host at the fabric that it is. Stricter than a real one: it refuses with an exception what its
 * {@link #info()} does not allow, and overwrites frames once they are not the receiver's any more. Received checksums are
 * complete and not marked as checked, so that the receiver checks them.
 */
public final class SimulatedPort extends Host implements Port {
    private static final int BATCH_FRAMES = 64;
    private static final int SUPER_FRAME_BYTES = EthernetHeader.LENGTH + 65535;
    private static final double PS_PER_S = 1e12;

    private final FrameFabric frames;
    private final FrameLink link;
    private final Packets packets;
    /** Packets that its link has not taken. */
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final List<byte[]> lent = new ArrayList<>();
    /** Arrival times of frames sent and not arrived, picoseconds. */
    private final Deque<Long> underWay = new ArrayDeque<>();
    private PortInfo info;
    private long wireFreePs = Long.MIN_VALUE;
    private long receivedFrames;
    private long receivedBytes;
    private long transmittedFrames;
    private long transmittedBytes;
    private long transmitDropped;

    private record Arrival(byte[] frame, int segmentSize, long timePs) {
    }

    SimulatedPort(Fabric fabric, int number, FrameFabric frames) {
        super(fabric, number);
        this.frames = frames;
        link = frames.link();
        packets = fabric.packets();
    }

    void name(String name, long mac) {
        boolean whole = link.superFrames();
        info = new PortInfo("simulated:" + name, mac, link.mtuBytes(),
            whole ? SUPER_FRAME_BYTES : EthernetHeader.LENGTH + link.mtuBytes(), whole, whole, false);
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        frames.catchUp();
        lent.forEach(frame -> Arrays.fill(frame, (byte) 0xa5));
        lent.clear();
        batch.clear();
        while (!batch.isFull() && !arrivals.isEmpty()) {
            Arrival arrival = arrivals.poll();
            lent.add(arrival.frame);
            batch.add(MemorySegment.ofArray(arrival.frame), 0, arrival.frame.length, arrival.segmentSize, 0);
            receivedFrames++;
            receivedBytes += arrival.frame.length;
        }
        return batch.count();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        int stride = 256;
        return new TransmitBatch(BATCH_FRAMES, MemorySegment.ofArray(new byte[BATCH_FRAMES * stride]), 0, stride);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        long nowPs = frames.catchUp();
        int sent = 0;
        for (int i = 0; i < batch.count(); i++) {
            check(batch, i);
            if (send(nowPs, batch, i)) {
                sent++;
            }
        }
        batch.clear();
        wake(nowPs);
        return sent;
    }

    private boolean send(long nowPs, TransmitBatch batch, int i) {
        forgetArrived(nowPs);
        if (underWay.size() >= link.queueFrames()) {
            transmitDropped++;
            return false;
        }
        byte[] frame = SentFrames.completed(batch, i);
        wireFreePs = Math.max(wireFreePs, nowPs) + sendingPs(frame.length);
        underWay.add(wireFreePs + link.delayNs() * Agenda.PS_PER_NS);
        transmittedFrames++;
        transmittedBytes += frame.length;
        frames.write(frame);
        enqueue(frame, batch.segmentSize[i], new EthernetHeader().wrap(MemorySegment.ofArray(frame), 0).destination());
        return true;
    }

    private void forgetArrived(long nowPs) {
        while (!underWay.isEmpty() && underWay.peek() <= nowPs) {
            underWay.poll();
        }
    }

    private long sendingPs(int bytes) {
        return link.bitsPerSecond() == 0 ? 0 : (long) Math.ceil(bytes * 8 * PS_PER_S / link.bitsPerSecond());
    }

    /** A frame for all is a packet for each of them, of which the first occupies the link. */
    private void enqueue(byte[] frame, int segmentSize, long destination) {
        boolean isKnown = false;
        for (int port = 0; port < frames.used(); port++) {
            isKnown |= port != number() && frames.isFor(port, destination);
        }
        int wireBytes = frame.length;
        for (int port = 0; port < frames.used(); port++) {
            if (port != number() && (!isKnown || frames.isFor(port, destination))) {
                int packet = packets.make(number(), port, 0, 0, wireBytes);
                frames.keep(packet, frame.clone(), segmentSize);
                waiting.add(packet);
                wireBytes = 0;
            }
        }
    }

    private void check(TransmitBatch batch, int i) {
        int length = batch.frameLength(i);
        int wireBytes = EthernetHeader.LENGTH + link.mtuBytes();
        if (length < EthernetHeader.LENGTH || length > info.maxFrameBytes()) {
            throw new IllegalArgumentException(info.name() + ": frame of " + length + " bytes, allowed is "
                + EthernetHeader.LENGTH + " to " + info.maxFrameBytes());
        }
        if (length > wireBytes && batch.segmentSize[i] == 0) {
            throw new IllegalArgumentException(info.name() + ": frame of " + length + " bytes without segment size, "
                + wireBytes + " fit the wire");
        }
        if (!info.checksumOffload() && batch.checksumStart[i] != 0) {
            throw new IllegalArgumentException(info.name() + ": a checksum was left to a port that computes none");
        }
    }

    @Override
    protected int next(long nowPs) {
        return waiting.isEmpty() ? NONE : waiting.poll();
    }

    @Override
    protected void receive(long nowPs, int packet) {
        arrivals.add(new Arrival(frames.frame(packet), frames.segmentSize(packet), nowPs));
        packets.free(packet);
    }

    @Override
    protected void happen(long nowPs, int event, long argument) {
        throw new IllegalStateException("a port plans nothing");
    }

    /** When what it has sent arrives next somewhere, or when what waits for it has arrived. */
    long nextDeliveryPs() {
        forgetArrived(frames.catchUp());
        long sentPs = underWay.isEmpty() ? Agenda.NEVER : underWay.peek();
        return arrivals.isEmpty() ? sentPs : Math.min(sentPs, arrivals.peek().timePs);
    }

    /** {@return −1: a virtual wire wakes nobody} */
    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(receivedFrames, receivedBytes, 0, transmittedFrames, transmittedBytes, transmitDropped);
    }

    @Override
    public void close() {
        arrivals.clear();
    }
}
