package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Action.Assignment;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.ExternModel;
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
    private static final Map<ExternModel, List<String>> KEYS = Map.of(
        ExternModel.LOOKUP, List.of("localAddress", "peerAddress", "localPort", "peerPort"),
        ExternModel.LOOKUP_LOCAL, List.of("localAddress", "localPort"));

    private final Target target;
    private final Registers registers;
    private final int flows;
    private final List<String> refused;
    private final Text declared = new Text();
    private final Text applied = new Text();
    private final Set<String> names = new TreeSet<>();
    private final Set<Expr.Input> temporaries = new LinkedHashSet<>();
    private final Set<String> kept = new TreeSet<>();
    private final Map<String, List<Expr.Input>> data = new LinkedHashMap<>();
    private final Map<String, ExternModel> channels = new TreeMap<>();
    private final Map<String, List<Case>> callers = new TreeMap<>();
    private final Set<String> atEnd = new TreeSet<>();
    private final Map<String, Integer> arguments = new TreeMap<>();
    private final Set<String> declaredRegisters = new TreeSet<>();
    private final Map<String, Map<Expr.Input, List<Long>>> later = new LinkedHashMap<>();
    private final List<Manifest.Entry> tables = new ArrayList<>();

    /** @param refused what cannot be written is added */
    Pipe(Target target, Registers registers, int flows, List<String> refused) {
        this.target = target;
        this.registers = registers;
        this.flows = flows;
        this.refused = refused;
    }

    String declarations() {
        return declared.toString();
    }

    String statements() {
        return applied.toString();
    }

    /** {@return fields that the metadata must have beside the graph's} */
    Set<Expr.Input> temporaries() {
        return temporaries;
    }

    /** {@return fields that are kept as they were before a physical stage} */
    Set<String> kept() {
        return kept;
    }

    /** {@return calls that leave words for the host, by the name of their header} */
    Map<String, ExternModel> channels() {
        return channels;
    }

    List<Manifest.Entry> tables() {
        return tables;
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
            case LOOKUP -> lookup(table, expressions, inner);
            case DATA -> data(table, expressions, inner);
            case EXTERN -> cases(table, expressions, inner, c -> call(table, c, expressions));
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
    private interface Done {
        String of(Case one);
    }

    private void cases(Table table, Expressions expressions, Text text, Done done) {
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

    private String unique(String name) {
        String free = name;
        for (int i = 2; !names.add(free); i++) {
            free = name + "_" + i;
        }
        return free;
    }

    /** Declares a case's action; @return the statements that run it and what its register's answers say. */
    private String action(Table table, Case one, Set<String> stale) {
        Action action = one.action();
        String name = unique(Names.of(table.toString()));
        Text body = new Text();
        Map<Expr.Input, List<Long>> codes = Registers.codes(table.stage(), action.register());
        temporaries.addAll(codes.keySet().stream().filter(f -> f.offset() < 0).toList());
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
            temporaries.add(answer(table.stage()));
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
                    String action = unique(name + "_gives");
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
                String name = unique(Names.of(table.stage()) + "_ends");
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

    private void lookup(Table table, Expressions expressions, Text inner) {
        cases(table, expressions, inner, one -> {
            Action.Call call = one.action().calls().getFirst();
            ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
            String name = unique(Names.of(table.toString()));
            List<String> keys = new ArrayList<>();
            for (String field : KEYS.getOrDefault(model, List.of())) {
                keys.add(expressions.field(field));
            }
            call.arguments().forEach(e -> keys.add(expressions.value(e, 32)));
            String result = "md." + Names.of(call.result().name());
            temporaries.add(call.result());
            declared.line("// " + one.action().site()).line("action " + name + "_found(bit<32> found) {").line(result + " = found;")
                .line("}").gap();
            declared.line("action " + name + "_missed() {").line(result + " = 0;").line("}").gap();
            exact(name, keys, name + "_found", name + "_missed");
            if (model == ExternModel.LOOKUP_LOCAL) { // RFC 1122 §4.1.3.5: one bound to all addresses is the second choice
                exact(name + "_any", List.of(keys.getLast()), name + "_found", name + "_missed");
                return "if (!" + name + ".apply().hit) {\n" + name + "_any.apply();\n}";
            }
            return name + ".apply();";
        });
    }

    private void exact(String name, List<String> keys, String found, String missed) {
        declared.line("table " + name + " {").line("key = {");
        keys.forEach(key -> declared.line(key + ": exact;"));
        declared.line("}").line("actions = { " + found + "; " + missed + "; }").line("const default_action = " + missed + "();")
            .line("size = " + flows + ";").line("}").gap();
        tables.add(new Manifest.Entry(name, keys, List.of(found), flows));
    }

    /** One entry a key, the same in all workflows: what it holds goes to the fields directly, or to fields of its own. */
    private void data(Table table, Expressions expressions, Text inner) {
        String name = unique(Names.of(table.toString()));
        Set<Expr.Input> parameters = new LinkedHashSet<>();
        table.cases().forEach(c -> c.action().assignments().forEach(a -> a.value().inputs(in -> {
            if (in.source() == Expr.Source.STATE) {
                parameters.add(in);
            }
        })));
        boolean direct = table.cases().size() == 1 && table.cases().getFirst().isUnconditional();
        Map<String, String> given = new LinkedHashMap<>();
        List<String> declaredParameters = new ArrayList<>();
        Text body = new Text();
        for (Expr.Input in : parameters) {
            String parameter = Names.of(in.name());
            declaredParameters.add("bit<" + in.bits() + "> " + parameter);
            Expr.Input own = new Expr.Input(Expr.Source.META, "$" + table.stage() + ".of." + in.name(), -1, in.bits());
            given.put(in.name(), direct ? parameter : "md." + Names.of(own.name()));
            if (!direct) {
                temporaries.add(own);
                body.line("md." + Names.of(own.name()) + " = " + parameter + ";");
            }
        }
        Data values = new Data(target, given, expressions);
        if (direct) {
            table.cases().getFirst().action().assignments().forEach(a -> body.line("md." + Names.of(a.target().name()) + " = "
                + values.value(a.value(), a.target().bits()) + ";"));
        }
        declared.line("// " + table.site()).line("action " + name + "_loaded(" + String.join(", ", declaredParameters) + ") {")
            .block(body.toString()).line("}").gap();
        declared.line("table " + name + " {").line("key = {").line(expressions.field(table.index()) + ": exact;").line("}")
            .line("actions = { " + name + "_loaded; NoAction; }").line("const default_action = NoAction();")
            .line("size = " + flows + ";").line("}").gap();
        tables.add(new Manifest.Entry(name, List.of("md." + Names.of(table.index())), declaredParameters, flows));
        data.put(name, List.copyOf(parameters));
        String condition = workflows(table.workflows());
        Text use = new Text().line(name + ".apply();");
        if (!direct) {
            cases(table, expressions, use, one -> {
                String action = unique(name + "_used");
                Text set = new Text();
                one.action().assignments().forEach(a -> set.line("md." + Names.of(a.target().name()) + " = "
                    + values.value(a.value(), a.target().bits()) + ";"));
                declared.line("action " + action + "() {").block(set.toString()).line("}").gap();
                return action + "();";
            });
        }
        if (condition.isEmpty()) {
            inner.block(use.toString());
        } else {
            inner.line("if (" + condition + ") {").block(use.toString()).line("}");
        }
    }

    /** {@return parameters of the action of each table of data} */
    Map<String, List<Expr.Input>> dataTables() {
        return data;
    }

    private String call(Table table, Case one, Expressions expressions) {
        Action.Call call = one.action().calls().getFirst();
        ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
        String name = unique(Names.of(table.stage()) + "_" + Names.of(call.method()));
        Text body = new Text();
        if (model == ExternModel.FROM_HOST) {
            body.line("// the payload has come with the item");
        } else if (model.kind() == ExternModel.Kind.CLOCK) {
            temporaries.add(call.result());
            String clock = "ticks_" + Names.of(call.method());
            if (declaredRegisters.add(clock)) {
                clock(clock);
            }
            String result = "md." + Names.of(call.result().name());
            body.line(target == Target.T2NA ? result + " = " + clock + "_read.execute(0);" : clock + ".read(" + result + ", 0);");
        } else {
            String header = channel(call);
            for (Case earlier : callers.computeIfAbsent(header, h -> new ArrayList<>())) {
                if (!exclusive(earlier, one)) {
                    throw new Expressions.Unwritable(call.method() + " may be called twice in a pass: its words for the host are one "
                        + "header");
                }
            }
            callers.get(header).add(one);
            channels.put(header, model);
            arguments.merge(header, call.arguments().size(), Math::max);
            body.line("headers." + header + ".setValid();");
            if (call.isAtEnd()) {
                atEnd.add(header);
            } else {
                words(header, model, body);
            }
            for (int i = 0; i < call.arguments().size(); i++) {
                body.line("headers." + header + ".argument" + i + " = " + expressions.value(call.arguments().get(i), 32) + ";");
            }
        }
        declared.line("// " + one.action().site()).line("action " + name + "() {").block(body.toString()).line("}").gap();
        return name + "();";
    }

    private static void words(String header, ExternModel model, Text text) {
        for (String field : new TreeSet<>(model.reads())) {
            text.line("headers." + header + "." + Names.of(field) + " = md." + Names.of(field) + ";");
        }
    }

    /** Words for the host that are as the pass leaves them. */
    void told(Text text) {
        for (String header : atEnd) {
            if (!channels.get(header).reads().isEmpty()) {
                Text inner = new Text();
                words(header, channels.get(header), inner);
                text.line("if (headers." + header + ".isValid()) {").block(inner.toString()).line("}");
            }
        }
    }

    private static boolean exclusive(Case a, Case b) {
        return a.workflows().stream().noneMatch(b.workflows()::contains)
            || a.guard().stream().allMatch(x -> b.guard().stream().allMatch(y -> contradict(x, y)));
    }

    private static boolean contradict(List<Case.Condition> a, List<Case.Condition> b) {
        return a.stream().anyMatch(x -> b.stream().anyMatch(y -> x.test().equals(y.test()) && x.answer() != y.answer()
            || x.answer() && y.answer() && isValue(x) && isValue(y)
                && x.test().compare().left().equals(y.test().compare().left())
                && !x.test().compare().right().equals(y.test().compare().right())));
    }

    private static boolean isValue(Case.Condition c) {
        return c.test().outcomes() == Compare.EQ && c.test().compare().right() instanceof Expr.Const;
    }

    private static String channel(Action.Call call) {
        return Names.of(call.extern().getSimpleName()) + "_" + Names.of(call.method()).replaceAll("_$", "");
    }

    /** {@return how many words of its own the header of a call has} */
    int arguments(String channel) {
        return arguments.getOrDefault(channel, 0);
    }

    /** Words of a call that another control makes. */
    void arguments(String channel, int count) {
        arguments.merge(channel, count, Math::max);
    }

    private void clock(String clock) {
        if (target == Target.V1MODEL) {
            declared.line("register<bit<32>, bit<32>>(1) " + clock + "; // advanced by the packet generator's ticks");
            return;
        }
        declared.line("Register<bit<32>, bit<32>>(1) " + clock + "; // advanced by the packet generator's ticks");
        declared.line("RegisterAction<bit<32>, bit<32>, bit<32>>(" + clock + ") " + clock + "_read = {")
            .line("void apply(inout bit<32> value, out bit<32> now) {").line("now = value;").line("}").line("};");
        declared.line("RegisterAction<bit<32>, bit<32>, bit<32>>(" + clock + ") " + clock + "_tick = {")
            .line("void apply(inout bit<32> value) {").line("value = value + 1;").line("}").line("};").gap();
    }

    Collection<String> clocks() {
        return declaredRegisters.stream().filter(r -> r.startsWith("ticks_")).toList();
    }

    /** Values that a table's entry gives. */
    private record Data(Target target, Map<String, String> given, Expressions fields) {
        String value(Expr e, int width) {
            return switch (e) {
                case Expr.Input in when in.source() == Expr.Source.STATE -> Expressions.fit(given.get(in.name()), in.bits(), width);
                case Expr.Sum s when s.constant() == 0 && s.terms().values().stream().allMatch(f -> f == 1) ->
                    "(" + String.join(" + ", s.terms().keySet().stream().map(t -> value(t, width)).toList()) + ")";
                default -> fields.value(e, width);
            };
        }
    }
}
