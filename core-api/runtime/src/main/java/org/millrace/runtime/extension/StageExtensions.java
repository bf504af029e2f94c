package org.millrace.runtime.extension;

import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageExtension;

/**
 * All stage extensions of a data path, as what a program goes through before it is admitted.
 *
 * @param all      in the order in which those at the same point run
 * @param fallible told of one whose stage has thrown; what this throws is the program's failure
 */
public record StageExtensions(List<StageExtension> all, BiConsumer<StageExtension, Throwable> fallible) implements ProgramExtension {
    /** Puts them in order. */
    public StageExtensions {
        all = all.stream().sorted(Comparator.comparingInt((StageExtension extension) ->
            ExtensionLife.priority(extension)).thenComparing(StageExtension::name)).toList();
    }

    /** Extensions whose failure is the program's. */
    public StageExtensions(List<StageExtension> all) {
        this(all, (extension, thrown) -> {
            throw new IllegalStateException("extension " + extension.name() + " has thrown " + thrown, thrown);
        });
    }

    @Override
    public String name() {
        return String.join(", ", all.stream().map(StageExtension::name).toList());
    }

    @Override
    public <M extends SegmentMeta> Program<M> extend(Program<M> program) {
        return all.isEmpty() ? program : new ExtendedProgram<>(program, all, fallible);
    }
}
