package org.millrace.code.fuse;

import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;

/** A workflow of one load of a program, as one method. What is written extends it. Owned by: the data-path thread. */
public abstract class Fused {
    private final StageCall[] stages;

    /**
     * Called by what is written.
     *
     * @param stages all stages, as calls
     */
    protected Fused(StageCall[] stages) {
        this.stages = stages;
    }

    /**
     * Runs the stages until one ends the item. What nobody can read any more of what they have written is not in the
     * metadata then.
     *
     * @param meta    the item, of the workflow
     * @param mirrors where copies go
     * @param nowNs   the time
     * @return the last verdict, with {@link Verdict#DIGEST} if any stage asked for it
     */
    public abstract long run(SegmentMeta meta, Mirrors mirrors, long nowNs);

    /**
     * Runs a stage that could not be copied.
     *
     * @param meta  the item
     * @param nowNs the time
     * @param stage its place
     * @return its verdict
     */
    protected final long call(SegmentMeta meta, long nowNs, int stage) {
        return stages[stage].run(meta, nowNs);
    }

    /**
     * {@return the verdict that an item goes on with after a stage has thrown}
     *
     * @param thrown what
     * @param stage  its place
     */
    protected final long failed(Throwable thrown, int stage) {
        return stages[stage].failed(thrown);
    }
}
