package org.millrace.bluefield;

import org.millrace.api.pipeline.SegmentMeta;
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
        StateTable table = step.table();
        return new StagePlace(step.stage(), step.view().getClass(), table.key(), table.words(), table.first(), table.keys(),
            table.stride(), table.offset(), new StepCall(step));
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
