package org.millrace.benchmarks;

import java.lang.foreign.MemorySegment;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;

/** Millrace's ring. */
final class RingQueue implements DescriptorQueue {
    private final MemorySegment memory;
    private DescriptorRing writer;
    private DescriptorRing reader;

    RingQueue(MemorySegment memory) {
        this.memory = memory;
        rewindWriter();
        rewindReader();
    }

    @Override
    public void write(int connection, int bytes) {
        DescriptorRing ring = writer;
        if (ring.free() <= 0) {
            throw new IllegalStateException("full");
        }
        long slot = ring.claim();
        ring.u8(slot, Descriptor.TYPE, Descriptor.BUMP);
        ring.i32(slot, Descriptor.CONNECTION, connection);
        ring.i32(slot, Descriptor.RX_BYTES, bytes);
        ring.i32(slot, Descriptor.TX_BYTES, bytes);
        ring.publish();
    }

    @Override
    public long read() {
        DescriptorRing ring = reader;
        if (ring.available() <= 0) {
            return EMPTY;
        }
        long slot = ring.peek();
        long sum = 0;
        for (int i = 0; i < Descriptor.BYTES; i += Long.BYTES) {
            sum ^= ring.i64(slot, i);
        }
        ring.next();
        ring.release();
        return sum;
    }

    @Override
    public void rewindWriter() {
        writer = new DescriptorRing(memory, 0, SLOTS);
    }

    @Override
    public void rewindReader() {
        reader = new DescriptorRing(memory, 0, SLOTS);
    }

    @Override
    public void close() {
    }
}
