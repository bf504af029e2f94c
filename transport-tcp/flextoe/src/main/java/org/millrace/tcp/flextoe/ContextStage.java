package org.millrace.tcp.flextoe;

import java.util.List;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** Context queue (§4.3.1.3 Notify): tells libTOE of new payload and freed buffer; then the answer leaves. */
final class ContextStage implements Stage<FlexMeta, State.None> {
    private static final StageSpec<State.None> SPEC =
        StageSpec.perContext("context", List.of(ContextQueue.class));
    private static final int RECEIVE = Workflow.RX.ordinal();

    private final ContextQueue queue;

    ContextStage(ContextQueue queue) {
        this.queue = queue;
    }

    @Override
    public StageSpec<State.None> spec() {
        return SPEC;
    }

    @Override
    public long process(FlexMeta meta, State.None state, long nowNs) {
        if (meta.workflow() == RECEIVE && (meta.rxBump() | meta.txBump() | meta.hostFlags()) != 0) {
            queue.notify(meta);
        }
        meta.length(0);
        return meta.answer() != 0 ? Verdict.EMIT : Verdict.DONE;
    }
}
