package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A doorbell that can be polled.
 *
 * <p>{@link #signal} by any thread; the rest by the thread that is woken.
 */
public final class EventFd implements AutoCloseable {
    static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

    private final MemorySegment counter = Arena.ofAuto().allocate(8, 8);
    private int descriptor;

    /**
     * Makes a silent doorbell.
     *
     * @throws NativeException if the system refuses
     */
    public EventFd() {
        descriptor = (int) Linux.check(new Linux().eventFd(), "eventfd");
    }

    /** Rings: the descriptor polls readable until {@link #drain}. */
    public void signal() {
        Linux.writeQuietly(descriptor, ONE.address(), 8);
    }

    /**
     * Silences the doorbell.
     *
     * @return how often it was rung since the last time, 0 if not
     */
    public long drain() {
        return Linux.readQuietly(descriptor, counter.address(), 8) == 8 ? counter.get(ValueLayout.JAVA_LONG, 0) : 0;
    }

    /** {@return the descriptor to poll} */
    public int descriptor() {
        return descriptor;
    }

    /** Closes the descriptor; again: nothing. */
    @Override
    public void close() {
        if (descriptor >= 0) {
            Linux.close(descriptor);
            descriptor = -1;
        }
    }
}
