package org.millrace.runtime.extension;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Workflow;

/** A program with other stages than it was made with; all the rest is the inner one's. */
public abstract class ProgramDecorator<M extends SegmentMeta> implements Program<M> {
    public final Program<M> inner;
    private final Map<Workflow, List<Stage<? super M, ?>>> stages = new EnumMap<>(Workflow.class);

    public ProgramDecorator(Program<M> inner) {
        this.inner = inner;
    }

    /** Sets the stages of a workflow; once for each, before anybody asks. */
    public final void stages(Workflow workflow, List<Stage<? super M, ?>> all) {
        stages.put(workflow, List.copyOf(all));
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public M newMeta() {
        return inner.newMeta();
    }

    @Override
    public List<Stage<? super M, ?>> stages(Workflow workflow) {
        return stages.get(workflow);
    }

    @Override
    public HeaderCodec<M> codec() {
        return inner.codec();
    }

    @Override
    public FlowScheduler scheduler() {
        return inner.scheduler();
    }

    @Override
    public List<MirrorSession> mirrors() {
        return inner.mirrors();
    }

    @Override
    public long failed(Stage<?, ?> stage, Throwable thrown) {
        return inner.failed(stage, thrown);
    }

    @Override
    public void loaded(StateTables states) {
        inner.loaded(states);
    }
}
