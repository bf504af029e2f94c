package org.millrace.testkit;

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
import org.millrace.wire.EthernetHeader;

/**
 * A port of a {@link SimulatedFabric}. Stricter than a real one: it refuses with an exception what its
 * {@link #info()} does not allow, and overwrites frames once they are not the receiver's any more. Received checksums are
 * complete and not marked as checked, so that the receiver checks them.
 */
public final class SimulatedPort implements Port {
    private static final int BATCH_FRAMES = 64;
    private static final int SUPER_FRAME_BYTES = EthernetHeader.LENGTH + 65535;

    private final SimulatedFabric fabric;
    private final SimulatedLink link;
    private final PortInfo info;
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final List<byte[]> lent = new ArrayList<>();
    /** Arrival times of frames sent and not arrived. */
    private final Deque<Long> underWay = new ArrayDeque<>();
    private long wireFreeNs = Long.MIN_VALUE;
    private long receivedFrames;
    private long receivedBytes;
    private long transmittedFrames;
    private long transmittedBytes;
    private long transmitDropped;

    private record Arrival(byte[] frame, int segmentSize, long timeNs) {
    }

    SimulatedPort(SimulatedFabric fabric, String name, long mac, SimulatedLink link) {
        this.fabric = fabric;
        this.link = link;
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
        lent.forEach(frame -> Arrays.fill(frame, (byte) 0xa5));
        lent.clear();
        batch.clear();
        while (!batch.isFull() && nextDeliveryNs() <= fabric.nowNs()) {
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
        int sent = 0;
        for (int i = 0; i < batch.count(); i++) {
            check(batch, i);
            if (send(batch, i)) {
                sent++;
            }
        }
        batch.clear();
        return sent;
    }

    private boolean send(TransmitBatch batch, int i) {
        long nowNs = fabric.nowNs();
        while (!underWay.isEmpty() && underWay.peek() <= nowNs) {
            underWay.poll();
        }
        if (underWay.size() >= link.queueFrames()) {
            transmitDropped++;
            return false;
        }
        byte[] frame = Frames.completed(batch, i);
        wireFreeNs = Math.max(wireFreeNs, nowNs) + link.sendingNs(frame.length);
        long arrivalNs = wireFreeNs + link.delayNs();
        underWay.add(arrivalNs);
        transmittedFrames++;
        transmittedBytes += frame.length;
        long destination = new EthernetHeader().wrap(MemorySegment.ofArray(frame), 0).destination();
        fabric.deliver(this, destination, frame, batch.segmentSize[i], arrivalNs);
        return true;
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

    void arrive(byte[] frame, int segmentSize, long timeNs) {
        Arrival arrival = new Arrival(frame.clone(), segmentSize, timeNs);
        // several senders: keep the order of arrival, and of sending among equals
        Deque<Arrival> later = new ArrayDeque<>();
        while (!arrivals.isEmpty() && arrivals.peekLast().timeNs > timeNs) {
            later.push(arrivals.pollLast());
        }
        arrivals.add(arrival);
        arrivals.addAll(later);
    }

    long nextDeliveryNs() {
        return arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().timeNs;
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
