package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/** A port that also receives what a test gives it, whatever that is, before anything from its wire. */
final class InjectPort implements Port {
    private final Port port;
    private final Deque<Injected> injected = new ArrayDeque<>();

    private record Injected(byte[] frame, int segmentSize) {
    }

    InjectPort(Port port) {
        this.port = port;
    }

    /**
     * @param frame       any bytes
     * @param segmentSize of a super-frame, else 0
     */
    void inject(byte[] frame, int segmentSize) {
        injected.add(new Injected(frame, segmentSize));
    }

    @Override
    public PortInfo info() {
        return port.info();
    }

    @Override
    public int receive(FrameBatch batch) {
        if (injected.isEmpty()) {
            return port.receive(batch);
        }
        batch.clear();
        while (!injected.isEmpty() && !batch.isFull()) {
            Injected next = injected.poll();
            batch.add(MemorySegment.ofArray(next.frame), 0, next.frame.length, next.segmentSize, 0);
        }
        return batch.count();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return port.newTransmitBatch();
    }

    @Override
    public int transmit(TransmitBatch batch) {
        return port.transmit(batch);
    }

    @Override
    public int descriptor() {
        return port.descriptor();
    }

    @Override
    public PortCounters counters() {
        return port.counters();
    }

    @Override
    public void close() {
        port.close();
    }
}
