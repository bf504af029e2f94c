package org.millrace.bluefield;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/**
 * A stage in its place in a workflow. Owned by: the data-path thread.
 *
 * @param stage the stage
 * @param table its state
 * @param view  the view that is moved over it
 */
record Step<M extends SegmentMeta, S extends State>(Stage<M, S> stage, StateTable table, S view) {
    private static final long NO_KEY = Verdict.drop(DropReason.NO_FLOW.code());

    @SuppressWarnings("unchecked") // the pipeline makes items of its program's metadata only
    long run(SegmentMeta meta, long nowNs) {
        return table.place(meta, view) ? stage.process((M) meta, view, nowNs) : NO_KEY;
    }
}
