package org.millrace.runtime;

import java.util.function.Consumer;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.path.DataPathThread;
import org.millrace.runtime.status.Durations;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;

/**
 * One data path of an instance, on its thread. Any thread.
 *
 * @param path   the data path
 * @param thread runs it
 * @param pauses how long its swaps have taken; the thread's
 */
record Shard(DataPath path, DataPathThread thread, Durations.Counter pauses) {
    Shard(DataPath path, DataPathThread thread) {
        this(path, thread, new Durations.Counter());
    }

    /** Swaps here only, as {@link Instance#swap}. */
    SwapReport swap(SwapRequest request, Consumer<SwapStep> hook) throws SwapException {
        Swap swap = new Swap(path, request, System::nanoTime, hook).on(thread.cpus());
        swap.prepare(thread.await(nowNs -> path.loaded()));
        try {
            return Swap.end(thread.await(nowNs -> execute(swap, nowNs)));
        } catch (IllegalStateException notBegun) {
            swap.cancel();
            throw notBegun;
        }
    }

    private Swap.Outcome execute(Swap swap, long nowNs) {
        Swap.Outcome outcome = thread.rescue().why() == null ? swap.execute(nowNs) : swap.rescue(nowNs);
        if (outcome.report() != null) {
            pauses.count(outcome.report().pauseNs());
            thread.rescue().mended();
        }
        return outcome;
    }
}
