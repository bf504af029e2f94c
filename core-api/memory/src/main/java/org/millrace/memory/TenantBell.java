package org.millrace.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A doorbell that can be polled and that tenants who do not trust each other can ring: a pipe, of which each tenant gets a
 * write end of its own. A tenant can ring and nothing else: it can neither silence the others' rings nor make anybody
 * block. A full pipe rings already.
 *
 * <p>{@link #signal} and {@link #tenant} by any thread; the rest by the thread that is woken.
 */
public final class TenantBell extends NativeCalls implements AutoCloseable {
    private static final int O_WRONLY = 1;
    private static final int PIPE_BYTES = 1 << 16;

    private final MemorySegment drained = Arena.ofAuto().allocate(PIPE_BYTES, 8);
    private int readEnd;
    private int writeEnd;

    /**
     * Makes a silent doorbell.
     *
     * @throws NativeException if the system refuses
     */
    public TenantBell() {
        try {
            check(result((int) Calls.PIPE2.invokeExact(captured, drained.address(),
                Linux.O_CLOEXEC | Linux.O_NONBLOCK)), "pipe2");
        } catch (NativeException refused) {
            throw refused;
        } catch (Throwable t) {
            throw unexpected(t);
        }
        readEnd = drained.get(ValueLayout.JAVA_INT, 0);
        writeEnd = drained.get(ValueLayout.JAVA_INT, 4);
    }

    /** Rings: the descriptor polls readable until {@link #drain}. */
    public void signal() {
        Linux.writeQuietly(writeEnd, EventFd.ONE.address(), 8);
    }

    /**
     * {@return a descriptor for a tenant: writing to it rings; the caller closes it}
     *
     * @throws NativeException if the system refuses
     */
    public int tenant() {
        // Opened anew, not duplicated: a duplicate shares O_NONBLOCK, which its holder could clear for all.
        return (int) check(new Linux().open("/proc/self/fd/" + writeEnd,
            O_WRONLY | Linux.O_NONBLOCK | Linux.O_CLOEXEC, 0), "opening a doorbell");
    }

    /**
     * Silences the doorbell.
     *
     * @return whether it was rung since the last time
     */
    public boolean drain() {
        return Linux.readQuietly(readEnd, drained.address(), PIPE_BYTES) > 0;
    }

    /** {@return the descriptor to poll} */
    public int descriptor() {
        return readEnd;
    }

    /** Closes the descriptors; again: nothing. */
    @Override
    public void close() {
        if (readEnd >= 0) {
            Linux.close(readEnd);
            Linux.close(writeEnd);
            readEnd = -1;
            writeEnd = -1;
        }
    }

    /** Looked up only after the constructor has found the machine supported. */
    private static final class Calls {
        static final MethodHandle PIPE2 = handle("pipe2", INT, LONG, INT);
    }
}
