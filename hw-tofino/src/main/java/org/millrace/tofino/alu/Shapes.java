package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Compare.Domain;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Const;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Operation;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Operator;

/**
 * Brings comparisons and new values into the forms of the ALU. What is free of the register becomes an operand, its
 * sign normalised so that both senses share a slot.
 *
 * <p>DESIGN NOTES. Terms may cross a serial comparison (a wrapped sum against 0) and an equality, never a true one:
 * {@code seq + len - una > avail} keeps its sum as one operand. A serial choice never becomes a minimum or maximum: the
 * ALU's compare true values, which differ at the wrap.
 */
final class Shapes {
    private final List<Input> fields;
    private final List<Expr> operands = new ArrayList<>();
    private final Set<Expr> assumptions = new LinkedHashSet<>();

    Shapes(List<Input> fields) {
        this.fields = fields;
    }

    List<Expr> operands() {
        return operands;
    }

    Set<Expr> assumptions() {
        return assumptions;
    }

    private int slot(Expr operand) {
        int slot = operands.indexOf(operand);
        if (slot < 0) {
            slot = operands.size();
            operands.add(operand);
        }
        return slot;
    }

    CompareUnit compare(Decision.Test test) {
        Compare c = test.compare();
        boolean isEquality = test.outcomes() == Compare.EQ;
        if (isEquality || c.domain() == Domain.SIGNED && c.right().equals(Exprs.ZERO)) {
            CompareUnit masked = isEquality ? maskedEquality(c) : null;
            return masked != null ? masked : wrapped(Exprs.subtract(c.left(), c.right()), test, isEquality);
        }
        CompareUnit.Kind kind = c.domain() == Domain.SIGNED ? CompareUnit.Kind.SIGNED : CompareUnit.Kind.UNSIGNED;
        boolean isLeft = !Exprs.isStateFree(c.left());
        Expr other = isLeft ? c.right() : c.left();
        Masked register = masked(isLeft ? c.left() : c.right());
        if (register == null || !Exprs.isStateFree(other)) {
            throw notRegister(test);
        }
        int outcomes = isLeft ? test.outcomes() : flip(test.outcomes());
        return other instanceof Const value
            ? new CompareUnit(kind, register.half, false, register.mask, -1, false, (int) value.value(), outcomes)
            : new CompareUnit(kind, register.half, false, register.mask, slot(other), false, 0, outcomes);
    }

    private record Masked(int half, int mask) {
    }

    private Masked masked(Expr e) {
        if (e instanceof Input in && fields.contains(in)) {
            return new Masked(fields.indexOf(in), -1);
        }
        if (e instanceof Operation(Operator o, List<Expr> args) && o == Operator.AND
            && args.get(0) instanceof Input in && fields.contains(in) && args.get(1) instanceof Const mask) {
            return new Masked(fields.indexOf(in), (int) mask.value());
        }
        return null;
    }

    private static int flip(int mask) {
        return mask & Compare.EQ | (mask & Compare.LT) << 2 | (mask & Compare.GT) >> 2;
    }

    private static UnfitException notRegister(Decision.Test test) {
        return new UnfitException("comparison " + test.text(),
            "a comparator takes the register as it is and one operand; no ALU reads another");
    }

    /** {@code (m + c & 0xff) == v} in a field of 8 bits is {@code m == (v - c & 0xff)}. */
    private CompareUnit maskedEquality(Compare c) {
        if (c.left() instanceof Operation(Operator o, List<Expr> args) && o == Operator.AND
            && args.get(1) instanceof Const mask && args.get(0) instanceof Expr.Sum(var terms, int k)
            && terms.size() == 1 && terms.firstKey() instanceof Input in && fields.contains(in)
            && terms.get(in) == 1 && mask.value() == (1L << in.bits()) - 1 && c.right() instanceof Const value) {
            return new CompareUnit(CompareUnit.Kind.WRAPPED, fields.indexOf(in), false, -1, -1, false,
                (int) -(value.value() - k & mask.value()), Compare.EQ);
        }
        return null;
    }

    private CompareUnit wrapped(Expr sum, Decision.Test test, boolean isEquality) {
        TreeMap<Expr, Integer> terms = Rows.terms(sum);
        Expr register = null;
        for (Expr term : terms.keySet()) {
            if (!Exprs.isStateFree(term)) {
                if (register != null) {
                    throw new UnfitException("comparison " + test.text(), "no comparator takes both halves");
                }
                register = term;
            }
        }
        Masked m = masked(register);
        int factor = terms.getOrDefault(register, 0);
        if (m == null || Math.abs(factor) != 1) {
            throw notRegister(test);
        }
        terms.remove(register);
        int constant = sum instanceof Expr.Sum s ? s.constant() : 0;
        boolean isConstant = terms.isEmpty() && (isEquality || constant == 0);
        if (isConstant) {
            return new CompareUnit(CompareUnit.Kind.WRAPPED, m.half, factor < 0, m.mask, -1, false, constant,
                test.outcomes());
        }
        Expr rest = Exprs.sum(terms, constant);
        boolean minus = isNegative(rest);
        return new CompareUnit(CompareUnit.Kind.WRAPPED, m.half, factor < 0, m.mask,
            slot(minus ? Exprs.subtract(Exprs.ZERO, rest) : rest), minus, 0, test.outcomes());
    }

    private static boolean isNegative(Expr e) {
        return switch (e) {
            case Const c -> false;
            case Expr.Sum s -> s.terms().get(s.terms().firstKey()) < 0;
            default -> false;
        };
    }

    /** {@return the update that makes a value, null if the half keeps its own} */
    Update update(Expr value, int half) {
        if (value.equals(fields.get(half))) {
            return null;
        }
        if (Exprs.isStateFree(value)) {
            return value instanceof Const c ? new Update(Update.Kind.PASS, -1, -1, (int) c.value())
                : new Update(Update.Kind.PASS, -1, slot(value), 0);
        }
        return value instanceof Operation o ? operation(o) : linear(value);
    }

    private Update linear(Expr value) {
        TreeMap<Expr, Integer> terms = Rows.terms(value);
        Input register = null;
        for (Expr term : terms.keySet()) {
            if (!Exprs.isStateFree(term)) {
                if (register != null || !(term instanceof Input in)) {
                    throw unfit(value);
                }
                register = in;
            }
        }
        int factor = terms.remove(register);
        int half = fields.indexOf(register);
        Expr rest = Exprs.sum(terms, value instanceof Expr.Sum s ? s.constant() : 0);
        if (rest.equals(Exprs.ZERO) && factor == 1) {
            return new Update(Update.Kind.PASS_MEMORY, half, -1, 0);
        }
        if (Math.abs(factor) != 1) {
            throw unfit(value);
        }
        if (rest instanceof Const c) {
            return new Update(factor > 0 ? Update.Kind.ADD : Update.Kind.REVERSE, half, -1, (int) c.value());
        }
        boolean minus = isNegative(rest);
        if (minus && factor < 0) {
            throw unfit(value);
        }
        return new Update(factor < 0 ? Update.Kind.REVERSE : minus ? Update.Kind.SUBTRACT : Update.Kind.ADD, half,
            slot(minus ? Exprs.subtract(Exprs.ZERO, rest) : rest), 0);
    }

    private Update operation(Operation o) {
        Expr a = o.arguments().get(0);
        Expr b = o.arguments().size() > 1 ? o.arguments().get(1) : Exprs.ZERO;
        if (o.operator() == Operator.MAX && b.equals(Exprs.ZERO) && !(a instanceof Input)) {
            Update difference = linear(a);
            boolean subtracts = difference.kind() == Update.Kind.SUBTRACT
                || difference.kind() == Update.Kind.ADD && difference.slot() < 0 && difference.constant() < 0;
            if (!subtracts) {
                throw unfit(o);
            }
            assumptions.add(fields.get(difference.half()));
            if (difference.slot() < 0) {
                return new Update(Update.Kind.SATURATING, difference.half(), -1, -difference.constant());
            }
            assumptions.add(operands.get(difference.slot()));
            return new Update(Update.Kind.SATURATING, difference.half(), difference.slot(), 0);
        }
        Update.Kind kind = switch (o.operator()) {
            case MIN -> Update.Kind.MIN;
            case MAX -> Update.Kind.MAX;
            case AND -> Update.Kind.AND;
            case OR -> Update.Kind.OR;
            case XOR -> Update.Kind.XOR;
            case USATSUB -> Update.Kind.UNSIGNED_SATURATING;
            case USATADD -> Update.Kind.UNSIGNED_SATURATING_SUM;
            default -> throw unfit(o);
        };
        boolean isSecond = kind != Update.Kind.UNSIGNED_SATURATING && !(a instanceof Input in && fields.contains(in));
        Expr register = isSecond ? b : a;
        Expr other = isSecond ? a : b;
        if (!(register instanceof Input in) || !fields.contains(in) || !Exprs.isStateFree(other)) {
            throw unfit(o);
        }
        return other instanceof Const c ? new Update(kind, fields.indexOf(in), -1, (int) c.value())
            : new Update(kind, fields.indexOf(in), slot(other), 0);
    }

    private static UnfitException unfit(Expr value) {
        return Exprs.stateInputs(value).size() > 1
            ? new UnfitException("new value " + value.text(), "no ALU combines two fields of a register")
            : new UnfitException("new value " + value.text(),
                "an ALU does one operation on the register and one operand; no ALU reads another");
    }
}
