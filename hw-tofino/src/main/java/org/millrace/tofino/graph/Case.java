package org.millrace.tofino.graph;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;

/**
 * A guarded action. Of a table's cases in one workflow the first that applies is taken.
 *
 * @param workflows in which it may apply
 * @param guard     alternatives, each a conjunction; no conjunct: always
 * @param action    what is done
 */
public record Case(Set<Workflow> workflows, List<List<Condition>> guard, Action action) {
    /**
     * A test with the answer that it must give.
     *
     * @param test   of fields and constants alone
     * @param answer the answer
     */
    public record Condition(Decision.Test test, boolean answer) {
    }

    /** {@return whether it applies to an item of one of its workflows}
     * @param env the fields */
    public boolean applies(Expr.Env env) {
        for (List<Condition> conjunction : guard) {
            boolean holds = true;
            for (Condition c : conjunction) {
                holds = holds && c.test().holds(env) == c.answer();
            }
            if (holds) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether it applies whatever the fields} */
    public boolean isUnconditional() {
        return guard.stream().anyMatch(List::isEmpty);
    }

    /**
     * Makes the case with most alternatives what remains, and the last, where the cases leave nothing open.
     *
     * @param cases   of a table; changed
     * @param covered workflows in which one of them always applies
     */
    static void otherwise(List<Case> cases, Set<Workflow> covered) {
        Set<Workflow> left = covered.isEmpty() ? Set.of() : EnumSet.copyOf(covered);
        while (true) {
            Case longest = null;
            for (Case c : cases) {
                if (!c.isUnconditional() && left.containsAll(c.workflows())
                    && (longest == null || c.guard().size() > longest.guard().size())) {
                    longest = c;
                }
            }
            if (longest == null) {
                return;
            }
            left.removeAll(longest.workflows());
            cases.remove(longest);
            cases.add(new Case(longest.workflows(), List.of(List.of()), longest.action()));
        }
    }
}
