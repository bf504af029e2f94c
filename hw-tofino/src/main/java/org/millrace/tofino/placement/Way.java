package org.millrace.tofino.placement;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Path;

/**
 * One way through a stage.
 *
 * @param answers   to its tests
 * @param workflows in which it can be taken
 * @param values    of the columns there
 */
record Way(Map<Decision.Test, Boolean> answers, Set<Workflow> workflows, Map<String, Object> values) {
    /** {@return a way whose columns are still to be filled} */
    static Way of(Map<Decision.Test, Boolean> answers, Set<Workflow> stageWorkflows) {
        Set<Workflow> possible = EnumSet.copyOf(stageWorkflows);
        answers.forEach((test, answer) -> {
            if (Part.fields(test.compare().left()).equals(Set.of("workflow"))) {
                possible.removeIf(w -> test.holds(in -> w.ordinal()) != answer);
            }
        });
        return new Way(answers, possible, new LinkedHashMap<>());
    }

    static Way of(Path path, Set<Workflow> stageWorkflows) {
        Map<Decision.Test, Boolean> answers = new LinkedHashMap<>();
        path.decisions().forEach(d -> answers.put(d.test(), d.isTest()));
        return of(answers, stageWorkflows);
    }

    /** {@return the value of a column if it is an expression to compute, else null} */
    Expr computed(String column) {
        return !column.equals(Part.VERDICT) && values.get(column) instanceof Expr e ? e : null;
    }
}
