package org.millrace.code.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Code;
import org.millrace.code.Violation;

/**
 * Checks that a program's stages do what they say, and no more, on their compiled classes. What is refused here could do
 * harm on any machine: write into another stage's state, wait for ever, or make a replica's update be lost.
 *
 * <p>Any thread; one at a time.
 */
public final class ProgramChecker {
    private final Program<?> program;
    private final Code.Library library = new Code.Library();
    private final Map<Stage<?, ?>, Effects> effects = new IdentityHashMap<>();
    private final Set<FitReport.Reason> refused = new LinkedHashSet<>();

    private ProgramChecker(Program<?> program) {
        this.program = program;
    }

    /**
     * Checks a program.
     *
     * @param program the program
     * @return every violation, with class, method and line; empty if there is none
     */
    public static List<FitReport.Reason> check(Program<?> program) {
        return check(program, List.of());
    }

    /**
     * Checks a program into which others have put stages of theirs: of those also what they read and write of the metadata.
     *
     * @param program the program
     * @param added   the stages that are not its own
     * @return every violation, with class, method and line; empty if there is none
     */
    public static List<FitReport.Reason> check(Program<?> program, Collection<? extends Stage<?, ?>> added) {
        ProgramChecker checker = new ProgramChecker(program);
        checker.checkStages();
        if (checker.refused.isEmpty()) {
            checker.checkPlaces(added);
        }
        return List.copyOf(checker.refused);
    }

    /**
     * Finds arithmetic that small processors do not have, on every way that the stages' constants leave open.
     *
     * @param program the program
     * @return each place: class, method and line; its detail is {@link Effects#DIVISION} or {@link Effects#FLOATING_POINT}
     */
    public static List<FitReport.Reason> arithmetic(Program<?> program) {
        ProgramChecker checker = new ProgramChecker(program);
        checker.checkStages();
        List<FitReport.Reason> found = new ArrayList<>();
        checker.effects.forEach((stage, effects) -> effects.arithmetic().forEach((site, operation) ->
            found.add(new FitReport.Reason(stage.spec().name(), site.method(), site.line(), "", operation))));
        return found.stream().distinct().toList();
    }

    private void checkStages() {
        Class<?> meta = program.newMeta().getClass();
        Map<String, List<Stage<?, ?>>> groups = new LinkedHashMap<>();
        for (Workflow workflow : Workflow.values()) {
            for (Stage<?, ?> stage : program.stages(workflow)) {
                if (!effects.containsKey(stage)) {
                    effects.put(stage, EffectsReader.of(stage, meta, library));
                    groups.computeIfAbsent(stage.spec().name(), name -> new ArrayList<>()).add(stage);
                }
            }
        }
        groups.values().forEach(group -> {
            StageChecker checker = new StageChecker(group, group.stream().map(effects::get).toList());
            group.forEach(stage -> checker.check(stage, effects.get(stage)).forEach(fault -> refuse(stage, fault)));
        });
    }

    private void checkPlaces(Collection<? extends Stage<?, ?>> added) {
        for (Workflow workflow : Workflow.values()) {
            PlaceChecker places = new PlaceChecker(program, workflow, library, effects);
            List<? extends Stage<?, ?>> stages = program.stages(workflow);
            for (int i = 0; i < stages.size(); i++) {
                Stage<?, ?> stage = stages.get(i);
                boolean isAdded = added.stream().anyMatch(other -> other == stage);
                places.check(i, isAdded).forEach(fault -> refuse(stage, fault));
            }
        }
    }

    private void refuse(Stage<?, ?> stage, Violation fault) {
        refused.add(new FitReport.Reason(stage.spec().name(), fault.site().method(), fault.site().line(), fault.limit(),
            fault.operation()));
    }
}
