package org.millrace.runtime.tenant;

import java.util.function.LongFunction;
import org.millrace.context.Journal;
import org.millrace.memory.MappedRegion;
import org.millrace.memory.SharedMemory;

/**
 * What contexts take from where they run: memory, and who records their descriptors. Without attach there is nothing of
 * Chronicle in it, so that experiments on virtual time need none of its flags.
 *
 * @param memory   makes memory of at least so many bytes; any thread
 * @param journals opens journals; data-path thread
 */
public record ContextHome(LongFunction<SharedMemory> memory, Journals journals) {
    /** For applications of this process. */
    public static final ContextHome PRIVATE =
        new ContextHome(bytes -> MappedRegion.create("millrace-context", bytes), (context, nowNs) -> null);

    /** Opens the journal of a context. */
    public interface Journals {
        /** {@return the journal of a context that opens, or null if it is not recorded} */
        Journal open(int context, long nowNs);
    }
}
