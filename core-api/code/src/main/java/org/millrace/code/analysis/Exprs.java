package org.millrace.code.analysis;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.millrace.code.analysis.Expr.Choice;
import org.millrace.code.analysis.Expr.Const;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Operation;
import org.millrace.code.analysis.Expr.Sum;

/** Makes expressions in normal form: constants folded, int sums linear, masks without effect gone. */
public final class Exprs {
    /** The int 0. */
    public static final Const ZERO = integer(0);

    private Exprs() {
    }

    /** {@return what is left of a budget after one for each operation and operand; negative: it is exhausted} */
    static int left(Expr e, int budget) {
        int left = budget - 1;
        Iterable<Expr> parts = switch (e) {
            case Expr.Sum sum -> sum.terms().keySet();
            case Expr.Operation operation -> operation.arguments();
            case Expr.Choice choice -> List.of(choice.yes(), choice.no());
            default -> List.of();
        };
        for (Expr part : parts) {
            if (left < 0) {
                return left;
            }
            left = left(part, left);
        }
        return left;
    }

    /**
     * {@return one of two values, as a test says; the value, if both are the same}
     *
     * @param test the question
     * @param yes  the value if the answer is yes
     * @param no   the value if it is no
     */
    public static Expr choice(Decision.Test test, Expr yes, Expr no) {
        Expr one = given(yes, test, true);
        Expr other = given(no, test, false);
        return one.equals(other) ? one : new Choice(test, one, other);
    }

    /**
     * {@return a value where the answer to a test is known}
     *
     * @param e      the value
     * @param test   the question
     * @param answer its answer
     */
    public static Expr given(Expr e, Decision.Test test, boolean answer) {
        if (!(e instanceof Choice(Decision.Test t, Expr yes, Expr no))) { // null too: no operand
            return e;
        }
        if (t.equals(test)) {
            return given(answer ? yes : no, test, answer);
        }
        Expr newYes = given(yes, test, answer);
        Expr newNo = given(no, test, answer);
        return newYes == yes && newNo == no ? e : newYes.equals(newNo) ? newYes : new Choice(t, newYes, newNo);
    }

    private static Expr lift(Expr a, Expr b, BinaryOperator<Expr> operation) {
        if (a instanceof Choice(Decision.Test t, Expr yes, Expr no)) {
            return choice(t, lift(yes, given(b, t, true), operation), lift(no, given(b, t, false), operation));
        }
        if (b instanceof Choice(Decision.Test t, Expr yes, Expr no)) {
            return choice(t, lift(a, yes, operation), lift(a, no, operation));
        }
        return operation.apply(a, b);
    }

    /** {@return an int constant}
     * @param value its value */
    public static Const integer(int value) {
        return new Const(value, false);
    }

    /** {@return a long constant}
     * @param value its value */
    public static Const wide(long value) {
        return new Const(value, true);
    }

    /** {@return a + b, ints}
     * @param a left
     * @param b right */
    public static Expr add(Expr a, Expr b) {
        return linear(a, 1, b, 1);
    }

    /** {@return a − b, ints}
     * @param a left
     * @param b right */
    public static Expr subtract(Expr a, Expr b) {
        return linear(a, 1, b, -1);
    }

    static Expr scale(Expr a, int factor) {
        return linear(a, factor, ZERO, 0);
    }

    private static Expr linear(Expr a, int factorA, Expr b, int factorB) {
        if (a instanceof Choice || b instanceof Choice) {
            return lift(a, b, (x, y) -> linear(x, factorA, y, factorB));
        }
        TreeMap<Expr, Integer> terms = new TreeMap<>();
        int constant = addTerms(terms, a, factorA) + addTerms(terms, b, factorB);
        return sum(terms, constant);
    }

    /** {@return the sum of terms and a constant, in normal form}
     * @param terms factors by term
     * @param constant added */
    public static Expr sum(TreeMap<Expr, Integer> terms, int constant) {
        terms.values().removeIf(factor -> factor == 0);
        if (terms.isEmpty()) {
            return integer(constant);
        }
        if (constant == 0 && terms.size() == 1 && terms.firstEntry().getValue() == 1) {
            return terms.firstKey();
        }
        return new Sum(terms, constant);
    }

    private static int addTerms(TreeMap<Expr, Integer> terms, Expr e, int factor) {
        return switch (e) {
            case Const c -> (int) c.value() * factor;
            case Sum s -> {
                s.terms().forEach((term, f) -> terms.merge(term, f * factor, Integer::sum));
                yield s.constant() * factor;
            }
            default -> {
                terms.merge(e, factor, Integer::sum);
                yield 0;
            }
        };
    }

    /** {@return an operation, folded if it can be}
     * @param operator which
     * @param a first argument
     * @param b second, or null */
    public static Expr operation(Operator operator, Expr a, Expr b) {
        if (a instanceof Choice || b instanceof Choice) {
            return lift(a, b, (x, y) -> operation(operator, x, y));
        }
        if (a instanceof Const ca && (b == null || b instanceof Const)) {
            long value = operator.apply(ca.value(), b == null ? 0 : ((Const) b).value());
            return new Const(value, operator.isWide());
        }
        return switch (operator) {
            case AND -> and(a, b);
            case OR, XOR -> operator == Operator.XOR && isSignBit(b) ? add(a, b)
                : isZero(b) ? a : isZero(a) ? b : commutative(operator, a, b);
            case SHL -> b instanceof Const c ? scale(a, 1 << (int) c.value()) : plain(operator, a, b);
            case SHR, USHR, LSHL, LSHR, LUSHR -> isZero(b) ? a : plain(operator, a, b);
            case MUL -> a instanceof Const c ? scale(b, (int) c.value())
                : b instanceof Const c ? scale(a, (int) c.value()) : commutative(operator, a, b);
            case MIN, MAX, LOR, LXOR, LADD, LMUL, LMIN, LMAX -> commutative(operator, a, b);
            case LAND -> wideAnd(a, b);
            case NARROW -> narrow(a);
            default -> plain(operator, a, b);
        };
    }

    private static Expr plain(Operator operator, Expr a, Expr b) {
        return new Operation(operator, b == null ? List.of(a) : List.of(a, b));
    }

    private static Expr commutative(Operator operator, Expr a, Expr b) {
        boolean swap = a instanceof Const || !(b instanceof Const) && a.compareTo(b) > 0;
        return plain(operator, swap ? b : a, swap ? a : b);
    }

    /** Flipping the sign bit is adding it. */
    private static boolean isSignBit(Expr e) {
        return e instanceof Const c && c.value() == Integer.MIN_VALUE;
    }

    private static boolean isZero(Expr e) {
        return e instanceof Const c && c.value() == 0;
    }

    private static Expr and(Expr a, Expr b) {
        Expr value = a instanceof Const ? b : a;
        if ((a instanceof Const ? a : b) instanceof Const mask) {
            if (mask.value() == 0 || mask.value() == -1) {
                return mask.value() == 0 ? ZERO : value;
            }
            if (value instanceof Input in && in.bits() < 32 && (~mask.value() & (1L << in.bits()) - 1) == 0) {
                return value;
            }
            if (value instanceof Operation(Operator o, List<Expr> args) && o == Operator.AND
                && args.get(1) instanceof Const inner) {
                return and(args.get(0), integer((int) (inner.value() & mask.value())));
            }
        }
        return a.equals(b) ? a : commutative(Operator.AND, a, b);
    }

    /** {@code x & 0xffffffffL} is an int taken as unsigned. */
    private static Expr wideAnd(Expr a, Expr b) {
        Expr value = a instanceof Const ? b : a;
        Expr mask = a instanceof Const ? a : b;
        if (mask instanceof Const c && c.value() == 0xffff_ffffL
            && value instanceof Operation(Operator o, List<Expr> args)) {
            if (o == Operator.WIDEN) {
                return plain(Operator.UWIDEN, args.getFirst(), null);
            }
            if (o == Operator.UWIDEN) {
                return value;
            }
        }
        return commutative(Operator.LAND, a, b);
    }

    /** The low half of a long sum is the sum of the low halves. */
    private static Expr narrow(Expr a) {
        if (a instanceof Const c) {
            return integer((int) c.value());
        }
        if (!(a instanceof Operation(Operator o, List<Expr> args))) {
            return plain(Operator.NARROW, a, null);
        }
        return switch (o) {
            case WIDEN, UWIDEN -> args.getFirst();
            case LADD -> add(narrow(args.get(0)), narrow(args.get(1)));
            case LSUB -> subtract(narrow(args.get(0)), narrow(args.get(1)));
            case LAND -> operation(Operator.AND, narrow(args.get(0)), narrow(args.get(1)));
            case LOR -> operation(Operator.OR, narrow(args.get(0)), narrow(args.get(1)));
            case LXOR -> operation(Operator.XOR, narrow(args.get(0)), narrow(args.get(1)));
            case LMAX -> narrowMax(a, args);
            default -> plain(Operator.NARROW, a, null);
        };
    }

    /** {@code (int) Math.max((a & M) - (b & M), 0)} is unsigned saturating subtraction. */
    private static Expr narrowMax(Expr whole, List<Expr> args) {
        if (args.get(1) instanceof Const zero && zero.value() == 0
            && args.get(0) instanceof Operation(Operator o, List<Expr> d) && o == Operator.LSUB
            && d.get(0) instanceof Operation(Operator p, List<Expr> x) && p == Operator.UWIDEN
            && d.get(1) instanceof Operation(Operator q, List<Expr> y) && q == Operator.UWIDEN) {
            return plain(Operator.USATSUB, x.getFirst(), y.getFirst());
        }
        return plain(Operator.NARROW, whole, null);
    }

    /**
     * {@return a value with other inputs}
     *
     * @param e    the value
     * @param with what stands for each input; an input or a constant
     */
    public static Expr replace(Expr e, UnaryOperator<Expr> with) {
        return switch (e) {
            case Const c -> c;
            case Input in -> with.apply(in);
            case Sum s -> {
                Expr sum = integer(s.constant());
                for (Map.Entry<Expr, Integer> term : s.terms().entrySet()) {
                    sum = linear(sum, 1, replace(term.getKey(), with), term.getValue());
                }
                yield sum;
            }
            case Operation(Operator o, List<Expr> a) -> operation(o, replace(a.getFirst(), with),
                a.size() > 1 ? replace(a.get(1), with) : null);
            case Choice(Decision.Test test, Expr yes, Expr no) -> {
                Decision.Test other = replace(test, with);
                Compare c = other.compare();
                boolean isKnown = c.left() instanceof Const && c.right() instanceof Const;
                yield isKnown ? replace(other.holds(in -> 0) ? yes : no, with)
                    : choice(other, replace(yes, with), replace(no, with));
            }
        };
    }

    /**
     * {@return a test of other inputs}
     *
     * @param test the test
     * @param with what stands for each input; an input or a constant
     */
    public static Decision.Test replace(Decision.Test test, UnaryOperator<Expr> with) {
        Compare c = test.compare();
        return new Decision.Test(new Compare(c.domain(), replace(c.left(), with), replace(c.right(), with)), test.outcomes());
    }

    /** {@return the tests that a value depends on, in order}
     * @param e the value */
    public static Set<Decision.Test> tests(Expr e) {
        Set<Decision.Test> found = new LinkedHashSet<>();
        tests(e, found);
        return found;
    }

    private static void tests(Expr e, Set<Decision.Test> found) {
        if (e instanceof Choice(Decision.Test test, Expr yes, Expr no)) {
            found.add(test);
            tests(yes, found);
            tests(no, found);
        }
    }

    /** {@return the values that it can be}
     * @param e the value */
    public static Set<Expr> leaves(Expr e) {
        Set<Expr> found = new LinkedHashSet<>();
        leaves(e, found);
        return found;
    }

    private static void leaves(Expr e, Set<Expr> found) {
        if (e instanceof Choice(Decision.Test test, Expr yes, Expr no)) {
            leaves(yes, found);
            leaves(no, found);
        } else {
            found.add(e);
        }
    }

    /** {@return the state fields an expression reads}
     * @param e the expression */
    public static Set<Input> stateInputs(Expr e) {
        Set<Input> found = new HashSet<>();
        e.inputs(in -> {
            if (in.source() == Expr.Source.STATE) {
                found.add(in);
            }
        });
        return found;
    }

    /** {@return whether an expression reads no state}
     * @param e the expression */
    public static boolean isStateFree(Expr e) {
        boolean[] reads = new boolean[1];
        e.inputs(in -> reads[0] |= in.source() == Expr.Source.STATE);
        return !reads[0];
    }
}
