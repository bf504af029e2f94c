package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.tofino.graph.Table;

/** Calls of services beside the pipe: words for the host, each call's in a header of its own, and clocks. */
final class HostCalls {
    private final Declared scope;
    private final Map<String, ExternModel> channels = new TreeMap<>();
    private final Map<String, List<Case>> callers = new TreeMap<>();
    private final Set<String> atEnd = new TreeSet<>();
    private final Map<String, Integer> arguments = new TreeMap<>();
    private final Set<String> clocks = new TreeSet<>();

    HostCalls(Declared scope) {
        this.scope = scope;
    }

    /** {@return calls that leave words for the host, by the name of their header} */
    Map<String, ExternModel> channels() {
        return channels;
    }

    String call(Table table, Case one, Expressions expressions) {
        Action.Call call = one.action().calls().getFirst();
        ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
        String name = scope.unique(Names.of(table.stage()) + "_" + Names.of(call.method()));
        Text body = new Text();
        if (model == ExternModel.FROM_HOST) {
            body.line("// the payload has come with the item");
        } else if (model.kind() == ExternModel.Kind.CLOCK) {
            scope.temporaries().add(call.result());
            String clock = "ticks_" + Names.of(call.method());
            if (clocks.add(clock)) {
                clock(clock);
            }
            String result = "md." + Names.of(call.result().name());
            body.line(scope.target() == Target.T2NA ? result + " = " + clock + "_read.execute(0);" : clock + ".read(" + result + ", 0);");
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
        scope.text().line("// " + one.action().site()).line("action " + name + "() {").block(body.toString()).line("}").gap();
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
        if (scope.target() == Target.V1MODEL) {
            scope.text().line("register<bit<32>, bit<32>>(1) " + clock + "; // advanced by the packet generator's ticks");
            return;
        }
        scope.text().line("Register<bit<32>, bit<32>>(1) " + clock + "; // advanced by the packet generator's ticks");
        scope.text().line("RegisterAction<bit<32>, bit<32>, bit<32>>(" + clock + ") " + clock + "_read = {")
            .line("void apply(inout bit<32> value, out bit<32> now) {").line("now = value;").line("}").line("};");
        scope.text().line("RegisterAction<bit<32>, bit<32>, bit<32>>(" + clock + ") " + clock + "_tick = {")
            .line("void apply(inout bit<32> value) {").line("value = value + 1;").line("}").line("};").gap();
    }

    /** {@return cases that make a call} */
    List<Case> callers(String channel) {
        return callers.getOrDefault(channel, List.of());
    }

    Set<String> clocks() {
        return clocks;
    }
}
