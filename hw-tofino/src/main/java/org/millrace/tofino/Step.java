package org.millrace.tofino;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;

/** A stage in its place in a workflow, with the view that is moved over its state. Owned by: the data-path thread. */
final class Step<M extends SegmentMeta, S extends State> {
    private static final long NO_KEY = Verdict.drop(DropReason.NO_FLOW.code());

    private final Stage<? super M, S> stage;
    private final StateTable table;
    private final S view;

    Step(Stage<? super M, S> stage, StateTable table) {
        this.stage = stage;
        this.table = table;
        view = stage.spec().state().get();
    }

    long run(M meta, long nowNs) {
        return table.place(meta, view) ? stage.process(meta, view, nowNs) : NO_KEY;
    }
}
