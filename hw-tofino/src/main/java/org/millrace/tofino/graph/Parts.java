package org.millrace.tofino.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.graph.Action.Assignment;
import org.millrace.tofino.graph.Case.Condition;

/**
 * The fields that a stage writes in one workflow, as tables: those that are there at the same time and whose conditions
 * contain each other's are one, as an author would who works out the case once, if that makes fewer actions.
 */
final class Parts {
    private static final int MAX_PATHS = 256;

    private final StageAnalysis analysis;
    private final Workflow workflow;
    private final Early early;

    /** Columns that are one table. */
    private record Part(Set<Input> columns, Set<Decision.Test> tests, int actions, int ready) {
    }

    Parts(StageAnalysis analysis, Workflow workflow, Early early) {
        this.analysis = analysis;
        this.workflow = workflow;
        this.early = early;
    }

    /** {@return the cases of each table}
     * @param columns fields written, and the verdict */
    List<List<Case>> of(Collection<Input> columns) {
        List<Part> parts = new ArrayList<>();
        columns.forEach(c -> parts.add(part(Set.of(c))));
        for (int i = 0; i < parts.size(); i++) {
            for (int j = i + 1; j < parts.size(); j++) {
                Part both = joined(parts.get(i), parts.get(j));
                if (both != null) {
                    parts.set(i, both);
                    parts.remove(j);
                    j = i; // what could not join one may join both
                }
            }
        }
        return parts.stream().map(p -> cases(p.columns)).filter(c -> !c.isEmpty()).toList();
    }

    private Part part(Set<Input> columns) {
        Set<Decision.Test> tests = new LinkedHashSet<>();
        int ready = 0;
        for (Input column : columns) {
            Expr value = analysis.value(column);
            tests.addAll(Exprs.tests(value));
            for (Expr leaf : Exprs.leaves(value)) {
                ready = Math.max(ready, leaf.equals(column) ? 0 : early.last(leaf, workflow).ready());
            }
        }
        for (Decision.Test test : tests) {
            ready = Math.max(ready, early.tested(test, workflow).ready());
        }
        return new Part(columns, tests, actions(columns), ready);
    }

    private int actions(Set<Input> columns) {
        Set<Object> different = new HashSet<>();
        for (Path path : analysis.paths(columns, MAX_PATHS)) {
            different.add(List.of(path.meta(), path.verdict()));
        }
        return different.size();
    }

    private Part joined(Part a, Part b) {
        boolean isWithin = a.tests.containsAll(b.tests) || b.tests.containsAll(a.tests);
        if (!isWithin || a.tests.isEmpty() != b.tests.isEmpty() || a.ready != b.ready) {
            return null;
        }
        Set<Input> both = new LinkedHashSet<>(a.columns);
        both.addAll(b.columns);
        Part joined = part(both);
        return joined.actions == 0 || joined.actions >= a.actions + b.actions ? null : joined;
    }

    private List<Case> cases(Set<Input> columns) {
        Map<List<Object>, List<List<Condition>>> guards = new LinkedHashMap<>();
        Map<List<Object>, Action> actions = new LinkedHashMap<>();
        boolean isCovered = true;
        for (Path path : analysis.paths(columns, MAX_PATHS)) {
            Action action = action(path, columns.contains(StageAnalysis.VERDICT));
            isCovered &= !action.assignments().isEmpty() || action.verdict() != null;
            if (!action.assignments().isEmpty() || action.verdict() != null) {
                List<Object> key = java.util.Arrays.asList(action.assignments(), action.verdict());
                guards.computeIfAbsent(key, k -> new ArrayList<>()).add(guard(path.decisions(), early, workflow));
                actions.putIfAbsent(key, action);
            }
        }
        List<Case> cases = new ArrayList<>();
        actions.forEach((key, action) -> cases.add(new Case(EnumSet.of(workflow), guards.get(key), action)));
        if (isCovered && cases.size() > 1) {
            Case.otherwise(cases, EnumSet.of(workflow));
        }
        return cases;
    }

    static List<Condition> guard(List<Decision> decisions, Early early, Workflow workflow) {
        Set<Expr> known = new HashSet<>(); // what is one constant is no other
        decisions.stream().filter(d -> d.isTest() && isOfConstant(d.test())).forEach(d -> known.add(d.compare().left()));
        return decisions.stream().filter(d -> d.isTest() || !isOfConstant(d.test()) || !known.contains(d.compare().left()))
            .map(d -> new Condition(early.tested(d.test(), workflow).test(), d.isTest())).toList();
    }

    private static boolean isOfConstant(Decision.Test test) {
        return test.outcomes() == Compare.EQ && test.compare().right() instanceof Expr.Const && Early.isField(test.compare().left());
    }

    private Action action(Path path, boolean hasVerdict) {
        List<Assignment> assignments = new ArrayList<>();
        Site site = path.decisions().isEmpty() ? new Site(Code.name(analysis.stage()) + ".process", 0)
            : path.decisions().getLast().site();
        for (Map.Entry<Input, Path.Write> write : path.meta().entrySet()) {
            assignments.add(new Assignment(write.getKey(), early.last(write.getValue().value(), workflow).value()));
            site = write.getValue().site();
        }
        Expr verdict = hasVerdict && !isNext(path.verdict()) ? early.last(path.verdict(), workflow).value() : null;
        return new Action(assignments, Optional.empty(), List.of(), verdict, site);
    }

    static boolean isNext(Expr verdict) {
        return verdict instanceof Expr.Const c && c.value() == 0;
    }
}
