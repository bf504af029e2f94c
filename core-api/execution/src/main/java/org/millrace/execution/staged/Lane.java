package org.millrace.execution.staged;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.execution.Step;

/**
 * What runs the stages of a place: a core, or in a model of one with hardware threads, the core of all of them. A driver
 * lets it {@link #take} an item, {@link #run} it and {@link #pass} it on; several may be between these at once.
 *
 * <p>Owned by: whoever drives it.
 *
 * @param <M> the program's metadata
 */
public final class Lane<M extends SegmentMeta> {
    private final StagedExecution<M> execution;
    private final Shard<M> shard;
    private final int replica;
    /** By workflow; its own, for their views are moved. */
    private final Step<?, ?>[][] steps;

    Lane(StagedExecution<M> execution, Shard<M> shard, int replica, Step<?, ?>[][] steps) {
        this.execution = execution;
        this.shard = shard;
        this.replica = replica;
        this.steps = steps;
    }

    /** {@return where its items wait} */
    public Shard<M> shard() {
        return shard;
    }

    /** {@return which of the shard's lanes it is} */
    public int replica() {
        return replica;
    }

    /** {@return the next item of its shard; null: none waits} */
    public Work<M> take() {
        return shard.take();
    }

    /**
     * Runs the place's stages on an item, or until one ends it. On a thread of the lane's own, if the program does not mirror; then {@link #ran} follows on
     * the driver's.
     *
     * @param work  what was taken
     * @param nowNs the time
     */
    public void run(Work<M> work, long nowNs) {
        execution.run(work, steps[work.route.workflow().ordinal()], nowNs);
    }

    /**
     * Takes note that the stages have run.
     *
     * @param work  what has run
     * @param nowNs the time
     */
    public void ran(Work<M> work, long nowNs) {
        execution.ran(work, nowNs);
    }

    /**
     * Passes an item on to its next place, or lets it leave.
     *
     * @param work  what has run
     * @param nowNs the time
     * @return false: the ring before the next place is full, and nothing has happened
     */
    public boolean pass(Work<M> work, long nowNs) {
        return execution.pass(work, nowNs);
    }
}
