package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.tofino.graph.Table;

/** Tables with exact keys, which the control plane fills: lookups of flows, and the data of stages without registers. */
final class MatchTables {
    private static final Map<ExternModel, List<String>> KEYS = Map.of(
        ExternModel.LOOKUP, List.of("localAddress", "peerAddress", "localPort", "peerPort"),
        ExternModel.LOOKUP_LOCAL, List.of("localAddress", "localPort"));

    private final Declared scope;
    private final int flows;
    private final List<Manifest.Entry> tables = new ArrayList<>();

    MatchTables(Declared scope, int flows) {
        this.scope = scope;
        this.flows = flows;
    }

    /** {@return what the manifest says of them} */
    List<Manifest.Entry> entries() {
        return tables;
    }

    void lookup(Table table, Expressions expressions, Text inner) {
        Pipe.cases(table, expressions, inner, one -> {
            Action.Call call = one.action().calls().getFirst();
            ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
            String name = scope.unique(Names.of(table.toString()));
            List<String> keys = new ArrayList<>();
            for (String field : KEYS.getOrDefault(model, List.of())) {
                keys.add(expressions.field(field));
            }
            call.arguments().forEach(e -> keys.add(expressions.value(e, 32)));
            String result = "md." + Names.of(call.result().name());
            scope.temporaries().add(call.result());
            scope.text().line("// " + one.action().site()).line("action " + name + "_found(bit<32> found) {").line(result + " = found;")
                .line("}").gap();
            scope.text().line("action " + name + "_missed() {").line(result + " = 0;").line("}").gap();
            exact(name, keys, name + "_found", name + "_missed");
            if (model == ExternModel.LOOKUP_LOCAL) { // RFC 1122 §4.1.3.5: one bound to all addresses is the second choice
                exact(name + "_any", List.of(keys.getLast()), name + "_found", name + "_missed");
                return "if (!" + name + ".apply().hit) {\n" + name + "_any.apply();\n}";
            }
            return name + ".apply();";
        });
    }

    private void exact(String name, List<String> keys, String found, String missed) {
        scope.text().line("table " + name + " {").line("key = {");
        keys.forEach(key -> scope.text().line(key + ": exact;"));
        scope.text().line("}").line("actions = { " + found + "; " + missed + "; }").line("const default_action = " + missed + "();")
            .line("size = " + flows + ";").line("}").gap();
        tables.add(new Manifest.Entry(name, keys, List.of(found), flows));
    }

    /** One entry a key, the same in all workflows: what it holds goes to the fields directly, or to fields of its own. */
    void data(Table table, Expressions expressions, Text inner) {
        String name = scope.unique(Names.of(table.toString()));
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
                scope.temporaries().add(own);
                body.line("md." + Names.of(own.name()) + " = " + parameter + ";");
            }
        }
        Data values = new Data( given, expressions);
        if (direct) {
            table.cases().getFirst().action().assignments().forEach(a -> body.line("md." + Names.of(a.target().name()) + " = "
                + values.value(a.value(), a.target().bits()) + ";"));
        }
        scope.text().line("// " + table.site()).line("action " + name + "_loaded(" + String.join(", ", declaredParameters) + ") {")
            .block(body.toString()).line("}").gap();
        scope.text().line("table " + name + " {").line("key = {").line(expressions.field(table.index()) + ": exact;").line("}")
            .line("actions = { " + name + "_loaded; NoAction; }").line("const default_action = NoAction();")
            .line("size = " + flows + ";").line("}").gap();
        tables.add(new Manifest.Entry(name, List.of("md." + Names.of(table.index())), declaredParameters, flows));
        String condition = Pipe.workflows(table.workflows());
        Text use = new Text().line(name + ".apply();");
        if (!direct) {
            Pipe.cases(table, expressions, use, one -> {
                String action = scope.unique(name + "_used");
                Text set = new Text();
                one.action().assignments().forEach(a -> set.line("md." + Names.of(a.target().name()) + " = "
                    + values.value(a.value(), a.target().bits()) + ";"));
                scope.text().line("action " + action + "() {").block(set.toString()).line("}").gap();
                return action + "();";
            });
        }
        if (condition.isEmpty()) {
            inner.block(use.toString());
        } else {
            inner.line("if (" + condition + ") {").block(use.toString()).line("}");
        }
    }

    /** Values that a table's entry gives. */
    private record Data(Map<String, String> given, Expressions fields) {
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
