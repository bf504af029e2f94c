package org.millrace.api.pipeline;

/**
 * One step of a workflow: a plain object without fields that change, that can be tested alone. It does not allocate,
 * throw, loop without bound, read a clock or keep a reference to its arguments.
 *
 * <p>Owned by: whatever the backend runs it on; never two threads for the same key at once unless its
 * {@link StageSpec#concurrency()} says so.
 *
 * @param <M> the program's metadata
 * @param <S> the stage's private state
 */
public interface Stage<M extends SegmentMeta, S extends State> {
    /** {@return what the stage is; constant} */
    StageSpec<S> spec();

    /**
     * Processes one work item. Called at most once per item and pass.
     *
     * @param meta  the item's metadata
     * @param state the stage's state for the item's key, or an unplaced view if the key is none
     * @param nowNs the time, nanoseconds, monotonic
     * @return a {@link Verdict}
     */
    long process(M meta, S state, long nowNs);
}
