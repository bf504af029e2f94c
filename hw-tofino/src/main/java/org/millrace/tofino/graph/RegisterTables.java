package org.millrace.tofino.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.pipeline.StageSpec;
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
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.alu.Selection;
import org.millrace.tofino.graph.Action.Assignment;
import org.millrace.tofino.graph.Case.Condition;

/**
 * The tables of a register: what brings the operands to their two containers, the access, and what depends on the
 * comparators' answers.
 */
final class RegisterTables {
    private static final Input ROW = new Input(Expr.Source.RESULT, "row", -1, 8);

    private final GraphBuilder builder;
    private final StageSpec<?> spec;
    private final RegisterPlan plan;
    private final Map<StageAnalysis, Set<Workflow>> analyses;
    private final Set<String> coded;
    private final Early early;
    private final GraphBuilder.Before before;
    private final List<Way> ways = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    /** A selection where it can be. */
    private record Way(int number, Selection selection, StageAnalysis analysis, Workflow workflow, List<Decision> guard,
                       List<Assignment> direct, List<Map<Input, Path.Write>> later, List<Action.Row> rows) {
    }

    RegisterTables(GraphBuilder builder, StageSpec<?> spec, RegisterPlan plan, Map<StageAnalysis, Set<Workflow>> analyses,
                   Set<String> coded, Early early, GraphBuilder.Before before) {
        this.builder = builder;
        this.spec = spec;
        this.plan = plan;
        this.analyses = analyses;
        this.coded = coded;
        this.early = early;
        this.before = before;
    }

    List<Table> tables() {
        analyses.forEach((analysis, workflows) -> {
            int number = 1; // 0: none of them
            for (Selection s : plan.selections().getOrDefault(analysis.stage(), List.of())) {
                for (Workflow w : workflows(s, workflows)) {
                    ways.add(way(number, s, analysis, w));
                }
                number++;
            }
        });
        Map<Way, List<Expr>> operands = operands();
        Map<List<Object>, Case> cases = new LinkedHashMap<>();
        for (Way way : ways) {
            Action action = action(way, operands.get(way));
            if (isNothing(action)) {
                continue;
            }
            Case one = new Case(EnumSet.of(way.workflow), List.of(Parts.guard(way.guard, early, way.workflow)), action);
            cases.merge(Arrays.asList(action.assignments(), action.register(), way.workflow), one, RegisterTables::either);
        }
        List<Case> all = new ArrayList<>();
        Map<List<Object>, Case> same = new LinkedHashMap<>();
        for (Case c : cases.values()) {
            same.merge(Arrays.asList(c.action().assignments(), c.action().register(), c.guard()), c, RegisterTables::both);
        }
        all.addAll(same.values());
        Set<Workflow> covered = EnumSet.noneOf(Workflow.class);
        ways.forEach(way -> covered.add(way.workflow));
        ways.stream().filter(way -> isNothing(action(way, operands.get(way)))).forEach(way -> covered.remove(way.workflow));
        Case.otherwise(all, covered);
        tables.add(builder.table("", Table.Kind.REGISTER, all));
        later();
        return tables;
    }

    private static boolean isNothing(Action action) {
        return action.register().isEmpty() && action.assignments().isEmpty();
    }

    private static Case either(Case a, Case b) {
        List<List<Condition>> guard = new ArrayList<>(a.guard());
        guard.addAll(b.guard());
        return new Case(a.workflows(), guard, a.action());
    }

    private static Case both(Case a, Case b) {
        Set<Workflow> workflows = EnumSet.copyOf(a.workflows());
        workflows.addAll(b.workflows());
        return new Case(workflows, a.guard(), a.action());
    }

    private static boolean isOfWorkflow(Decision.Test test) {
        Set<String> names = new LinkedHashSet<>();
        test.compare().left().inputs(in -> names.add(in.name()));
        return names.equals(Set.of("workflow"));
    }

    private static Set<Workflow> workflows(Selection s, Set<Workflow> stageWorkflows) {
        Set<Workflow> possible = EnumSet.copyOf(stageWorkflows);
        s.gateways().forEach((test, answer) -> {
            if (isOfWorkflow(test)) {
                possible.removeIf(w -> test.holds(in -> w.ordinal()) != answer);
            }
        });
        return possible;
    }

    private static Expr words(Expr e, RegisterPlan plan) {
        return Exprs.replace(e, leaf -> leaf instanceof Input in && in.source() == Expr.Source.STATE
            ? word(plan.fields().indexOf(in) == 0 ? "old-lo" : "old-hi") : leaf);
    }

    private static Input word(String name) {
        return new Input(Expr.Source.RESULT, name, -1, 32);
    }

    private boolean hasWords(Expr e) {
        boolean[] found = new boolean[1];
        e.inputs(in -> found[0] |= in.source() == Expr.Source.RESULT && in.offset() < 0);
        return found[0];
    }

    private Way way(int number, Selection s, StageAnalysis analysis, Workflow w) {
        List<Decision> guard = new ArrayList<>();
        s.gateways().forEach((test, answer) -> {
            if (!isOfWorkflow(test)) {
                guard.add(new Decision(test.compare(), answer ? test.outcomes() : Compare.ALL & ~test.outcomes(),
                    analysis.testSites().getOrDefault(test, new Site(Code.name(analysis.stage()), 0))));
            }
        });
        List<Selection.Effect> effects = s.effects();
        List<Assignment> direct = new ArrayList<>();
        List<Map<Input, Path.Write>> later = new ArrayList<>();
        List<Action.Row> rows = new ArrayList<>();
        for (int row = 0; row < effects.size(); row++) {
            later.add(new LinkedHashMap<>());
            rows.add(effects.get(row) == null ? null : new Action.Row(new ArrayList<>(), verdict(effects.get(row).verdict())));
        }
        Set<Input> columns = new LinkedHashSet<>();
        effects.stream().filter(e -> e != null).forEach(e -> columns.addAll(e.meta().keySet()));
        for (Input column : columns) {
            List<Expr> values = effects.stream().map(e -> e == null ? null
                : words(e.meta().getOrDefault(column, column), plan)).toList();
            Set<Expr> different = new LinkedHashSet<>(values);
            different.remove(null);
            Expr first = different.iterator().next();
            boolean isCode = coded.contains(column.name())
                && different.stream().allMatch(v -> v instanceof Expr.Const || v.equals(column));
            if (different.size() == 1 && (!hasWords(first) || isOneOperation(first))) {
                direct.add(new Assignment(column, operation(first, w)));
            } else {
                for (int row = 0; row < effects.size(); row++) {
                    if (values.get(row) != null && !values.get(row).equals(column)) {
                        if (isCode) {
                            rows.get(row).assignments().add(new Assignment(column, values.get(row)));
                        } else {
                            later.get(row).put(column, new Path.Write(values.get(row), site(analysis, column)));
                        }
                    }
                }
            }
        }
        return new Way(number, s, analysis, w, guard, direct, later, rows);
    }

    private static Expr verdict(Expr verdict) {
        return Parts.isNext(verdict) ? null : verdict;
    }

    private static Site site(StageAnalysis analysis, Input column) {
        return analysis.meta().containsKey(column) ? analysis.meta().get(column).site()
            : new Site(Code.name(analysis.stage()), 0);
    }

    /** One operation of words and of what can be there before. */
    private boolean isOneOperation(Expr e) {
        return switch (e) {
            case Input in -> true;
            case Expr.Sum s -> s.terms().keySet().stream().filter(this::hasWords).allMatch(t -> t instanceof Input)
                && s.terms().entrySet().stream().filter(t -> hasWords(t.getKey())).allMatch(t -> Math.abs(t.getValue()) == 1)
                && s.terms().keySet().stream().filter(this::hasWords).count() + (isSum(rest(s)) ? 1 : 0) <= 2
                && !(s.terms().values().stream().allMatch(f -> f < 0) && s.constant() == 0);
            case Expr.Operation o -> o.arguments().stream().allMatch(a -> a instanceof Input || a instanceof Expr.Const || !hasWords(a));
            default -> false;
        };
    }

    private static boolean isSum(Expr e) {
        return !e.equals(Exprs.ZERO);
    }

    private Expr rest(Expr.Sum s) {
        java.util.TreeMap<Expr, Integer> terms = new java.util.TreeMap<>(s.terms());
        terms.keySet().removeIf(this::hasWords);
        return Exprs.sum(terms, s.constant());
    }

    private Expr operation(Expr e, Workflow w) {
        if (e instanceof Expr.Sum s && hasWords(s)) {
            Expr rest = rest(s);
            Expr sum = Exprs.subtract(e, rest);
            boolean isNegative = rest instanceof Expr.Sum r && r.terms().values().stream().allMatch(f -> f < 0);
            Expr operand = early.value(isNegative ? Exprs.subtract(Exprs.ZERO, rest) : rest, w).value();
            return isNegative ? Exprs.subtract(sum, operand) : Exprs.add(sum, operand);
        }
        return early.last(e, w).value();
    }

    private Action action(Way way, List<Expr> operands) {
        List<Assignment> assignments = new ArrayList<>(way.direct);
        if (hasLater(way)) {
            assignments.add(new Assignment(wayField(), Exprs.integer(way.number)));
            if (way.rows.size() > 1) {
                assignments.add(new Assignment(rowField(), ROW));
            }
            Set<String> words = new LinkedHashSet<>();
            way.later.forEach(row -> row.values().forEach(write -> write.value().inputs(in -> {
                if (in.source() == Expr.Source.RESULT && in.offset() < 0) {
                    words.add(in.name());
                }
            })));
            words.forEach(name -> assignments.add(new Assignment(temporary(name, 32), word(name))));
        }
        boolean isAccess = way.selection.instruction() >= 0
            || way.rows.stream().anyMatch(r -> r != null && (!r.assignments().isEmpty() || r.verdict() != null));
        Site site = way.analysis.stateSites().isEmpty() ? new Site(Code.name(way.analysis.stage()), 0)
            : way.guard.isEmpty() ? way.analysis.stateSites().values().iterator().next() : way.guard.getLast().site();
        return new Action(assignments, isAccess ? Optional.of(new Action.Access(way.selection.instruction(), operands,
            way.selection.compares(), way.rows)) : Optional.empty(), List.of(), null, site);
    }

    private static boolean hasLater(Way way) {
        return way.later.stream().anyMatch(row -> !row.isEmpty());
    }

    private Input temporary(String name, int bits) {
        return Early.temporary(spec.name() + '.' + name, bits);
    }

    private Input wayField() {
        return temporary("way", 8);
    }

    private Input rowField() {
        return temporary("row", 8);
    }

    private static Decision.Test is(Input field, int value) {
        return new Decision.Test(new Compare(Compare.Domain.SIGNED, field, Exprs.integer(value)), Compare.EQ);
    }

    /** What waits for the comparators' answers: tables that match the predicate and which access it was. */
    private void later() {
        Map<Workflow, Map<Input, Path.Write>> columns = new EnumMap<>(Workflow.class);
        for (Workflow w : Workflow.values()) {
            List<Way> here = ways.stream().filter(way -> way.workflow == w).toList();
            Map<Input, Path.Write> values = new LinkedHashMap<>();
            for (Way way : here) {
                Set<Input> written = new LinkedHashSet<>();
                way.later.forEach(row -> written.addAll(row.keySet()));
                for (Input column : written) {
                    Expr byRow = byRow(way, column);
                    Expr otherwise = values.containsKey(column) ? values.get(column).value() : column;
                    values.put(column, new Path.Write(here.size() == 1 ? byRow
                        : Exprs.choice(is(wayField(), way.number), byRow, otherwise), site(way.analysis, column)));
                }
            }
            if (!values.isEmpty()) {
                columns.put(w, values);
            }
        }
        columns.forEach((w, values) -> {
            StageAnalysis a = new StageAnalysis(ways.getFirst().analysis.stage(), Map.of(), values, List.of(), Expr.NEXT,
                List.of(), Map.of(), Map.of());
            new Parts(a, w, early).of(values.keySet()).forEach(cases -> tables.add(builder.table(
                "post" + builder.nextPart().substring(4), Table.Kind.ACTIONS, cases)));
        });
    }

    private Expr byRow(Way way, Input column) {
        Expr value = null;
        for (int row = way.later.size() - 1; row >= 0; row--) {
            if (way.rows.get(row) != null) {
                Path.Write write = way.later.get(row).get(column);
                Expr here = write == null ? column : Exprs.replace(write.value(), e -> e instanceof Input in
                    && in.source() == Expr.Source.RESULT && in.offset() < 0 ? temporary(in.name(), 32) : e);
                value = value == null ? here : Exprs.choice(is(rowField(), row), here, value);
            }
        }
        return value;
    }

    /** Each operand lies in one container, whoever it comes from. */
    private Map<Way, List<Expr>> operands() {
        Map<Way, List<Expr>> found = new LinkedHashMap<>();
        ways.forEach(way -> found.put(way, new ArrayList<>(List.of(Exprs.ZERO, Exprs.ZERO))));
        for (int slot = 0; slot < 2; slot++) {
            Map<Way, Expr> sources = new LinkedHashMap<>();
            for (Way way : ways) {
                List<Expr> operands = way.selection.operands();
                if (way.selection.instruction() >= 0 && slot < operands.size() && !operands.get(slot).equals(Exprs.ZERO)) {
                    sources.put(way, operands.get(slot));
                }
            }
            Set<Expr> different = new LinkedHashSet<>(sources.values());
            Input container = temporary("operand" + (slot + 1), 32);
            boolean isShared = different.size() <= 1;
            if (!isShared) {
                steer(sources, container);
            }
            for (Map.Entry<Way, Expr> source : sources.entrySet()) {
                found.get(source.getKey()).set(slot, isShared ? early.value(source.getValue(), source.getKey().workflow).value()
                    : container);
            }
        }
        return found;
    }

    private void steer(Map<Way, Expr> sources, Input container) {
        for (Workflow w : Workflow.values()) {
            Map<Way, Expr> here = new LinkedHashMap<>(sources);
            here.keySet().removeIf(way -> way.workflow != w);
            Collection<Expr> different = new LinkedHashSet<>(here.values());
            if (different.size() == 1 && different.iterator().next() instanceof Input field
                && before.alias(field.name(), w, container)) {
                continue;
            }
            Map<Action, List<List<Condition>>> guards = new LinkedHashMap<>();
            here.forEach((way, value) -> guards.computeIfAbsent(new Action(List.of(new Assignment(container,
                early.last(value, w).value())), Optional.empty(), List.of(), null, builder.site()),
                a -> new ArrayList<>()).add(different.size() == 1 ? List.of() : Parts.guard(way.guard, early, w)));
            List<Case> cases = new ArrayList<>();
            guards.forEach((action, guard) -> cases.add(new Case(EnumSet.of(w), guard.contains(List.<Condition>of())
                ? List.of(List.of()) : guard, action)));
            if (!cases.isEmpty()) {
                tables.add(builder.table("steer" + builder.nextPart().substring(4), Table.Kind.ACTIONS, cases));
            }
        }
    }
}
