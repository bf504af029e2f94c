package org.millrace.testkit.p4.check;

import java.math.BigInteger;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.millrace.testkit.p4.grammar.P4Parser;
import org.millrace.testkit.p4.run.Eval;
import org.millrace.testkit.p4.value.Type;
import org.millrace.testkit.p4.value.Values;

/** Checks operators and casts (§8.5 to §8.11). */
final class Operators {
    private static final Set<String> COMPARE = Set.of("<", "<=", ">", ">=");
    private static final int MAX_SHIFT = 4096;

    /** A whole number of two. */
    @FunctionalInterface
    private interface Both {
        BigInteger of(BigInteger a, BigInteger b);
    }

    private final Unit unit;

    Operators(Unit unit) {
        this.unit = unit;
    }

    Expr cast(ParserRuleContext at, Expr from, Type to) {
        if (to.base() instanceof Type.Struct || to.base() instanceof Type.Tuple) {
            return unit.types.become(from, to, at);
        }
        Type source = from.type() instanceof Type.Enumeration e && e.underlying() != null ? e.underlying() : from.type();
        boolean named = to instanceof Type.Named || source instanceof Type.Named;
        Type a = source.base();
        Type b = to.base() instanceof Type.Enumeration e && e.underlying() != null ? e.underlying() : to.base();
        Eval of = from.eval();
        if (a.equals(b)) {
            return new Expr(to, of, from.constant(), null, java.util.List.of(), java.util.List.of());
        }
        if (a == Type.Simple.BOOL && b instanceof Type.Bits bits && bits.width() == 1) {
            return Expr.folded(to, frame -> (Boolean) of.eval(frame) ? BigInteger.ONE : BigInteger.ZERO, from);
        }
        if (b == Type.Simple.BOOL && (a instanceof Type.Bits bits && bits.width() == 1 || a == Type.Simple.INT)) {
            return Expr.folded(to, frame -> ((BigInteger) of.eval(frame)).signum() != 0, from);
        }
        if (b instanceof Type.Bits bits && (a == Type.Simple.INT || a instanceof Type.Bits other
                && (other.signed() == bits.signed() || other.width() == bits.width() && !named))) {
            return Expr.folded(to, frame -> Values.wrap(bits, (BigInteger) of.eval(frame)), from);
        }
        if (b == Type.Simple.INT && a instanceof Type.Bits) {
            return from.as(to);
        }
        throw unit.error(at, from.type() + " cannot be cast to " + to);
    }

    Expr unary(P4Parser.UnaryContext text, Expr of) {
        Eval eval = of.eval();
        String operator = text.op.getText();
        if (operator.equals("!")) {
            unit.expect(text, Type.Simple.BOOL, of.type());
            return Expr.folded(Type.Simple.BOOL, frame -> !(Boolean) eval.eval(frame), of);
        }
        if (of.type() == Type.Simple.INT && !operator.equals("~")) {
            return operator.equals("-") ? Expr.folded(of.type(), frame -> ((BigInteger) eval.eval(frame)).negate(), of) : of;
        }
        Type.Bits bits = bits(text, of);
        return switch (operator) {
            case "-" -> Expr.folded(of.type(), frame -> Values.wrap(bits, ((BigInteger) eval.eval(frame)).negate()), of);
            case "~" -> Expr.folded(of.type(), frame -> Values.wrap(bits, ((BigInteger) eval.eval(frame)).not()), of);
            default -> of;
        };
    }

    private Type.Bits bits(ParserRuleContext at, Expr of) {
        if (!(of.type() instanceof Type.Bits bits)) {
            throw unit.error(at, "this is " + of.type() + ", needed is bit or int with a width");
        }
        return bits;
    }

    Expr binary(ParserRuleContext at, String operator, Expr a, Expr b) {
        return switch (operator) {
            case "&&", "||" -> logic(at, operator.equals("&&"), a, b);
            case "==", "!=" -> equal(at, operator.equals("=="), a, b);
            case "++" -> concatenation(at, a, b);
            default -> COMPARE.contains(operator) ? compare(at, operator, a, b) : arithmetic(at, operator, a, b);
        };
    }

    private Expr logic(ParserRuleContext at, boolean and, Expr a, Expr b) {
        unit.expect(at, Type.Simple.BOOL, a.type());
        unit.expect(at, Type.Simple.BOOL, b.type());
        return Expr.folded(Type.Simple.BOOL, and
            ? frame -> (Boolean) a.eval().eval(frame) && (Boolean) b.eval().eval(frame)
            : frame -> (Boolean) a.eval().eval(frame) || (Boolean) b.eval().eval(frame), a, b);
    }

    private Expr equal(ParserRuleContext at, boolean equal, Expr a, Expr b) {
        Expr left = like(a, b, at);
        Expr right = like(b, left, at);
        unit.expect(at, left.type(), right.type());
        return Expr.folded(Type.Simple.BOOL,
            frame -> Values.equal(left.eval().eval(frame), right.eval().eval(frame)) == equal, left, right);
    }

    private Expr concatenation(ParserRuleContext at, Expr a, Expr b) {
        Type.Bits left = bits(at, a);
        Type.Bits right = bits(at, b);
        Type.Bits whole = new Type.Bits(left.width() + right.width(), left.signed());
        return Expr.folded(whole, frame -> Values.wrap(whole, ((BigInteger) a.eval().eval(frame)).shiftLeft(right.width())
            .or(((BigInteger) b.eval().eval(frame)).and(Values.mask(right.width())))), a, b);
    }

    private Expr compare(ParserRuleContext at, String operator, Expr a, Expr b) {
        Expr left = like(a, b, at);
        Expr right = like(b, a, at);
        same(at, left, right);
        return Expr.folded(Type.Simple.BOOL, frame -> {
            int sign = ((BigInteger) left.eval().eval(frame)).compareTo((BigInteger) right.eval().eval(frame));
            return switch (operator) {
                case "<" -> sign < 0;
                case "<=" -> sign <= 0;
                case ">" -> sign > 0;
                default -> sign >= 0;
            };
        }, left, right);
    }

    private void same(ParserRuleContext at, Expr a, Expr b) {
        if (a.type() != Type.Simple.INT) {
            bits(at, a);
        }
        unit.expect(at, a.type(), b.type());
    }

    private Expr arithmetic(ParserRuleContext at, String operator, Expr a, Expr b) {
        Expr left = like(a, b, at);
        Expr right = like(b, a, at);
        same(at, left, right);
        Eval x = left.eval();
        Eval y = right.eval();
        if (left.type() == Type.Simple.INT) {
            Both both = both(at, operator);
            return Expr.folded(left.type(), frame -> both.of((BigInteger) x.eval(frame), (BigInteger) y.eval(frame)), left, right);
        }
        Type.Bits bits = (Type.Bits) left.type();
        if (operator.startsWith("|") && operator.length() == 3) {
            boolean add = operator.equals("|+|");
            return Expr.folded(bits, frame -> saturate(bits, add ? ((BigInteger) x.eval(frame)).add((BigInteger) y.eval(frame))
                : ((BigInteger) x.eval(frame)).subtract((BigInteger) y.eval(frame))), left, right);
        }
        if (operator.equals("/") || operator.equals("%")) {
            if (bits.signed() || !(right.constant() instanceof BigInteger divisor) || divisor.signum() <= 0) {
                throw unit.error(at, operator + " needs unsigned values and a positive constant");
            }
        }
        Both both = both(at, operator);
        return Expr.folded(bits, frame -> Values.wrap(bits, both.of((BigInteger) x.eval(frame), (BigInteger) y.eval(frame))),
            left, right);
    }

    private Both both(ParserRuleContext at, String operator) {
        return switch (operator) {
            case "+" -> BigInteger::add;
            case "-" -> BigInteger::subtract;
            case "*" -> BigInteger::multiply;
            case "/" -> BigInteger::divide;
            case "%" -> BigInteger::mod;
            case "&" -> BigInteger::and;
            case "|" -> BigInteger::or;
            case "^" -> BigInteger::xor;
            default -> throw unit.error(at, operator + " needs values with a width");
        };
    }

    private static BigInteger saturate(Type.Bits bits, BigInteger exact) {
        BigInteger most = Values.mask(bits.signed() ? bits.width() - 1 : bits.width());
        BigInteger least = bits.signed() ? most.not() : BigInteger.ZERO;
        return exact.min(most).max(least);
    }

    Expr shift(ParserRuleContext at, boolean left, Expr a, Expr by) {
        boolean unsigned = by.type() instanceof Type.Bits amount && !amount.signed()
            || by.constant() instanceof BigInteger known && known.signum() >= 0;
        if (!unsigned || a.type() == Type.Simple.INT && by.constant() == null) {
            throw unit.error(at, "a shift needs a distance that is not negative");
        }
        if (a.type() != Type.Simple.INT) {
            bits(at, a);
        }
        return Expr.folded(a.type(), frame -> {
            int distance = ((BigInteger) by.eval().eval(frame)).min(BigInteger.valueOf(MAX_SHIFT)).intValue();
            BigInteger value = (BigInteger) a.eval().eval(frame);
            BigInteger shifted = left ? value.shiftLeft(distance) : value.shiftRight(distance);
            return a.type() instanceof Type.Bits bits ? Values.wrap(bits, shifted) : shifted;
        }, a, by);
    }

    Expr choice(ParserRuleContext at, Expr test, Expr a, Expr b) {
        Expr left = like(a, b, at);
        Expr right = like(b, a, at);
        unit.expect(at, left.type(), right.type());
        if (left.type() == Type.Simple.INT && test.constant() == null) {
            throw unit.error(at, "? : needs values with a width");
        }
        return Expr.folded(left.type(), frame -> (Boolean) test.eval().eval(frame) ? left.eval().eval(frame)
            : right.eval().eval(frame), test, left, right);
    }

    private Expr like(Expr a, Expr b, ParserRuleContext at) {
        boolean number = a.type() == Type.Simple.INT && b.type() instanceof Type.Bits;
        boolean valued = a.type() instanceof Type.Enumeration e && e.underlying() != null && b.type().equals(e.underlying());
        boolean list = !a.elements().isEmpty() && b.elements().isEmpty();
        return number || valued || list ? unit.types.become(a, b.type(), at) : a;
    }
}
