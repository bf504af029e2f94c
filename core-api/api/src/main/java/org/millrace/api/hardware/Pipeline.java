package org.millrace.api.hardware;

import java.util.Map;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;

/**
 * A loaded program. The runtime makes an item with {@link #item}, fills in what it knows and {@link #submit}s it; every
 * item submitted leaves through the {@link Outlet} exactly once, at the latest when {@link #advance} has returned with
 * {@link #isIdle()}.
 *
 * <p>Owned by: the data-path thread.
 *
 * @param <M> the program's metadata
 */
public interface Pipeline<M extends SegmentMeta> extends StateTables {
    /**
     * Begins an item. There is one at a time: it ends with {@link #submit}, or is forgotten by the next call.
     *
     * @param workflow what it will run
     * @return its metadata, all 0 but the workflow
     */
    M item(Workflow workflow);

    /**
     * Runs, or queues, the item begun last.
     *
     * @param nowNs the time
     */
    void submit(long nowNs);

    /**
     * Lets the machine go on. Payload of the frames of the current batch is gone after it returns with
     * {@link #isIdle()}.
     *
     * @param nowNs the time
     */
    void advance(long nowNs);

    /**
     * Lets everything come out that comes to an end, also what a machine that keeps the caller's time would keep for
     * later: a swap does not wait. A machine that keeps nothing for later just goes on.
     *
     * @param nowNs the time
     */
    default void quiesce(long nowNs) {
        advance(nowNs);
    }

    /** {@return whether no item is inside, mirrored, generated and queued ones included} */
    boolean isIdle();

    /**
     * {@return when {@link #advance} has something to do: at once if an item is inside, unless the machine keeps the
     * caller's time and its item is not due yet; such an item needs no payload of the batch}
     */
    default long deadlineNs() {
        return isIdle() ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    /**
     * {@return whether the machine asks to be spared TX items, because its queue to the wire is long; if so,
     * {@link #deadlineNs} is when to look again}
     */
    default boolean isPaused() {
        return false;
    }

    /** {@return what the machine counts, by name} */
    default Map<String, Long> counters() {
        return Map.of();
    }
}
