package org.millrace.api.context;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SelectableChannel;
import java.util.List;

/**
 * A context handed to an application: its region of shared memory, and the bell that wakes the data path.
 *
 * <p>Of an instance of several shards it is one context in each: {@link #shards}. Of the whole grant, {@link #region},
 * {@link #ring} and the descriptors are the first shard's; {@link #wakeChannel}, {@link #selectorBell}, {@link #isOpen} (all
 * are) and {@link #close} are for all. Of one of {@link #shards}, only the region, the bell and the descriptors are asked for.
 */
public interface ContextGrant extends AutoCloseable {
    /** {@return the instance it belongs to, for messages} */
    String instance();

    /** {@return the region, laid out as {@code org.millrace.memory.ContextLayout} says} */
    MemorySegment region();

    /** {@return the contexts that it consists of, one for each shard of the instance, by the shard's number: all of one size} */
    default List<ContextGrant> shards() {
        return List.of(this);
    }

    /** {@return names of the data path's transports; a request names one by its index plus 1, 0 is the first that fits} */
    List<String> transports();

    /** Wakes the data path. To be called only if the request ring says that it sleeps. Any thread. */
    void ring();

    /**
     * Opens the channel through which the data path wakes an application that sleeps in its own selector: it becomes
     * readable when the event ring's waiting word said so. Opened at the first call; closed with the grant.
     *
     * @return a non-blocking channel that also is a {@link java.nio.channels.ReadableByteChannel}; what is read means
     *         nothing, the end means that the runtime went away
     * @throws IOException if the system has no descriptor left
     */
    default SelectableChannel wakeChannel() throws IOException {
        throw new IOException("instance '" + instance() + "' does not wake selectors; poll the context instead");
    }

    /** {@return whether the runtime still serves this context} */
    boolean isOpen();

    /**
     * {@return the descriptor of the sealed memory behind {@link #region()}, for handing to another process, or -1 if
     * there is none; the grant owns it}
     */
    default int regionDescriptor() {
        return -1;
    }

    /**
     * {@return a descriptor that wakes the data path when 8 bytes are written to it, as {@link #ring()} does, for handing
     * to another process, or -1 if there is none; the grant owns it}
     */
    default int doorbellDescriptor() {
        return -1;
    }

    /**
     * Says how the data path wakes an application that sleeps in a selector, when that is another process, and
     * {@link #wakeChannel()} is not used. A grant that has no descriptors to hand over ignores it.
     *
     * @param bell rung by the data path from now on; null: no more
     */
    default void selectorBell(SelectorBell bell) {
    }

    /**
     * Gives the context back. What was written is still sent by the runtime, which keeps the memory as long; then
     * connections that were closed end in order, others are reset. Any thread.
     */
    @Override
    void close();
}
