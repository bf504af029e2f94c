package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.run.ParserFailure;
import org.millrace.testkit.p4.run.Place;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.value.StackValue;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks expressions but calls and operators (§8). */
final class Expressions {
    /** The type of a table's action_run. */
    record ActionRun(Table table) {
    }

    private final Unit unit;
    private final Operators operators;

    Expressions(Unit unit) {
        this.unit = unit;
        operators = new Operators(unit);
    }

    /** Checks an expression whose type is given by where it stands. */
    Expr check(P4Parser.ExpressionContext text, Scope scope, Type wanted) {
        return unit.types.become(check(text, scope), wanted, text);
    }

    Expr truth(P4Parser.ExpressionContext text, Scope scope) {
        return check(text, scope, Type.Simple.BOOL);
    }

    Expr check(P4Parser.ExpressionContext text, Scope scope) {
        return switch (text) {
            case P4Parser.IntegerContext c -> integer(c);
            case P4Parser.StringContext c -> Expr.constant(Type.Simple.STRING,
                c.getText().substring(1, c.getText().length() - 1));
            case P4Parser.TruthContext c -> Expr.constant(Type.Simple.BOOL, c.getText().equals("true"));
            case P4Parser.ErrorMemberContext c -> error(c);
            case P4Parser.NameUseContext c -> name(c, scope);
            case P4Parser.CastContext c -> operators.cast(c, check(c.expression(), scope), c.typeRef() != null
                ? unit.types.of(c.typeRef(), scope) : unit.types.of(c.baseType(), scope));
            case P4Parser.ParenthesisContext c -> check(c.expression(), scope);
            case P4Parser.StructLiteralContext c -> list(c.expression().stream().map(e -> check(e, scope)).toList(),
                c.name().stream().map(ParserRuleContext::getText).toList());
            case P4Parser.ListLiteralContext c -> list(c.expression().stream().map(e -> check(e, scope)).toList(), List.of());
            case P4Parser.MemberUseContext c -> member(c, scope);
            case P4Parser.IndexedContext c -> indexed(c, scope);
            case P4Parser.CallContext c -> unit.calls.check(c, scope);
            case P4Parser.UnaryContext c -> operators.unary(c, check(c.expression(), scope));
            case P4Parser.BinaryContext c -> operators.binary(c, c.op.getText(), check(c.expression(0), scope),
                check(c.expression(1), scope));
            case P4Parser.ShiftContext c -> operators.shift(c, c.getChildCount() == 3, check(c.expression(0), scope),
                check(c.expression(1), scope));
            case P4Parser.ChoiceContext c -> operators.choice(c, truth(c.expression(0), scope),
                check(c.expression(1), scope), check(c.expression(2), scope));
            default -> throw unit.error(text, "this is not read here: " + text.getText());
        };
    }

    private Expr integer(P4Parser.IntegerContext text) {
        String digits = text.getText().replace("_", "");
        int mark = Math.max(digits.indexOf('w'), digits.indexOf('s'));
        BigInteger value = number(digits.substring(mark + 1));
        if (mark < 0) {
            return Expr.constant(Type.Simple.INT, value);
        }
        Type.Bits type = new Type.Bits(Integer.parseInt(digits.substring(0, mark)), digits.charAt(mark) == 's');
        return Expr.constant(type, Values.wrap(type, value));
    }

    static BigInteger number(String digits) {
        String lower = digits.toLowerCase(java.util.Locale.ROOT);
        int radix = lower.startsWith("0x") ? 16 : lower.startsWith("0b") ? 2 : lower.startsWith("0o") ? 8 : 10;
        return new BigInteger(radix == 10 && !lower.startsWith("0d") ? lower : lower.substring(2), radix);
    }

    private Expr error(P4Parser.ErrorMemberContext text) {
        String name = text.name().getText();
        if (!unit.errors.containsKey(name)) {
            throw unit.error(text, "there is no error." + name);
        }
        return Expr.constant(Type.Simple.ERROR, name);
    }

    private Expr list(List<Expr> elements, List<String> names) {
        List<Type> types = elements.stream().map(Expr::type).toList();
        Eval eval = frame -> elements.stream().map(e -> e.eval().eval(frame)).toList();
        return new Expr(new Type.Tuple(types), eval, elements.stream().allMatch(e -> e.constant() != null)
            ? eval.eval(null) : null, null, elements, names);
    }

    private Expr name(P4Parser.NameUseContext text, Scope scope) {
        String name = text.name().getText();
        Symbol symbol = (text.getChild(0).getText().equals(".") ? scope.top() : scope).find(name);
        return switch (symbol) {
            case Symbol.Variable v -> variable(v, scope);
            case Symbol.Constant c -> Expr.constant(c.type(), c.value());
            case null -> throw unit.error(text, "no " + name + " is known here");
            default -> throw unit.error(text, name + " is no value");
        };
    }

    private static Expr variable(Symbol.Variable variable, Scope scope) {
        int hops = scope.layout().depth() - variable.layout().depth();
        int slot = variable.slot();
        Eval eval = hops == 0 ? frame -> frame.get(slot) : frame -> frame.out(hops).get(slot);
        return Expr.place(variable.type(), eval, variable.readOnly() ? null
            : (frame, value) -> frame.out(hops).set(slot, value));
    }

    private Expr member(P4Parser.MemberUseContext text, Scope scope) {
        String name = text.name().getText();
        if (text.expression() instanceof P4Parser.NameUseContext use
                && scope.find(use.name().getText()) instanceof Symbol.TypeName known
                && known.type() instanceof Type.Enumeration type) {
            return enumeration(text, type, name);
        }
        Expr base = check(text.expression(), scope);
        return switch (base.type().base()) {
            case Type.Struct s -> field(text, base, s, name);
            case Type.Stack s -> ofStack(text, base, s, name);
            case Type.Result r -> result(text, base, r, name);
            default -> throw unit.error(text, base.type() + " has no member " + name);
        };
    }

    private Expr enumeration(ParserRuleContext text, Type.Enumeration type, String name) {
        if (!type.members().containsKey(name)) {
            throw unit.error(text, type + " has no member " + name);
        }
        return Expr.constant(type, type.underlying() == null ? name : type.members().get(name));
    }

    private Expr field(ParserRuleContext text, Expr base, Type.Struct struct, String name) {
        int index = struct.index(name);
        if (index < 0) {
            throw unit.error(text, struct + " has no field " + name);
        }
        Eval of = base.eval();
        return Expr.place(struct.fields().get(index).type(), frame -> ((StructValue) of.eval(frame)).field(index),
            base.place() == null ? null : (frame, value) -> set((StructValue) of.eval(frame), index, value));
    }

    private static void set(StructValue of, int index, Object value) {
        if (of.type().union() && value instanceof StructValue chosen && chosen.valid()) { // §8.20: one at most is valid
            for (int i = 0; i < of.type().fields().size(); i++) {
                ((StructValue) of.field(i)).valid(false);
            }
        }
        of.field(index, value);
    }

    private Expr ofStack(ParserRuleContext text, Expr base, Type.Stack stack, String name) {
        Eval of = base.eval();
        return switch (name) {
            case "size" -> Expr.constant(new Type.Bits(32, false), BigInteger.valueOf(stack.size()));
            case "lastIndex" -> Expr.value(new Type.Bits(32, false),
                frame -> BigInteger.valueOf(((StackValue) of.eval(frame)).next() - 1L));
            case "last" -> Expr.value(stack.header(), frame -> {
                StackValue value = (StackValue) of.eval(frame);
                return value.element(inside(value, value.next() - 1));
            });
            case "next" -> Expr.place(stack.header(), frame -> {
                StackValue value = (StackValue) of.eval(frame);
                return value.element(inside(value, value.next()));
            }, (frame, header) -> {
                StackValue value = (StackValue) of.eval(frame);
                value.element(inside(value, value.next()), (StructValue) header);
                value.next(value.next() + 1);
            });
            default -> throw unit.error(text, "a stack has no " + name);
        };
    }

    private static int inside(StackValue stack, int index) {
        if (index < 0 || index >= stack.size()) {
            throw new ParserFailure("StackOutOfBounds");
        }
        return index;
    }

    private Expr result(ParserRuleContext text, Expr base, Type.Result result, String name) {
        Eval of = base.eval();
        return switch (name) {
            case "hit" -> Expr.value(Type.Simple.BOOL, frame -> ((Table.Outcome) of.eval(frame)).hit());
            case "miss" -> Expr.value(Type.Simple.BOOL, frame -> !((Table.Outcome) of.eval(frame)).hit());
            case "action_run" -> Expr.value(new Type.Result(new ActionRun((Table) result.of())),
                frame -> ((Table.Outcome) of.eval(frame)).chosen().action());
            default -> throw unit.error(text, "a table's result has no " + name);
        };
    }

    private Expr indexed(P4Parser.IndexedContext text, Scope scope) {
        Expr base = check(text.expression(0), scope);
        if (text.expression().size() == 3) {
            return slice(text, base, scope);
        }
        Expr index = check(text.expression(1), scope);
        if (base.type().base() instanceof Type.Tuple tuple) {
            int at = unit.number(index, text);
            return Expr.value(tuple.types().get(at), frame -> ((List<?>) base.eval().eval(frame)).get(at));
        }
        if (!(base.type().base() instanceof Type.Stack stack)) {
            throw unit.error(text, base.type() + " has no elements");
        }
        if (index.constant() != null && unit.number(index, text) >= stack.size()) {
            throw unit.error(text, "element " + index.constant() + " of " + stack.size());
        }
        Eval at = index.eval();
        Place place = base.place() == null ? null : (frame, value) -> {
            StackValue into = (StackValue) base.eval().eval(frame);
            into.element(inside(into, ((BigInteger) at.eval(frame)).intValue()), (StructValue) value);
        };
        return Expr.place(stack.header(), frame -> {
            StackValue of = (StackValue) base.eval().eval(frame);
            return of.element(inside(of, ((BigInteger) at.eval(frame)).intValue()));
        }, place);
    }

    private Expr slice(P4Parser.IndexedContext text, Expr base, Scope scope) {
        int high = unit.number(check(text.expression(1), scope), text);
        int low = unit.number(check(text.expression(2), scope), text);
        int width = base.type() == Type.Simple.INT ? Integer.MAX_VALUE : Type.width(base.type());
        if (low < 0 || high < low || high >= width || !(base.type().base() instanceof Type.Bits)
                && base.type() != Type.Simple.INT) {
            throw unit.error(text, "there are no bits " + high + " to " + low + " of " + base.type());
        }
        int bits = high - low + 1;
        BigInteger mask = Values.mask(bits);
        Eval of = base.eval();
        Eval eval = frame -> ((BigInteger) of.eval(frame)).shiftRight(low).and(mask);
        Type type = new Type.Bits(bits, false);
        if (base.place() == null) {
            return Expr.folded(type, eval, base);
        }
        Type.Bits whole = (Type.Bits) base.type().base();
        return Expr.place(type, eval, (frame, value) -> base.place().set(frame, Values.wrap(whole,
            ((BigInteger) of.eval(frame)).andNot(mask.shiftLeft(low)).or(((BigInteger) value).shiftLeft(low)))));
    }

    /** @return the expressions of arguments, in the order of the parameters; null: left out, or "_" */
    List<P4Parser.ArgumentValueContext> arguments(P4Parser.ArgumentsContext text, List<Type.Parameter> parameters) {
        List<P4Parser.ArgumentValueContext> ordered = new ArrayList<>();
        List<P4Parser.ArgumentContext> given = text == null ? List.of() : text.argument();
        for (int i = 0; i < parameters.size(); i++) {
            P4Parser.ArgumentValueContext found = null;
            for (int j = 0; j < given.size(); j++) {
                P4Parser.ArgumentContext argument = given.get(j);
                if (argument.name() == null ? i == j : argument.name().getText().equals(parameters.get(i).name())) {
                    found = argument.argumentValue();
                }
            }
            ordered.add(found);
        }
        return ordered;
    }
}
