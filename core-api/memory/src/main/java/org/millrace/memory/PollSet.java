package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Descriptors to wait on, as many as there are at the moment. Owned by: the thread that waits. */
public final class PollSet {
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;
    private static final short POLLIN = 1;

    private final Linux linux = new Linux();
    private MemorySegment pollfds = Arena.ofAuto().allocate(64 * POLLFD_BYTES, 8);
    private int count;

    /** Makes an empty set. */
    public PollSet() {
    }

    /** Takes all descriptors out. */
    public void clear() {
        count = 0;
    }

    /**
     * Adds a descriptor; its number is how many were added before.
     *
     * @param descriptor an open one
     */
    public void add(int descriptor) {
        long offset = (long) count * POLLFD_BYTES;
        if (offset == pollfds.byteSize()) {
            pollfds = Arena.ofAuto().allocate(2 * offset, 8).copyFrom(pollfds);
        }
        pollfds.set(ValueLayout.JAVA_INT, offset, descriptor);
        pollfds.set(ValueLayout.JAVA_SHORT, offset + EVENTS, POLLIN);
        pollfds.set(ValueLayout.JAVA_SHORT, offset + REVENTS, (short) 0);
        count++;
    }

    /**
     * Waits without limit, else as {@link #await(long)}.
     *
     * @throws NativeException if the system refuses
     */
    public void await() {
        await(-1);
    }

    /**
     * Waits until one is readable, hung up or in error; may return early.
     *
     * @param timeoutNs how long at most; negative: without limit
     * @throws NativeException if the system refuses
     */
    public void await(long timeoutNs) {
        int ready = linux.poll(pollfds.address(), count, timeoutNs);
        if (ready < 0 && ready != -Linux.EINTR) {
            Linux.check(ready, "ppoll");
        }
    }

    /**
     * {@return whether a descriptor was ready when {@link #await} returned}
     *
     * @param index its number
     */
    public boolean isReady(int index) {
        return pollfds.get(ValueLayout.JAVA_SHORT, (long) index * POLLFD_BYTES + REVENTS) != 0;
    }
}
