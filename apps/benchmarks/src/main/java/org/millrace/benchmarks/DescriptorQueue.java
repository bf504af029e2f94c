package org.millrace.benchmarks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * One direction of a context queue, in one of the ways that are compared. A descriptor is 64 bytes, of which a BUMP's are
 * written and all are read. Owned by: one thread a side.
 */
interface DescriptorQueue extends AutoCloseable {
    /** Bytes of memory that a queue over memory needs. */
    long MEMORY_BYTES = 1 << 20;
    /** Descriptors that fit into it. */
    int SLOTS = 4096;

    /** Writes a descriptor and makes it visible; there is room. */
    void write(int connection, int bytes);

    /** Reads a descriptor, gives its slot back, and answers its 64 bytes xored; or {@link #EMPTY} if there is none. */
    long read();

    /** {@link #read}: there is none. */
    long EMPTY = Long.MIN_VALUE;

    /** Begins anew on the writing side, with room for {@link #SLOTS}. */
    void rewindWriter();

    /** Begins anew on the reading side, at the first descriptor. */
    void rewindReader();

    @Override
    void close();

    /** {@return a queue of a kind, {@code ring}, {@code bare} or {@code chronicle}} The first two lie in memory. */
    static DescriptorQueue of(String kind, MemorySegment memory, Path directory) throws IOException {
        return switch (kind) {
            case "ring" -> new RingQueue(memory);
            case "bare" -> new BareQueue(memory);
            case "chronicle" -> new JournalQueue(directory);
            default -> throw new IllegalArgumentException(kind);
        };
    }
}
