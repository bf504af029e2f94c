package org.millrace.runtime.trace;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Extern;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Workflow;
import org.millrace.runtime.extension.ProgramDecorator;

/** A program with trace points. It has a ring of its own: other loads may run on other threads. */
public final class TracedProgram<M extends SegmentMeta> extends ProgramDecorator<M> {
    private final TraceRing ring;
    private final Map<StageSpec<?>, StageSpec<?>> specs = new IdentityHashMap<>();

    /**
     * Puts the points into a program.
     *
     * @param inner   the program
     * @param request which
     * @throws UnknownPointException if it names a point that is not there
     */
    TracedProgram(Program<M> inner, TraceRequest request) {
        super(inner);
        ring = new TraceRing(inner.name());
        Set<String> unknown = new TreeSet<>(request.points());
        unknown.remove("all");
        List<String> points = new ArrayList<>(List.of("all"));
        for (Workflow workflow : Workflow.values()) {
            points.add(workflow.name());
            unknown.remove(workflow.name());
            List<Stage<? super M, ?>> all = new ArrayList<>();
            for (Stage<? super M, ?> stage : inner.stages(workflow)) {
                String name = stage.spec().name();
                points.add(workflow + "." + name);
                unknown.remove(workflow + "." + name);
                all.add(request.covers(workflow.name(), name) ? traced(stage, workflow) : stage);
            }
            stages(workflow, all);
        }
        if (!unknown.isEmpty()) {
            throw new UnknownPointException(String.join(", ", unknown) + " is no trace point of " + name()
                + "; there are " + String.join(", ", points));
        }
    }

    /** A request names a point that is not there; the message lists those that are. */
    public static final class UnknownPointException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private UnknownPointException(String message) {
            super(message);
        }
    }

    private <S extends State> Stage<M, S> traced(Stage<? super M, S> stage, Workflow workflow) {
        return new TracedStage<>(stage, spec(stage.spec()), ring, ring.point(workflow + "." + stage.spec().name()));
    }

    /** One spec for one spec: stages that share it share their state. */
    @SuppressWarnings("unchecked")
    private <S extends State> StageSpec<S> spec(StageSpec<S> own) {
        return (StageSpec<S>) specs.computeIfAbsent(own, known -> {
            List<Class<? extends Extern>> externs = new ArrayList<>(own.externs());
            externs.add(Recorder.class);
            return own.calling(List.copyOf(externs));
        });
    }

    @Override
    public long failed(Stage<?, ?> stage, Throwable thrown) {
        return inner.failed(stage instanceof TracedStage<?, ?> traced ? traced.stage() : stage, thrown);
    }

    public TraceRing ring() {
        return ring;
    }
}
