package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Action.Assignment;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.graph.Table;

/**
 * The placed tables of one control: what it declares, and what it applies, physical stage by physical stage.
 *
 * <p>DESIGN NOTES. P4 runs one statement after the other, a physical stage runs all tables on the fields as they entered it. So where
 * a table is written behind one that writes what it reads, the field is kept as it was before the stage; the order of the graph makes
 * that rare. A table that must not run for an item that an earlier stage has ended is gated by the number of that stage.
 */
final class Pipe {
    /** Nothing has ended the item. */
    static final int RUNNING = 255;
    private static final Set<Workflow> ALL = EnumSet.allOf(Workflow.class);
    private final Target target;
    private final Registers registers;
    private final List<String> refused;
    private final Declared scope;
    private final Text declared;
    private final MatchTables matches;
    private final HostCalls calls;
    private final Text applied = new Text();
    private final Set<String> kept = new TreeSet<>();
    private final Set<String> declaredRegisters = new TreeSet<>();
    private final Map<String, Map<Expr.Input, List<Long>>> later = new LinkedHashMap<>();

    /** @param refused what cannot be written is added */
    Pipe(Target target, Registers registers, int flows, List<String> refused) {
        this.target = target;
        this.registers = registers;
        this.refused = refused;
        scope = new Declared(target);
        declared = scope.text();
        matches = new MatchTables(scope, flows);
        calls = new HostCalls(scope);
    }

    String declarations() {
        return declared.toString();
    }

    String statements() {
        return applied.toString();
    }

    /** {@return fields that the metadata must have beside the graph's} */
    Set<Expr.Input> temporaries() {
        return scope.temporaries();
    }

    /** {@return fields that are kept as they were before a physical stage} */
    Set<String> kept() {
        return kept;
    }

    /** {@return what is called beside the pipe} */
    HostCalls calls() {
        return calls;
    }

    List<Manifest.Entry> tables() {
        return matches.entries();
    }

    void add(List<Graph.Placed> placed) {
        Map<Integer, List<Table>> stages = new TreeMap<>();
        placed.forEach(p -> stages.computeIfAbsent(p.at(), at -> new ArrayList<>()).add(p.table()));
        stages.forEach(this::stage);
    }

    private void stage(int at, List<Table> here) {
        applied.gap().line("// Physical stage " + at);
        Map<Table, Set<String>> stale = new LinkedHashMap<>();
        Set<String> before = new TreeSet<>();
        for (int i = 0; i < here.size(); i++) {
            Set<String> changed = new TreeSet<>();
            for (Table earlier : here.subList(0, i)) {
                changed.addAll(changed(earlier, here.get(i)));
            }
            stale.put(here.get(i), changed);
            before.addAll(changed);
        }
        before.forEach(name -> applied.line("md.was_" + Names.of(name) + " = md." + Names.of(name) + ";"));
        kept.addAll(before);
        here.forEach(table -> {
            try {
                table(table, stale.get(table));
            } catch (Expressions.Unwritable e) {
                refused.add(table.stage() + ", " + table.site() + ": " + e.getMessage());
            }
        });
    }

    /** Fields that a table reads and an earlier one writes, in a workflow that both serve. */
    private static Set<String> changed(Table earlier, Table later) {
        Set<String> changed = new TreeSet<>();
        for (Workflow w : later.workflows()) {
            if (earlier.workflows().contains(w)) {
                Access reads = Access.of(later, w);
                Set<String> both = new TreeSet<>(reads.matches());
                both.addAll(reads.reads());
                both.retainAll(Access.of(earlier, w).writes());
                changed.addAll(both);
            }
        }
        return changed;
    }

    private void table(Table table, Set<String> stale) {
        Expressions expressions = new Expressions(target, Map.of(), stale);
        boolean gated = table.workflows().stream().anyMatch(w -> Access.of(table, w).isGated());
        Text inner = new Text();
        switch (table.kind()) {
            case LOOKUP -> matches.lookup(table, expressions, inner);
            case DATA -> matches.data(table, expressions, inner);
            case EXTERN -> cases(table, expressions, inner, c -> calls.call(table, c, expressions));
            default -> cases(table, expressions, inner, c -> action(table, c, stale));
        }
        applied.line("// " + table + ": " + table.site());
        if (gated) {
            applied.line("if (md.pass_ended >= " + table.order() + ") {").block(inner.toString()).line("}");
        } else {
            applied.block(inner.toString());
        }
    }

    /** What a case does, as a statement. */
    interface Done {
        String of(Case one);
    }

    static void cases(Table table, Expressions expressions, Text text, Done done) {
        boolean first = true;
        Set<Workflow> settled = EnumSet.noneOf(Workflow.class);
        for (Case one : table.cases()) {
            Set<Workflow> open = EnumSet.copyOf(one.workflows());
            open.removeAll(settled);
            if (open.isEmpty()) {
                continue;
            }
            String condition = both(workflows(open), expressions.guard(one.guard()));
            String statement = done.of(one);
            if (condition.isEmpty()) {
                text.line(first ? "{" : "} else {");
            } else {
                text.line((first ? "if (" : "} else if (") + condition + ") {");
            }
            statement.lines().forEach(text::line);
            first = false;
            if (one.isUnconditional()) {
                settled.addAll(one.workflows());
            }
        }
        if (!first) {
            text.line("}");
        }
    }

    private static String both(String a, String b) {
        return a.isEmpty() ? b : b.isEmpty() ? a : a + " && (" + b + ")";
    }

    static String workflows(Set<Workflow> workflows) {
        if (workflows.containsAll(ALL)) {
            return "";
        }
        List<String> each = workflows.stream().map(w -> "md.workflow == " + w).toList();
        return each.size() == 1 ? each.getFirst() : "(" + String.join(" || ", each) + ")";
    }

    /** Declares a case's action; @return the statements that run it and what its register's answers say. */
    private String action(Table table, Case one, Set<String> stale) {
        Action action = one.action();
        String name = scope.unique(Names.of(table.toString()));
        Text body = new Text();
        Map<Expr.Input, List<Long>> codes = Registers.codes(table.stage(), action.register());
        scope.temporaries().addAll(codes.keySet().stream().filter(f -> f.offset() < 0).toList());
        Map<String, Expressions.Word> words = Map.of();
        if (action.register().isPresent()) {
            if (declaredRegisters.add(table.stage())) {
                registers.declare(table.stage(), declared);
            }
            words = target == Target.T2NA ? execute(table, name, action, codes, stale, body) : access(table, action, stale, body);
        }
        assignments(action.assignments(), new Expressions(target, words, stale), body);
        if (target == Target.V1MODEL) {
            codes.forEach((field, values) -> byRow(field, values, body));
            writeBack(table, action, body);
        }
        verdict(table.order(), action.verdict(), body);
        declared.line("// " + action.site()).line("action " + name + "() {").block(body.toString()).line("}").gap();
        Text statements = new Text().line(name + "();");
        later(table, name, statements);
        codes.entrySet().stream().filter(c -> c.getKey().equals(Registers.verdictField(table.stage())))
            .forEach(c -> rowVerdicts(table, c.getValue(), statements));
        return statements.toString();
    }

    private String index(Table table) {
        return "(bit<32>) md." + Names.of(table.index());
    }

    private Map<String, Expressions.Word> access(Table table, Action action, Set<String> stale, Text body) {
        registers.access(table.stage(), index(table), action.register().get(), new Expressions(target, Map.of(), stale), body);
        return registers.words(table.stage());
    }

    private void writeBack(Table table, Action action, Text body) {
        action.register().ifPresent(access -> registers.write(table.stage(), index(table), access, body));
    }

    private Map<String, Expressions.Word> execute(Table table, String name, Action action, Map<Expr.Input, List<Long>> codes,
            Set<String> stale, Text body) {
        Set<String> given = new TreeSet<>(Registers.words(action));
        boolean row = given.remove("row");
        Registers.Packed all = Registers.pack(action.register().get(), given.size(), row, codes);
        boolean many = Registers.isMany(given.size(), all);
        Registers.Packed packed = many ? new Registers.Packed(all.fields(), all.values(), Map.of()) : all;
        if (many) {
            scope.temporaries().add(answer(table.stage()));
        }
        String unit = name + "_alu";
        registers.declareAction(unit, table.stage(), action.register().get(), given, packed,
            new Expressions(target, Map.of(), stale), declared);
        List<String> out = new ArrayList<>();
        given.forEach(word -> out.add(Registers.WORDS.get(word)));
        if (!packed.fields().isEmpty()) {
            out.add("codes");
        }
        for (int i = 0; i < packed.alone().size(); i++) {
            out.add("code" + i);
        }
        out.forEach(o -> body.line("bit<32> " + o + ";"));
        String others = out.size() < 2 ? "" : ", " + String.join(", ", out.subList(1, out.size()));
        body.line((out.isEmpty() ? "" : out.getFirst() + " = ") + unit + ".execute(" + index(table) + others + ");");
        int low = 0;
        for (Expr.Input field : packed.fields()) {
            int bits = Registers.Packed.bits(field);
            String part = "codes[" + (low + bits - 1) + ":" + low + "]";
            body.line(field == null ? "bit<32> row = (bit<32>) " + part + ";" : "md." + Names.of(field.name()) + " = "
                + Expressions.fit(part, bits, field.bits()) + ";");
            low += bits;
        }
        if (many) {
            body.line("md." + Names.of(answer(table.stage()).name()) + " = codes[7:0];");
            later.put(name, all.alone());
        }
        int code = 0;
        for (Expr.Input field : packed.alone().keySet()) {
            body.line("md." + Names.of(field.name()) + " = " + Expressions.fit("code" + code++, 32, field.bits()) + ";");
        }
        return registers.words(table.stage());
    }

    /** The field that says which row an access had, if there are more constants than a register gives words. */
    private static Expr.Input answer(String stage) {
        return new Expr.Input(Expr.Source.META, "$" + stage + ".answer", -1, 8);
    }

    /** Constants by row that no word was left for: by tables behind the register. */
    private void later(Table table, String name, Text statements) {
        String answer = "md." + Names.of(answer(table.stage()).name());
        later.getOrDefault(name, Map.of()).forEach((field, values) -> {
            for (long value : new TreeSet<>(values)) {
                if (value != Registers.KEPT) {
                    String action = scope.unique(name + "_gives");
                    declared.line("action " + action + "() {").line("md." + Names.of(field.name()) + " = "
                        + Expressions.constant(value, field.bits()) + ";").line("}").gap();
                    List<String> rows = new ArrayList<>();
                    for (int row = 0; row < values.size(); row++) {
                        if (values.get(row) == value) {
                            rows.add(answer + " == " + row);
                        }
                    }
                    statements.line("if (" + String.join(" || ", rows) + ") {").line(action + "();").line("}");
                }
            }
        });
    }

    private static void byRow(Expr.Input field, List<Long> values, Text body) {
        String name = "md." + Names.of(field.name());
        if (values.size() == 1) {
            body.line(name + " = " + Expressions.constant(values.getFirst(), field.bits()) + ";");
            return;
        }
        LinkedHashMap<Long, List<String>> rows = new LinkedHashMap<>();
        for (int row = 0; row < values.size(); row++) {
            rows.computeIfAbsent(values.get(row), v -> new ArrayList<>()).add("row == " + row);
        }
        String last = rows.remove(Registers.KEPT) != null ? name : Expressions.constant(rows.sequencedKeySet().getLast(), field.bits());
        StringBuilder value = new StringBuilder();
        rows.forEach((constant, when) -> {
            String text = Expressions.constant(constant, field.bits());
            if (!text.equals(last)) {
                value.append("(").append(String.join(" || ", when)).append(") ? ").append(text).append(" : ");
            }
        });
        body.line(name + " = " + value + last + ";");
    }

    private void rowVerdicts(Table table, List<Long> values, Text statements) {
        String field = "md." + Names.of(Registers.verdictField(table.stage()).name());
        for (long value : new TreeSet<>(values)) {
            if (value != 0) {
                String name = scope.unique(Names.of(table.stage()) + "_ends");
                Text body = new Text();
                verdict(table.order(), new Expr.Const(value, true), body);
                declared.line("action " + name + "() {").block(body.toString()).line("}").gap();
                statements.line("if (" + field + " == " + Expressions.constant(value, 32) + ") {").line(name + "();").line("}");
            }
        }
    }

    /** Values are of the fields as they were: what is read is written later, or kept. */
    private void assignments(List<Assignment> all, Expressions expressions, Text body) {
        List<Assignment> open = new ArrayList<>(all);
        int swaps = 0;
        while (!open.isEmpty()) {
            Assignment next = open.stream().filter(a -> open.stream().noneMatch(o -> o != a && reads(o, a.target().name())))
                .findFirst().orElse(null);
            if (next == null) { // a circle: all values, then all fields
                List<String> values = new ArrayList<>();
                for (Assignment a : open) {
                    String local = "value" + swaps++;
                    body.line("bit<" + a.target().bits() + "> " + local + " = " + expressions.value(a.value(), a.target().bits()) + ";");
                    values.add(local);
                }
                for (int i = 0; i < open.size(); i++) {
                    body.line("md." + Names.of(open.get(i).target().name()) + " = " + values.get(i) + ";");
                }
                return;
            }
            body.line("md." + Names.of(next.target().name()) + " = " + expressions.value(next.value(), next.target().bits()) + ";");
            open.remove(next);
        }
    }

    private static boolean reads(Assignment a, String field) {
        boolean[] found = new boolean[1];
        a.value().inputs(in -> found[0] |= in.source() == Expr.Source.META && in.name().equals(field));
        return found[0];
    }

    private static void verdict(int order, Expr verdict, Text body) {
        if (verdict == null) {
            return;
        }
        if (!(verdict instanceof Expr.Const c)) {
            throw new Expressions.Unwritable("a verdict that is no constant: " + verdict.text());
        }
        long v = c.value();
        if (Verdict.action(v) != Verdict.NEXT) {
            body.line("md.pass_ended = " + order + ";").line("md.pass_outcome = " + Verdict.action(v) + ";");
            if (Verdict.reason(v) != 0) {
                body.line("md.pass_reason = " + Verdict.reason(v) + ";");
            }
        }
        if ((v & Verdict.DIGEST) != 0) {
            body.line("md.pass_digest = 1;");
        }
        if ((v & Verdict.MIRROR) != 0) {
            body.line("md.pass_mirror = " + (Verdict.session(v) + 1) + ";");
        }
    }
}
