package org.millrace.tofino.graph;

import java.util.ArrayList;
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
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.graph.Action.Assignment;

/**
 * Makes a stage's tables: what must be computed before (operands and conditions that are no plain fields), the table with
 * the register or data, what gateways choose, what follows when the comparators' answers are known, and calls.
 *
 * <p>DESIGN NOTES. The stage is taken apart: what a segment's workflow writes under the same conditions is one table, and
 * tables of one stage see the fields as the stage found them. What is computed before, into temporaries, harms nobody: the
 * physical stage's always-run action does it for all tables. What stands the same in several workflows is one table.
 */
public final class GraphBuilder {
    /** What the tables that are placed already tell of fields, and do for others. */
    public interface Before {
        /** {@return the first physical stage that can read a field}
         * @param field    its name
         * @param workflow in which workflow */
        int arrival(String field, Workflow workflow);

        /** Has whoever writes a field write another with it.
         * @param field    the field's name
         * @param workflow in which workflow
         * @param copy     the other
         * @return whether anybody does */
        boolean alias(String field, Workflow workflow, Input copy);

        /** {@return whether a later stage writes a field}
         * @param field    its name
         * @param workflow in which workflow
         * @param order    the stage's number */
        boolean isOverwritten(String field, Workflow workflow, int order);
    }

    private final StageSpec<?> spec;
    private final int order;
    private final boolean isIngress;
    private final Map<StageAnalysis, Set<Workflow>> analyses;
    private final RegisterPlan plan;
    private final Before before;
    private final Set<String> coded;
    private final Early early;
    private final List<Table> tables = new ArrayList<>();
    private int parts;

    /**
     * A stage to make tables of.
     *
     * @param spec      what the stage is
     * @param order     its number in the program's order
     * @param isIngress whether in the ingress thread
     * @param analyses  its classes, and where each runs; nothing refused
     * @param plan      its register's plan, or null if it has none
     * @param coded     fields that are only tested, so that any code stands for a constant
     * @param before    the tables placed already
     */
    public GraphBuilder(StageSpec<?> spec, int order, boolean isIngress, Map<StageAnalysis, Set<Workflow>> analyses,
                        RegisterPlan plan, Set<String> coded, Before before) {
        this.spec = spec;
        this.order = order;
        this.isIngress = isIngress;
        this.plan = plan;
        this.coded = coded;
        this.before = before;
        this.analyses = new LinkedHashMap<>();
        boolean isData = plan == null;
        analyses.forEach((a, workflows) -> this.analyses.put(a.map(e -> inFields(e, isData)), workflows));
        early = new Early(spec.name(), before::arrival);
    }

    /** What an extern answers is a field; so is what a table's data say. A source of pushed items answers yes. */
    private Expr inFields(Expr e, boolean isData) {
        return Exprs.replace(e, leaf -> leaf instanceof Input in ? switch (in.source()) {
            case RESULT -> in.offset() < 0 ? in : in.name().contains(".push#") ? Exprs.integer(1)
                : in.name().contains(".reserve#") ? Exprs.ZERO : result(in);
            case STATE -> isData ? Early.temporary(spec.name() + '.' + in.name(), in.bits()) : in;
            default -> in;
        } : leaf);
    }

    private static Input result(Input in) {
        return Early.temporary(in.name(), 32);
    }

    /** {@return its tables, in order} */
    public List<Table> tables() {
        Map<StageAnalysis, Map<Workflow, StageAnalysis>> byWorkflow = new LinkedHashMap<>();
        analyses.forEach((a, workflows) -> {
            Map<Workflow, StageAnalysis> each = new EnumMap<>(Workflow.class);
            workflows.forEach(w -> each.put(w, a.given("workflow", w.ordinal())));
            byWorkflow.put(a, each);
        });
        byWorkflow.values().forEach(each -> each.forEach((w, a) -> calls(a, w)));
        if (plan != null) {
            new RegisterTables(this, spec, plan, analyses, coded, early, before).tables().forEach(tables::add);
        } else {
            data(byWorkflow);
        }
        byWorkflow.values().forEach(each -> each.forEach(this::stateless));
        List<Table> all = new ArrayList<>();
        early.instructions().forEach(i -> all.add(always(i.target(), i.value(), i.workflows())));
        all.addAll(merged());
        return all;
    }

    private Table always(Input target, Expr value, Set<Workflow> workflows) {
        return new Table(spec.name(), target.name().substring(spec.name().length() + 2), Table.Kind.ALWAYS, isIngress,
            order, "", List.of(new Case(workflows, List.of(List.of()), new Action(List.of(new Assignment(target, value)),
                Optional.empty(), List.of(), null, site()))));
    }

    /** {@return where the stage writes first} */
    Site site() {
        return analyses.keySet().stream().flatMap(a -> a.meta().values().stream()).map(Path.Write::site).findFirst()
            .or(() -> analyses.keySet().stream().flatMap(a -> a.stateSites().values().stream()).findFirst())
            .orElse(new Site(spec.name(), 0));
    }

    Table table(String name, Table.Kind kind, List<Case> cases) {
        boolean isIndexed = kind == Table.Kind.REGISTER || kind == Table.Kind.DATA;
        return new Table(spec.name(), name, kind, isIngress, order, isIndexed ? key() : "", cases);
    }

    String nextPart() {
        return "part" + ++parts;
    }

    private String key() {
        return spec.key() == StageSpec.Key.CONTEXT ? "context" : "flow";
    }

    /** What depends on no register; of a table with data, what its action does not do itself. */
    private void stateless(Workflow w, StageAnalysis a) {
        List<Input> columns = new ArrayList<>();
        a.meta().forEach((field, write) -> {
            if (Exprs.isStateFree(write.value()) && !isOfData(write.value(), w)) {
                columns.add(field);
            }
        });
        if (!Parts.isNext(a.verdict()) && Exprs.isStateFree(a.verdict())) {
            columns.add(StageAnalysis.VERDICT);
        }
        new Parts(a, w, early).of(columns).forEach(cases -> tables.add(table(nextPart(), Table.Kind.ACTIONS, cases)));
    }

    /** Tables that do the same in different workflows are one. */
    private List<Table> merged() {
        Map<Object, Table> different = new LinkedHashMap<>();
        for (Table t : tables) {
            Object key = List.of(t.kind(), t.cases().stream().map(c -> java.util.Arrays.asList(c.guard(),
                c.action().assignments(), c.action().register(), c.action().calls(), c.action().verdict())).toList());
            different.merge(key, t, (one, other) -> one.with(union(one.cases(), other.cases())));
        }
        return List.copyOf(different.values());
    }

    private static List<Case> union(List<Case> a, List<Case> b) {
        List<Case> both = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            Set<Workflow> workflows = EnumSet.copyOf(a.get(i).workflows());
            workflows.addAll(b.get(i).workflows());
            both.add(new Case(workflows, a.get(i).guard(), a.get(i).action()));
        }
        return both;
    }

    private String dataName(Expr e) {
        return e instanceof Input in && in.name().startsWith('$' + spec.name() + '.') ? in.name() : null;
    }

    private boolean isData(Expr e) {
        boolean[] found = new boolean[1];
        e.inputs(in -> found[0] |= plan == null && dataName(in) != null);
        return found[0];
    }

    /** Whether the action that has the data can do it: it moves them, or adds a field that is there. */
    private boolean isOfData(Expr value, Workflow w) {
        return isData(value) && (value instanceof Input || value instanceof Expr.Sum s && s.terms().size() == 2
            && s.constant() == 0 && s.terms().values().stream().allMatch(f -> f == 1)
            && s.terms().keySet().stream().allMatch(t -> t instanceof Input)
            && s.terms().keySet().stream().filter(this::isData).count() == 1);
    }

    /** Data written by the control plane, addressed by key: a table a word of action data. */
    private void data(Map<StageAnalysis, Map<Workflow, StageAnalysis>> byWorkflow) {
        Set<Input> fields = new LinkedHashSet<>();
        analyses.keySet().forEach(a -> fields.addAll(a.stateSites().keySet()));
        Map<Input, Input> names = new LinkedHashMap<>();
        fields.forEach(f -> names.put(Early.temporary(spec.name() + '.' + f.name(), f.bits()), f));
        fields.stream().map(f -> f.offset() / 16).distinct().sorted().forEach(word -> {
            byWorkflow.values().forEach(each -> each.forEach((w, a) -> {
                Set<Input> loaded = new LinkedHashSet<>();
                List<Assignment> assignments = new ArrayList<>();
                a.meta().forEach((field, write) -> {
                    Expr value = write.value();
                    if (isOfData(value, w)) {
                        if (wordOf(value, names) == word) {
                            assignments.add(new Assignment(field, Exprs.replace(value,
                                e -> names.containsKey(e) ? names.get(e) : e)));
                        }
                    } else {
                        value.inputs(in -> load(in, word, names, loaded));
                    }
                });
                a.verdict().inputs(in -> load(in, word, names, loaded));
                a.calls().forEach(c -> {
                    c.guard().inputs(in -> load(in, word, names, loaded));
                    c.arguments().forEach(e -> e.inputs(in -> load(in, word, names, loaded)));
                });
                loaded.forEach(in -> assignments.add(new Assignment(in, names.get(in))));
                if (!assignments.isEmpty()) {
                    tables.add(table("data" + word, Table.Kind.DATA, List.of(new Case(EnumSet.of(w), List.of(List.of()),
                        new Action(assignments, Optional.empty(), List.of(), null,
                            a.stateSites().values().iterator().next())))));
                }
            }));
        });
        mergeData();
    }

    /** One memory serves all workflows. */
    private void mergeData() {
        Map<String, Table> byName = new LinkedHashMap<>();
        for (Table t : List.copyOf(tables)) {
            if (t.kind() == Table.Kind.DATA) {
                tables.remove(t);
                byName.merge(t.name(), t, (a, b) -> a.with(joined(a.cases(), b.cases())));
            }
        }
        tables.addAll(byName.values());
    }

    private static List<Case> joined(List<Case> a, List<Case> b) {
        List<Case> all = new ArrayList<>(a);
        for (Case c : b) {
            int same = -1;
            for (int i = 0; i < all.size(); i++) {
                same = all.get(i).action().assignments().equals(c.action().assignments()) ? i : same;
            }
            if (same < 0) {
                all.add(c);
            } else {
                all.set(same, union(List.of(all.get(same)), List.of(c)).getFirst());
            }
        }
        return all;
    }

    private int wordOf(Expr value, Map<Input, Input> names) {
        int[] word = new int[1];
        value.inputs(in -> word[0] = names.containsKey(in) ? names.get(in).offset() / 16 : word[0]);
        return word[0];
    }

    private static void load(Input in, int word, Map<Input, Input> names, Set<Input> loaded) {
        if (names.containsKey(in) && names.get(in).offset() / 16 == word) {
            loaded.add(in);
        }
    }

    /** A call is a table of its own; what it is told and is no plain field is computed before. */
    private void calls(StageAnalysis a, Workflow w) {
        for (Path.Call call : a.calls()) {
            ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
            if (model.kind() == ExternModel.Kind.PARSED) {
                continue;
            }
            StageAnalysis guarded = call(a, call);
            List<Input> columns = new ArrayList<>(guarded.meta().keySet());
            List<Expr> arguments = new ArrayList<>();
            for (int i = 0; i < call.arguments().size(); i++) {
                Input argument = argument(call, i);
                arguments.add(call.arguments().get(i) instanceof Expr.Choice ? argument
                    : early.value(call.arguments().get(i), w).value());
            }
            new Parts(guarded, w, early).of(columns).forEach(cases -> tables.add(table(nextPart(), Table.Kind.ACTIONS, cases)));
            boolean isMessage = model.kind() == ExternModel.Kind.CHANNEL || model.kind() == ExternModel.Kind.SEND;
            Input result = call.result() == null || isMessage ? null : result(call.result());
            Action action = new Action(List.of(), Optional.empty(), List.of(new Action.Call(call.extern(), call.method(),
                arguments, result, isMessage
                    && model.reads().stream().noneMatch(f -> before.isOverwritten(f, w, order)))), null, call.site());
            List<List<Case.Condition>> guard = new ArrayList<>();
            StageAnalysis asVerdict = new StageAnalysis(a.stage(), Map.of(), Map.of(), List.of(), call.guard(), List.of(),
                Map.of(), a.testSites());
            for (Path path : asVerdict.paths(List.of(StageAnalysis.VERDICT), 256)) {
                if (!path.verdict().equals(Exprs.ZERO)) {
                    guard.add(Parts.guard(path.decisions(), early, w));
                }
            }
            tables.add(table(call.method() + nextPart().substring(4), model.kind() == ExternModel.Kind.TABLE ? Table.Kind.LOOKUP
                : Table.Kind.EXTERN, List.of(new Case(EnumSet.of(w), guard, action))));
        }
    }

    private Input argument(Path.Call call, int i) {
        return Early.temporary(spec.name() + '.' + call.method() + i, 32);
    }

    /** Arguments that are chosen, as fields. */
    private StageAnalysis call(StageAnalysis a, Path.Call call) {
        Map<Input, Path.Write> chosen = new LinkedHashMap<>();
        for (int i = 0; i < call.arguments().size(); i++) {
            if (call.arguments().get(i) instanceof Expr.Choice choice) {
                chosen.put(argument(call, i), new Path.Write(choice, call.site()));
            }
        }
        return new StageAnalysis(a.stage(), Map.of(), chosen, List.of(), Expr.NEXT, List.of(), Map.of(), a.testSites());
    }
}
