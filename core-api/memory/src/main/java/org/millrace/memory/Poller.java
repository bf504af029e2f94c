package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Waits until one of a few descriptors is readable: the one place where a data-path thread sleeps.
 *
 * <p>Owned by: the thread that sleeps.
 */
public final class Poller {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final short POLLIN = 1;
    /** {@code struct pollfd}: fd at 0, events at 4, revents at 6. */
    private static final int POLLFD_BYTES = 8;
    private static final int REVENTS = 6;

    private final Linux linux = new Linux();
    private final MemorySegment pollfds;
    private final int count;

    /**
     * Makes a poller.
     *
     * @param descriptors what to watch, at most 64; a negative one is never ready
     */
    public Poller(int... descriptors) {
        if (descriptors.length > Long.SIZE) {
            throw new IllegalArgumentException(descriptors.length + " descriptors, at most " + Long.SIZE);
        }
        count = descriptors.length;
        pollfds = Arena.ofAuto().allocate(Math.max(1, count) * (long) POLLFD_BYTES, 8);
        for (int i = 0; i < count; i++) {
            pollfds.set(INT, i * (long) POLLFD_BYTES, descriptors[i]);
            pollfds.set(SHORT, i * (long) POLLFD_BYTES + 4, POLLIN);
        }
    }

    /**
     * Waits.
     *
     * @param timeoutNs at most; 0: only look; negative: for ever
     * @return bit i set if descriptor i of the constructor is readable, closed or in error; 0 after the time or when
     *         interrupted by a signal
     * @throws NativeException if the system refuses
     */
    public long poll(long timeoutNs) {
        if (Linux.check(linux.poll(pollfds.address(), count, timeoutNs), "ppoll") == 0) {
            return 0;
        }
        long mask = 0;
        for (int i = 0; i < count; i++) {
            if (pollfds.get(SHORT, i * (long) POLLFD_BYTES + REVENTS) != 0) {
                mask |= 1L << i;
            }
        }
        return mask;
    }
}
