package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Block;
import org.millrace.testkit.p4.run.Exec;
import org.millrace.testkit.p4.run.Frame;
import org.millrace.testkit.p4.run.ParserFailure;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks parsers (§12). */
final class Parsers {
    private static final int MAX_STATES = 4096;

    /** Whether a value is in a set. */
    @FunctionalInterface
    private interface KeySet {
        boolean holds(Object value, Frame frame);
    }

    /** Where a state leads. */
    @FunctionalInterface
    private interface Next {
        String of(Frame frame);
    }

    private record State(Exec body, Next next) {
    }

    private final Unit unit;

    Parsers(Unit unit) {
        this.unit = unit;
    }

    Block make(P4Parser.ParserDeclarationContext text, Type.Block type, Scope scope) {
        Scope inner = scope.block();
        Exec before = unit.blocks.locals(text.local(), inner);
        Set<String> names = new HashSet<>(Set.of("accept", "reject"));
        text.parserState().forEach(s -> names.add(s.name().getText()));
        Map<String, State> states = new HashMap<>();
        for (P4Parser.ParserStateContext state : text.parserState()) {
            unit.part(() -> {
                if (states.put(state.name().getText(), state(state, names, inner)) != null) {
                    throw unit.error(state, "state " + state.name().getText() + " stands twice");
                }
            });
        }
        if (!names.contains("start")) {
            throw unit.error(text, type.name() + " has no state start");
        }
        return new Block(type, inner.layout().slots(), frame -> {
            before.exec(frame);
            run(states, frame);
        });
    }

    private static void run(Map<String, State> states, Frame frame) {
        String at = "start";
        for (int steps = 0; !at.equals("accept"); steps++) {
            if (at.equals("reject")) {
                throw new ParserFailure("NoError");
            }
            if (steps == MAX_STATES) {
                throw new ParserFailure("ParserTimeout");
            }
            State state = states.get(at);
            state.body.exec(frame);
            at = state.next.of(frame);
        }
    }

    private State state(P4Parser.ParserStateContext text, Set<String> names, Scope scope) {
        Scope inner = scope.block();
        Exec body = unit.statements.all(text.statement(), inner);
        P4Parser.TransitionContext transition = text.transition();
        if (transition == null) {
            return new State(body, frame -> "reject");
        }
        if (transition.select() != null) {
            return new State(body, select(transition.select(), names, inner));
        }
        String to = known(transition.name(), names);
        return new State(body, frame -> to);
    }

    private String known(P4Parser.NameContext text, Set<String> names) {
        if (!names.contains(text.getText())) {
            throw unit.error(text, "there is no state " + text.getText());
        }
        return text.getText();
    }

    private Next select(P4Parser.SelectContext text, Set<String> names, Scope scope) {
        List<Expr> keys = text.expression().stream().map(e -> unit.expressions.check(e, scope)).toList();
        List<List<KeySet>> sets = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        for (P4Parser.SelectCaseContext one : text.selectCase()) {
            List<P4Parser.SimpleKeysetContext> parts = one.keyset().simpleKeyset();
            boolean all = parts.size() == 1 && parts.getFirst().expression().isEmpty();
            if (!all && parts.size() != keys.size()) {
                throw unit.error(one, parts.size() + " values for " + keys.size() + " keys");
            }
            List<KeySet> each = new ArrayList<>();
            for (int i = 0; i < keys.size() && !all; i++) {
                each.add(keySet(parts.get(i), keys.get(i).type(), scope));
            }
            sets.add(each);
            targets.add(known(one.name(), names));
        }
        return frame -> {
            List<Object> values = keys.stream().map(k -> k.eval().eval(frame)).toList();
            for (int i = 0; i < sets.size(); i++) {
                if (holds(sets.get(i), values, frame)) {
                    return targets.get(i);
                }
            }
            throw new ParserFailure("NoMatch");
        };
    }

    private static boolean holds(List<KeySet> sets, List<Object> values, Frame frame) {
        for (int i = 0; i < sets.size(); i++) {
            if (!sets.get(i).holds(values.get(i), frame)) {
                return false;
            }
        }
        return true;
    }

    private KeySet keySet(P4Parser.SimpleKeysetContext text, Type type, Scope scope) {
        if (text.expression().isEmpty()) {
            return (value, frame) -> true;
        }
        if (text.expression().size() == 1 && text.expression(0) instanceof P4Parser.NameUseContext use
                && scope.find(use.name().getText()) instanceof Symbol.ValueSet set) {
            unit.expect(text, set.type(), type);
            return (value, frame) -> false;
        }
        Expr first = unit.expressions.check(text.expression(0), scope, type);
        if (text.expression().size() == 1) {
            return (value, frame) -> Values.equal(value, first.eval().eval(frame));
        }
        Expr second = unit.expressions.check(text.expression(1), scope, type);
        if (text.getChild(1).getText().equals("..")) {
            return (value, frame) -> ((BigInteger) value).compareTo((BigInteger) first.eval().eval(frame)) >= 0
                && ((BigInteger) value).compareTo((BigInteger) second.eval().eval(frame)) <= 0;
        }
        return (value, frame) -> {
            BigInteger mask = (BigInteger) second.eval().eval(frame);
            return ((BigInteger) value).and(mask).equals(((BigInteger) first.eval().eval(frame)).and(mask));
        };
    }
}
