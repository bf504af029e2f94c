package org.millrace.tofino.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Operator;

/**
 * What a stage computes before its tables: an instruction of two operands a physical stage, into a container of its
 * own. Of a long sum the operands that are there first are added first, so that one that comes late is waited for, and
 * little after it. An expression is computed once a stage.
 */
final class Early {
    /** When a field is there. */
    @FunctionalInterface
    interface Arrivals {
        /** {@return the first physical stage that can read a field} */
        int of(String field, Workflow workflow);
    }

    /**
     * A value that is a field or a constant, or one operation on such.
     *
     * @param value the value
     * @param ready the first stage that can read all of it
     */
    record Operand(Expr value, int ready) {
    }

    /**
     * A test of fields and constants.
     *
     * @param test  the test
     * @param ready the first stage that can make it
     */
    record Tested(Decision.Test test, int ready) {
    }

    /** An instruction of the always-run action. */
    record Instruction(Input target, Expr value, Set<Workflow> workflows) {
    }

    /** A temporary of the stage itself is there after all that comes from before. */
    private static final int OWN = 64;

    private record Term(Operand operand, boolean isNegative) {
    }

    private final String stage;
    private final Arrivals arrivals;
    private final Map<Expr, Instruction> instructions = new LinkedHashMap<>();

    Early(String stage, Arrivals arrivals) {
        this.stage = stage;
        this.arrivals = arrivals;
    }

    /** {@return a field that is none of the program's} */
    static Input temporary(String name, int bits) {
        return new Input(Expr.Source.META, '$' + name, -2, bits);
    }

    List<Instruction> instructions() {
        return List.copyOf(instructions.values());
    }

    /** {@return a value in one container} */
    Operand value(Expr e, Workflow w) {
        return isPlain(e) ? plain(e, w) : combine(last(e, w), w);
    }

    static boolean isPlain(Expr e) {
        return e instanceof Expr.Const || e instanceof Input;
    }

    private Operand plain(Expr e, Workflow w) {
        return new Operand(e, e instanceof Input in && in.source() == Expr.Source.META
            ? in.name().startsWith('$' + stage + '.') ? OWN : arrivals.of(in.name(), w) : 0);
    }

    /** {@return a value of at most one operation, which the table does itself} */
    Operand last(Expr e, Workflow w) {
        return switch (e) {
            case Expr.Sum s -> sum(s, w);
            case Expr.Operation o -> {
                List<Operand> operands = o.arguments().stream().map(a -> value(a, w)).toList();
                yield new Operand(new Expr.Operation(o.operator(), operands.stream().map(Operand::value).toList()),
                    operands.stream().mapToInt(Operand::ready).max().orElse(0));
            }
            case Expr.Choice c -> {
                Tested test = tested(c.test(), w);
                Operand yes = value(c.yes(), w);
                Operand no = value(c.no(), w);
                yield new Operand(new Expr.Choice(test.test, yes.value, no.value), Math.max(test.ready, Math.max(yes.ready, no.ready)));
            }
            default -> plain(e, w);
        };
    }

    private Operand combine(Operand of, Workflow w) {
        Instruction instruction = instructions.computeIfAbsent(of.value, v -> new Instruction(
            temporary(stage + ".pre" + (instructions.size() + 1), 32), v, EnumSet.noneOf(Workflow.class)));
        instruction.workflows.add(w);
        return new Operand(instruction.target, of.ready + 1);
    }

    /** Adds the two that are there first, until two are left. A factor is as many shifted terms as it has bits. */
    private Operand sum(Expr.Sum s, Workflow w) {
        PriorityQueue<Term> open = new PriorityQueue<>(Comparator.<Term>comparingInt(t -> t.operand.ready)
            .thenComparing(t -> t.operand.value.text()));
        s.terms().forEach((term, factor) -> {
            Operand operand = value(term, w);
            int bits = Math.abs(factor);
            for (int bit = 0; bit < 32; bit++) {
                if ((bits >>> bit & 1) != 0) {
                    boolean isAlone = s.terms().size() == 1 && s.constant() == 0 && Integer.bitCount(bits) == 1 && factor > 0;
                    Operand shifted = bit == 0 ? operand : new Operand(shift(operand.value, bit), operand.ready);
                    open.add(new Term(bit == 0 || isAlone ? shifted : combine(shifted, w), factor < 0 && factor != Integer.MIN_VALUE));
                }
            }
        });
        if (s.constant() != 0) {
            open.add(new Term(new Operand(Exprs.integer(s.constant()), 0), false));
        }
        while (open.size() > 2) {
            Term both = added(open.poll(), open.poll());
            open.add(new Term(combine(both.operand, w), both.isNegative));
        }
        if (open.size() == 1) {
            Term one = open.poll();
            return one.isNegative ? new Operand(sum(one.operand.value, -1, null, 0), one.operand.ready) : one.operand;
        }
        Term both = added(open.poll(), open.poll());
        return both.isNegative ? new Operand(sum(combine(both.operand, w).value, -1, null, 0), both.operand.ready + 1)
            : both.operand;
    }

    /** {@code -a - b} is {@code -(a + b)}: an instruction more. */
    private static Term added(Term a, Term b) {
        int ready = Math.max(a.operand.ready, b.operand.ready);
        boolean isNegative = a.isNegative && b.isNegative;
        return new Term(new Operand(sum(a.operand.value, a.isNegative && !isNegative ? -1 : 1, b.operand.value,
            b.isNegative && !isNegative ? -1 : 1), ready), isNegative);
    }

    private static Expr sum(Expr a, int factorA, Expr b, int factorB) {
        TreeMap<Expr, Integer> terms = new TreeMap<>();
        int constant = 0;
        if (a instanceof Expr.Const c) {
            constant += (int) c.value() * factorA;
        } else {
            terms.merge(a, factorA, Integer::sum);
        }
        if (b instanceof Expr.Const c) {
            constant += (int) c.value() * factorB;
        } else if (b != null) {
            terms.merge(b, factorB, Integer::sum);
        }
        return Exprs.sum(terms, constant);
    }

    private static Expr shift(Expr e, int by) {
        return new Expr.Sum(new TreeMap<>(Map.of(e, 1 << by)), 0);
    }

    /**
     * {@return a test that a gateway can make}: of a field, also masked, with a constant for equality, for its sign or as
     * a small range; of two fields for equality. All else is computed before, to a difference or a bit
     */
    Tested tested(Decision.Test test, Workflow w) {
        Compare c = test.compare();
        if (isByGateway(test)) {
            List<Input> fields = new ArrayList<>();
            c.left().inputs(fields::add);
            return new Tested(test, fields.stream().mapToInt(f -> plain(f, w).ready).max().orElse(0));
        }
        boolean isZero = c.right().equals(Exprs.ZERO) && c.domain() == Compare.Domain.SIGNED;
        if (isZero || test.outcomes() == Compare.EQ && c.right() instanceof Expr.Const) {
            Operand left = value(c.left(), w);
            return new Tested(new Decision.Test(new Compare(c.domain(), left.value, c.right()), test.outcomes()), left.ready);
        }
        Operand left = value(c.left(), w);
        Operand right = value(c.right(), w);
        Decision.Test plain = new Decision.Test(new Compare(c.domain(), left.value, right.value), test.outcomes());
        Operand bit = combine(new Operand(new Expr.Choice(plain, Exprs.integer(1), Exprs.ZERO),
            Math.max(left.ready, right.ready)), w);
        return new Tested(new Decision.Test(new Compare(Compare.Domain.SIGNED, bit.value, Exprs.integer(1)), Compare.EQ),
            bit.ready);
    }

    /** {@return whether a gateway makes the test itself} */
    static boolean isByGateway(Decision.Test test) {
        Compare c = test.compare();
        if (c.right() instanceof Expr.Const constant && isField(c.left())) {
            boolean isSign = c.domain() == Compare.Domain.SIGNED && constant.value() == 0;
            return test.outcomes() == Compare.EQ || isSign || bits(c.left()) <= 8
                || c.domain() == Compare.Domain.UNSIGNED && Long.bitCount(constant.value() + 1 & 0xffff_ffffL) <= 1;
        }
        return test.outcomes() == Compare.EQ && c.right().equals(Exprs.ZERO) && c.left() instanceof Expr.Sum s
            && s.constant() == 0 && s.terms().size() == 2 && s.terms().keySet().stream().allMatch(t -> t instanceof Input)
            && s.terms().values().stream().mapToInt(Integer::intValue).sum() == 0
            && Math.abs(s.terms().get(s.terms().firstKey())) == 1;
    }

    static boolean isField(Expr e) {
        return e instanceof Input || e instanceof Expr.Operation(Operator o, List<Expr> args)
            && args.getFirst() instanceof Input && (o == Operator.AND || o == Operator.USHR)
            && args.get(1) instanceof Expr.Const;
    }

    /** {@return the bits of a field, masked or shifted, that a test looks at} */
    static int bits(Expr e) {
        return switch (e) {
            case Input in -> in.bits();
            case Expr.Operation(Operator o, List<Expr> args) when o == Operator.AND ->
                Integer.bitCount((int) ((Expr.Const) args.get(1)).value());
            case Expr.Operation(Operator o, List<Expr> args) when o == Operator.USHR ->
                bits(args.getFirst()) - (int) ((Expr.Const) args.get(1)).value();
            default -> 32;
        };
    }
}
