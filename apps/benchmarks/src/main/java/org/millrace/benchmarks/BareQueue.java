package org.millrace.benchmarks;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.millrace.memory.Descriptor;

/**
 * The least that a ring of 64-byte descriptors over FFM memory can do: two indices, a release store a side, and no check of
 * what the neighbour writes.
 */
final class BareQueue implements DescriptorQueue {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG;
    private static final VarHandle INDEX = I64.varHandle();
    private static final long TAIL = 0;
    private static final long HEAD = 64;
    private static final long SLOTS_AT = 192;

    private final MemorySegment memory;
    private long tail;
    private long head;

    BareQueue(MemorySegment memory) {
        this.memory = memory;
    }

    @Override
    public void write(int connection, int bytes) {
        if (tail - (long) INDEX.getAcquire(memory, HEAD) == SLOTS) {
            throw new IllegalStateException("full");
        }
        long slot = SLOTS_AT + (tail & SLOTS - 1) * Descriptor.BYTES;
        memory.set(I64, slot, Descriptor.BUMP | (long) connection << 32);
        memory.set(I64, slot + 8, (long) bytes << 32 | bytes);
        for (int i = 16; i < Descriptor.BYTES; i += Long.BYTES) {
            memory.set(I64, slot + i, 0);
        }
        INDEX.setRelease(memory, TAIL, ++tail);
    }

    @Override
    public long read() {
        if ((long) INDEX.getAcquire(memory, TAIL) == head) {
            return EMPTY;
        }
        long slot = SLOTS_AT + (head & SLOTS - 1) * Descriptor.BYTES;
        long sum = 0;
        for (int i = 0; i < Descriptor.BYTES; i += Long.BYTES) {
            sum ^= memory.get(I64, slot + i);
        }
        INDEX.setRelease(memory, HEAD, ++head);
        return sum;
    }

    @Override
    public void rewindWriter() {
        tail = 0;
    }

    @Override
    public void rewindReader() {
        head = 0;
    }

    @Override
    public void close() {
    }
}
