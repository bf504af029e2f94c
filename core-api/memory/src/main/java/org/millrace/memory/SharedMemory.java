package org.millrace.memory;

import java.lang.foreign.MemorySegment;

/** The memory of a context as its runtime holds it: sealed, mapped here, to be handed over by its descriptor. */
public interface SharedMemory extends AutoCloseable {
    /** {@return the memory} */
    MemorySegment segment();

    /** {@return the descriptor of the memory, for handing to another process; owned by this} */
    int descriptor();

    /**
     * Returns the whole pages within a range to the system, for every process that maps them; they read 0 afterwards.
     * May be called by one thread at a time.
     *
     * @param offset of the range
     * @param length of the range, bytes
     * @return bytes returned, or a negative errno
     */
    long release(long offset, long length);

    /** {@return bytes of its pages that are in use: touched by anybody, and not given back; any thread while it is open} */
    default long touchedBytes() {
        return FileStatus.of(descriptor()).allocatedBytes();
    }

    /** Unmaps the memory and closes the descriptor; again: nothing. Other processes keep their own mappings. */
    @Override
    void close();
}
