package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Sleeping on several {@link Futex} words at once, futex_waitv(2): whoever wakes one of them wakes the sleeper.
 *
 * <p>Owned by: one thread. Not private to the process.
 */
public final class FutexSet {
    /** Most words, {@code FUTEX_WAITV_MAX}. */
    public static final int MAX_WORDS = 128;

    /** {@code struct futex_waitv}: u64 expected value, u64 address, u32 flags, u32 reserved. */
    private static final int WAITER_BYTES = 24;
    private static final int ADDRESS = 8;
    private static final int FLAGS = 16;
    private static final int FUTEX2_SIZE_U32 = 2;

    private static final boolean SUPPORTED = new Linux().hasFutexWaitv();

    private final Linux linux = new Linux();
    private final List<Futex> words;
    private final MemorySegment waiters;

    /**
     * Makes a set.
     *
     * @param words on which to sleep, 1 to {@link #MAX_WORDS}
     */
    public FutexSet(List<Futex> words) {
        if (words.isEmpty() || words.size() > MAX_WORDS) {
            throw new IllegalArgumentException("a thread can sleep on 1 to " + MAX_WORDS + " words, not on " + words.size());
        }
        this.words = List.copyOf(words);
        waiters = Arena.ofAuto().allocate((long) WAITER_BYTES * words.size(), 8);
        for (int i = 0; i < words.size(); i++) {
            long waiter = (long) i * WAITER_BYTES;
            waiters.set(Linux.LONG, waiter + ADDRESS, words.get(i).address());
            waiters.set(Linux.INT, waiter + FLAGS, FUTEX2_SIZE_U32);
        }
    }

    /** {@return whether the kernel can do this: Linux from 5.16 on, unless the call is forbidden here} */
    public static boolean isSupported() {
        return SUPPORTED;
    }

    /**
     * Sleeps while all words hold {@code expected}. Whatever it returns, the caller looks again.
     *
     * @param expected  the value to sleep on
     * @param timeoutNs relative; negative: for ever
     * @return whether it was woken; false if a word had changed, the time is over or a signal came
     */
    public boolean await(int expected, long timeoutNs) {
        for (int i = 0; i < words.size(); i++) {
            waiters.set(Linux.LONG, (long) i * WAITER_BYTES, expected & 0xffff_ffffL);
        }
        return linux.futexWaitv(waiters.address(), words.size(), timeoutNs) >= 0;
    }
}
