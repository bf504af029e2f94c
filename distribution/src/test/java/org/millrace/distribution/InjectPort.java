package org.millrace.distribution;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.runtime.frame.FrontPort;

/** A port that also receives what a test gives it, whatever that is, before anything from its wire. */
final class InjectPort extends FrontPort {
    private final Deque<Injected> injected = new ArrayDeque<>();

    private record Injected(byte[] frame, int segmentSize) {
    }

    InjectPort(Port port) {
        super(port);
    }

    /**
     * @param frame       any bytes
     * @param segmentSize of a super-frame, else 0
     */
    void inject(byte[] frame, int segmentSize) {
        injected.add(new Injected(frame, segmentSize));
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
}
