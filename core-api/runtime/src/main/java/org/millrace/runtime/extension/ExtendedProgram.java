package org.millrace.runtime.extension;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** A program with stages of extensions between its own. */
public final class ExtendedProgram<M extends SegmentMeta> extends ProgramDecorator<M> {
    private final List<StageExtension> extensions;
    private final BiConsumer<StageExtension, Throwable> fallible;
    /** Stages as they were inserted: an extension may make a new one each time it is asked. */
    private final Map<Stage<?, ?>, StageExtension> added = new IdentityHashMap<>();

    /**
     * Inserts the stages.
     *
     * @param inner      the program
     * @param extensions in the order in which those at the same point run
     * @param fallible   told of one whose stage has thrown; what this throws is the program's failure
     * @throws IllegalArgumentException if a point is not there or a name is taken
     */
    ExtendedProgram(Program<M> inner, List<StageExtension> extensions, BiConsumer<StageExtension, Throwable> fallible) {
        super(inner);
        this.fallible = fallible;
        this.extensions = extensions;
        extensions.forEach(this::check);
        for (Workflow workflow : Workflow.values()) {
            stages(workflow, insert(workflow, inner.stages(workflow)));
        }
    }

    public List<StageExtension> extensions() {
        return extensions;
    }

    /** {@return the extensions' stages as they were inserted} */
    public List<Stage<?, ?>> added() {
        return List.copyOf(added.keySet());
    }

    /** The item goes on as if there were no such stage. */
    @Override
    public long failed(Stage<?, ?> stage, Throwable thrown) {
        StageExtension extension = added.get(stage);
        if (extension == null) {
            return super.failed(stage, thrown);
        }
        fallible.accept(extension, thrown);
        return Verdict.NEXT;
    }

    private void check(StageExtension extension) {
        StagePoint point = extension.point();
        List<String> there = names(inner.stages(point.workflow()));
        if (there.isEmpty()) {
            throw new IllegalArgumentException("extension " + extension.name() + ": " + name() + " has no stages in "
                + point.workflow());
        }
        if (!point.stage().isEmpty() && !there.contains(point.stage())) {
            throw new IllegalArgumentException("extension " + extension.name() + ": " + name() + " has no stage "
                + point.stage() + " in " + point.workflow() + ", it has " + String.join(", ", there));
        }
        Set<String> taken = new HashSet<>();
        for (Workflow workflow : Workflow.values()) {
            taken.addAll(names(inner.stages(workflow)));
        }
        extensions.stream().filter(other -> other != extension).forEach(other -> taken.add(other.stage().spec().name()));
        String name = extension.stage().spec().name();
        if (taken.contains(name)) {
            throw new IllegalArgumentException("extension " + extension.name() + ": there is a stage " + name + " already");
        }
    }

    private static List<String> names(List<? extends Stage<?, ?>> stages) {
        return stages.stream().map(stage -> stage.spec().name()).toList();
    }

    private List<Stage<? super M, ?>> insert(Workflow workflow, List<Stage<? super M, ?>> own) {
        List<Stage<? super M, ?>> all = new ArrayList<>();
        add(all, StagePoint.first(workflow));
        for (Stage<? super M, ?> stage : own) {
            add(all, StagePoint.before(workflow, stage.spec().name()));
            if (stage == own.getLast()) {
                add(all, StagePoint.last(workflow));
            }
            all.add(stage);
            add(all, StagePoint.after(workflow, stage.spec().name()));
        }
        return all;
    }

    private void add(List<Stage<? super M, ?>> all, StagePoint point) {
        for (StageExtension extension : extensions) {
            if (extension.point().equals(point)) {
                Stage<SegmentMeta, ?> stage = extension.stage();
                added.put(stage, extension);
                all.add(stage);
            }
        }
    }
}
