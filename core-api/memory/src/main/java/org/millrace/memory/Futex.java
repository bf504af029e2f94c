package org.millrace.memory;

import java.lang.foreign.MemorySegment;

/**
 * Sleeping on a 32-bit word of shared memory, between threads or processes. The word's meaning is the owner's; the
 * usual protocol: the sleeper sets the word, fences, looks again for work, then waits while the word is still set; the
 * other side publishes work, fences, and if the word is set clears it and wakes.
 *
 * <p>{@link #await} by one thread at a time, {@link #wake} by any. Not private to the process (no FUTEX_PRIVATE_FLAG).
 */
public final class Futex {
    private final Linux linux = new Linux();
    private final MemorySegment segment;
    private final long address;

    /**
     * Makes a futex of a word.
     *
     * @param segment native memory that holds it
     * @param offset  of the word, a multiple of 4
     */
    public Futex(MemorySegment segment, long offset) {
        if ((segment.address() + offset & 3) != 0 || offset < 0 || offset > segment.byteSize() - 4) {
            throw new IllegalArgumentException("no aligned word at offset " + offset);
        }
        this.segment = segment;
        this.address = segment.address() + offset;
    }

    long address() {
        return address;
    }

    /** {@return the memory that holds the word} */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Sleeps while the word holds {@code expected}. Whatever it returns, the caller looks again.
     *
     * @param expected  the value to sleep on
     * @param timeoutNs relative; negative: for ever
     * @return whether it was woken; false if the word had changed, the time is over or a signal came
     */
    public boolean await(int expected, long timeoutNs) {
        return linux.futexWait(address, expected, timeoutNs) == 0;
    }

    /**
     * Wakes sleepers.
     *
     * @param waiters how many at most
     * @return how many slept
     */
    public int wake(int waiters) {
        return Linux.futexWake(address, waiters);
    }
}
