package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Exec;
import org.millrace.testkit.p4.run.Frame;
import org.millrace.testkit.p4.run.Match;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.source.P4Exception;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks tables (§14.2). */
final class Tables {
    private static final int DEFAULT_SIZE = 1024;
    /** Properties of v1model and T2NA that change nothing of what a lookup gives. */
    private static final Set<String> KNOWN = Set.of("size", "default_action", "counters", "meters", "registers",
        "implementation", "support_timeout", "idle_timeout", "psa_implementation", "largest_priority_wins",
        "priority_delta", "alpm", "requires_versioning");

    private final Unit unit;

    Tables(Unit unit) {
        this.unit = unit;
    }

    void declare(P4Parser.TableContext text, Scope scope) {
        String name = text.name().getText();
        unit.statements.declare(text, name, scope);
        try {
            check(text, name, scope);
        } catch (P4Exception e) { // one problem, not one more wherever it is applied
            scope.add(name, new Symbol.TableName(new Table(name, List.of(), 0), scope.layout(), List.of()));
            throw e;
        }
    }

    private void check(P4Parser.TableContext text, String name, Scope scope) {
        List<Expr> keys = new ArrayList<>();
        List<String> kinds = new ArrayList<>();
        Map<String, P4Parser.ExpressionContext> properties = new LinkedHashMap<>();
        boolean constantDefault = false;
        boolean constantEntries = false;
        List<P4Parser.EntryContext> entries = List.of();
        List<P4Parser.ActionRefContext> actions = null;
        for (P4Parser.TablePropertyContext property : text.tableProperty()) {
            switch (property) {
                case P4Parser.KeysContext c -> c.keyElement().forEach(k -> key(k, keys, kinds, scope));
                case P4Parser.ActionListContext c -> actions = c.actionRef();
                case P4Parser.EntriesContext c -> {
                    entries = c.entry();
                    constantEntries = c.getChild(0).getText().equals("const");
                }
                case P4Parser.PropertyContext c -> {
                    if (!KNOWN.contains(c.name().getText())) {
                        throw unit.error(c, "tables have no property " + c.name().getText());
                    }
                    properties.put(c.name().getText(), c.expression());
                    constantDefault |= c.name().getText().equals("default_action") && c.getText().startsWith("const");
                }
                default -> throw unit.error(property, "this is no property of a table");
            }
        }
        if (actions == null) {
            throw unit.error(text, "table " + name + " has no actions");
        }
        int size = properties.containsKey("size") ? unit.number(unit.expressions.check(properties.get("size"), scope),
            properties.get("size")) : Math.max(DEFAULT_SIZE, entries.size());
        Table table = new Table(scope.path(name), kinds, size);
        actions.forEach(action -> table.option(action.name().getText(), option(action, scope)));
        table.byDefault(properties.containsKey("default_action") ? byDefault(properties.get("default_action"), table, scope)
            : new Table.Chosen("NoAction", frame -> Exec.Then.NEXT));
        int priority = entries.size();
        for (P4Parser.EntryContext entry : entries) {
            table.add(priority--, matches(entry.keyset(), keys, kinds, scope), chosen(entry.actionRef().name().getText(),
                entry.actionRef().arguments(), table, entry, scope));
        }
        table.constant(constantEntries);
        if (constantDefault) {
            table.constant(false);
        }
        unit.made.put(scope.path(name), table);
        scope.add(name, new Symbol.TableName(table, scope.layout(), keys));
    }

    private void key(P4Parser.KeyElementContext text, List<Expr> keys, List<String> kinds, Scope scope) {
        String kind = text.name().getText();
        if (!unit.matchKinds.contains(kind)) {
            throw unit.error(text.name(), "there is no match_kind " + kind);
        }
        Expr key = unit.expressions.check(text.expression(), scope);
        boolean number = key.type().base() instanceof Type.Bits || key.type() instanceof Type.Enumeration;
        boolean plain = key.type().base() == Type.Simple.BOOL || key.type() == Type.Simple.ERROR;
        if (!number && !(plain && (kind.equals("exact") || kind.equals("optional")))) {
            throw unit.error(text, key.type() + " is no key for " + kind);
        }
        keys.add(key);
        kinds.add(kind);
    }

    private Table.Option option(P4Parser.ActionRefContext text, Scope scope) {
        Symbol.Action action = action(text, text.name().getText(), scope);
        List<Type.Parameter> bound = action.parameters().stream().filter(p -> !p.direction().isEmpty()).toList();
        List<Type.Parameter> open = action.parameters().stream().filter(p -> p.direction().isEmpty()).toList();
        Calls.Arguments arguments = unit.calls.arguments(text, text.arguments(), bound, new HashMap<>(), scope);
        return new Table.Option(open.stream().map(Type.Parameter::name).toList(), open.stream().map(Type.Parameter::type).toList(),
            values -> frame -> run(action, arguments, values, frame));
    }

    private Symbol.Action action(ParserRuleContext at, String name, Scope scope) {
        if (!(scope.find(name) instanceof Symbol.Action action)) {
            throw unit.error(at, "no action is named " + name);
        }
        return action;
    }

    /** Runs an action with what the table's text binds, and what its entry gives. */
    private static Exec.Then run(Symbol.Action action, Calls.Arguments bound, List<Object> entry, Frame control) {
        Symbol.Routine routine = action.routine();
        Frame frame = new Frame(routine.layout.slots(), control, control.pass());
        Object[] values = bound.in(control);
        int fromText = 0;
        int fromEntry = 0;
        for (int i = 0; i < action.parameters().size(); i++) {
            Type.Parameter parameter = action.parameters().get(i);
            Object value = parameter.direction().isEmpty() ? entry.get(fromEntry++) : values[fromText++];
            frame.set(i, value == null ? Values.initial(parameter.type()) : value);
        }
        try {
            routine.body.exec(frame);
        } finally {
            fromText = 0;
            for (int i = 0; i < action.parameters().size(); i++) {
                if (!action.parameters().get(i).direction().isEmpty()) {
                    values[fromText++] = frame.get(i);
                }
            }
            bound.out(control, values);
        }
        return Exec.Then.NEXT;
    }

    private Table.Chosen byDefault(P4Parser.ExpressionContext text, Table table, Scope scope) {
        P4Parser.ExpressionContext callee = text instanceof P4Parser.CallContext call ? call.expression() : text;
        P4Parser.ArgumentsContext arguments = text instanceof P4Parser.CallContext call ? call.arguments() : null;
        if (!(callee instanceof P4Parser.NameUseContext use)) {
            throw unit.error(text, "a default action is an action");
        }
        return chosen(use.name().getText(), arguments, table, text, scope);
    }

    private Table.Chosen chosen(String name, P4Parser.ArgumentsContext text, Table table, ParserRuleContext at, Scope scope) {
        Symbol.Action action = action(at, name, scope);
        if (!table.actions().contains(name)) {
            throw unit.error(at, name + " is not among the actions of " + table.name());
        }
        List<Type.Parameter> open = action.parameters().stream().filter(p -> p.direction().isEmpty()).toList();
        int given = text == null ? 0 : text.argument().size();
        List<Type.Parameter> parameters = given > open.size() ? action.parameters() : open;
        Calls.Arguments arguments = unit.calls.arguments(at, text, parameters, new HashMap<>(), scope);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).direction().isEmpty()) {
                if (arguments.given().get(i).constant() == null) {
                    throw unit.error(at, "arguments of " + name + " must be known when the program is compiled");
                }
                values.add(arguments.given().get(i).constant());
            }
        }
        return table.chosen(name, values);
    }

    private List<Match> matches(P4Parser.KeysetContext text, List<Expr> keys, List<String> kinds, Scope scope) {
        List<P4Parser.SimpleKeysetContext> parts = text.simpleKeyset();
        if (parts.size() != keys.size()) {
            throw unit.error(text, parts.size() + " values for " + keys.size() + " keys");
        }
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            matches.add(match(parts.get(i), keys.get(i).type(), kinds.get(i), scope));
        }
        return matches;
    }

    private Match match(P4Parser.SimpleKeysetContext text, Type type, String kind, Scope scope) {
        if (text.expression().isEmpty()) {
            return Match.any();
        }
        List<Object> values = text.expression().stream().map(e -> {
            Object known = unit.expressions.check(e, scope, type).constant();
            if (known == null) {
                throw unit.error(e, "an entry must be known when the program is compiled");
            }
            return known;
        }).toList();
        if (values.size() == 1) {
            return Match.exact(values.getFirst());
        }
        BigInteger first = (BigInteger) values.getFirst();
        BigInteger second = (BigInteger) values.getLast();
        if (text.getChild(1).getText().equals("..")) {
            return Match.range(first, second);
        }
        return new Match(first.and(second), second, null, kind.equals("lpm") ? second.bitCount() : -1);
    }
}
