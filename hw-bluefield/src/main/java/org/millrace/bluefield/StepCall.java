package org.millrace.bluefield;

import java.util.Map;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.code.fuse.StageCall;
import org.millrace.code.fuse.StagePlace;
import org.millrace.execution.StateTable;
import org.millrace.execution.Step;

/**
 * A step as the fuser knows it. Owned by: the data-path thread.
 *
 * @param step the step
 */
record StepCall(Step<?, ?> step) implements StageCall {
    static StagePlace place(Step<?, ?> step) {
        return place(step.stage(), step.view().getClass(), step.table(), new StepCall(step));
    }

    /** {@return where a stage will be when it is loaded} */
    static StagePlace planned(Stage<?, ?> stage, Map<String, StateTable> tables) {
        return place(stage, stage.spec().state().get().getClass(), tables.get(stage.spec().name()), null);
    }

    private static StagePlace place(Stage<?, ?> stage, Class<? extends State> view, StateTable table, StepCall call) {
        return new StagePlace(stage, view, table.key(), table.words(), table.first(), table.keys(), table.stride(), table.offset(),
            call);
    }

    @Override
    public long run(SegmentMeta meta, long nowNs) {
        return step.run(meta, nowNs);
    }

    @Override
    public long failed(Throwable thrown) {
        return step.failed(thrown);
    }
}
