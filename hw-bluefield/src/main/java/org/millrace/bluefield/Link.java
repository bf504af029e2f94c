package org.millrace.bluefield;

import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.execution.StateTable;
import org.millrace.execution.Step;

/**
 * What a step is in every load of a program. A constant of the written class, and a record, so that its fields are
 * constants to the compiler too: after a cast to a constant class it knows whose {@code process} is meant, and inlines
 * it.
 *
 * @param stage  the stage's class
 * @param view   the view's class
 * @param key    what its table is indexed by
 * @param first  the lowest key
 */
record Link(Class<?> stage, Class<?> view, StageSpec.Key key, int first) {
    private static final long NO_KEY = Verdict.drop(DropReason.NO_FLOW.code());

    static Link of(Step<?, ?> step) {
        StateTable table = step.table();
        return new Link(step.stage().getClass(), step.view().getClass(), table.key(), table.first());
    }

    /** As {@link Step#run}. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // the step is one that this is the link of
    long run(Step<?, ?> own, SegmentMeta meta, long nowNs) {
        State state = (State) view.cast(own.view());
        if (key != StageSpec.Key.NONE) {
            StateTable table = own.table();
            int index = (key == StageSpec.Key.CONTEXT ? meta.context() : meta.flow()) - first;
            if (Integer.compareUnsigned(index, table.keys()) >= 0) {
                return NO_KEY;
            }
            ViewCursor.move(state, index * table.stride() + table.offset());
        }
        try {
            return ((Stage) stage.cast(own.stage())).process(meta, state, nowNs);
        } catch (RuntimeException | Error thrown) {
            return own.failed(thrown);
        }
    }
}
