package org.millrace.execution;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;

/**
 * A stage in its place in a workflow. Owned by: the data-path thread.
 *
 * @param stage the stage
 * @param table its state
 * @param view  the view that is moved over it, and over nothing else: storing the array again for each item would cost
 *              more than most stages, by what the garbage collector does at such a store
 * @param program whose stage it is
 * @param <M>   the stage's metadata
 * @param <S>   its state
 */
public record Step<M extends SegmentMeta, S extends State>(Stage<M, S> stage, StateTable table, S view,
                                                                  Program<?> program) {
    private static final long NO_KEY = Verdict.drop(DropReason.NO_FLOW.code());

    /** Places the view. */
    public Step {
        ViewCursor.move(view, table.words(), 0);
    }

    /**
     * {@return the stage's verdict on an item; a drop if the item has no key of its state}
     *
     * @param meta  the item
     * @param nowNs the time
     */
    @SuppressWarnings("unchecked") // a pipeline makes items of its program's metadata only
    public long run(SegmentMeta meta, long nowNs) {
        try {
            return table.move(meta, view) ? stage.process((M) meta, view, nowNs) : NO_KEY;
        } catch (RuntimeException | Error thrown) {
            return failed(thrown);
        }
    }

    /**
     * {@return the verdict that an item goes on with after the stage has thrown}
     *
     * @param thrown what
     */
    public long failed(Throwable thrown) {
        return program.failed(stage, thrown);
    }
}
