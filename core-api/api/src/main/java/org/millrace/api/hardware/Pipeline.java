package org.millrace.api.hardware;

import java.util.Map;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;

/**
 * A loaded program. The runtime begins an item with {@link #item}, fills in what it knows and {@link #submit}s or
 * {@link #end}s it; the machine begins those that send by itself, when it is let to {@link #transmit}. Every item leaves
 * through the {@link Outlet} exactly once, at the latest when {@link #advance} has returned with {@link #isIdle()}.
 * There may be any number inside, up to the machine's own limit.
 *
 * <p>Owned by: the data-path thread.
 *
 * @param <M> the program's metadata
 */
public interface Pipeline<M extends SegmentMeta> extends StateTables {
    /**
     * Begins an item.
     *
     * @param workflow what it will run
     * @return its metadata, all 0 but the workflow, the caller's until it is submitted or ended; null: the machine has
     *         no item left, which it counts
     */
    M item(Workflow workflow);

    /**
     * Brings what is kept for a flow near, ahead of an item of it. Changes nothing.
     *
     * @param flow the flow
     * @return any number; the caller uses it, lest a compiler leave out what it came from
     */
    default int touch(int flow) {
        return 0;
    }

    /**
     * Runs, or queues, an item.
     *
     * @param item  one that was begun
     * @param nowNs the time
     */
    void submit(M item, long nowNs);

    /**
     * Lets an item leave that runs no stage, for its parser has decided.
     *
     * @param item    one that was begun
     * @param verdict a drop, or a hand-over to the control plane
     * @param nowNs   the time
     */
    void end(M item, long verdict, long nowNs);

    /**
     * Lets the machine take flows from the program's scheduler and send.
     *
     * @param budget how many at most
     * @param nowNs  the time
     * @return how many it has taken
     */
    int transmit(int budget, long nowNs);

    /**
     * {@return when {@link #transmit} may take a flow; {@link Long#MAX_VALUE} if no flow waits, or the machine takes none
     * until it has gone on, see {@link #deadlineNs}}
     */
    long transmitNs();

    /**
     * Lets the machine go on.
     *
     * @param nowNs the time
     */
    void advance(long nowNs);

    /**
     * The runtime is about to act for its control planes and applications. A machine whose stages run on threads of their own waits here until none
     * does; any other does nothing.
     *
     * @param nowNs the time
     */
    default void settle(long nowNs) {
    }

    /**
     * The batch ends: the memory of its frames goes back to the port, and applications may soon reuse what they sent. An
     * item that stays inside keeps what it came with by {@link Outlet#retain}, unless it has done so before.
     */
    void keep();

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
     * caller's time and its item is not due yet}
     */
    default long deadlineNs() {
        return isIdle() ? Long.MAX_VALUE : Long.MIN_VALUE;
    }

    /** {@return what the machine counts, by name} */
    default Map<String, Long> counters() {
        return Map.of();
    }

    /** Nothing is submitted any more: threads of its own end. What is inside is lost. */
    default void close() {
    }
}
