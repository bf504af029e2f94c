package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Operator;

/**
 * What a stage computes before its tables: an instruction of two operands a physical stage, into a container of its
 * own. Of a long sum the operands that are there first are added first, so that one that comes late is waited for, and
 * little after it. An expression is computed once a stage.
 */
final class Early {
    /** When a field is there: the first physical stage that can read it. */
    @FunctionalInterface
    interface Arrivals {
        int of(String field, Workflow workflow);
    }

    /**
     * An operand: a field, or the result of an instruction.
     *
     * @param name  of field or temporary; empty: a constant
     * @param ready the first stage that can read it
     */
    record Operand(String name, int ready) {
    }

    /** Stands in the name of every temporary. */
    static final String TEMPORARY = ".pre";

    private final String stage;
    private final Arrivals arrivals;
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Map<Workflow, Access>> instructions = new LinkedHashMap<>();
    private final Map<String, Operand> results = new LinkedHashMap<>();

    Early(String stage, Arrivals arrivals) {
        this.stage = stage;
        this.arrivals = arrivals;
    }

    /** {@return the instructions, by the temporary each writes, in order} */
    Map<String, Map<Workflow, Access>> instructions() {
        return instructions;
    }

    /** {@return an expression in one container} */
    Operand value(Expr e, Set<Workflow> workflows) {
        return switch (e) {
            case Expr.Const c -> new Operand("", 0);
            case Input in -> input(in, workflows);
            case Expr.Sum s -> sum(s, 1, workflows).getFirst();
            case Expr.Operation o when isWidening(o) -> value(o.arguments().getFirst(), workflows);
            case Expr.Operation o -> combine(o.text(), operands(o, workflows), workflows);
        };
    }

    /** {@return a comparison in one container: its sign, or its own bit} */
    Operand tested(Compare c, Set<Workflow> workflows) {
        Operand left = value(c.left(), workflows);
        boolean isOfSign = c.right() instanceof Expr.Const && !isThere(c.left());
        return isOfSign ? left : combine(c.text(Compare.LT), List.of(left, value(c.right(), workflows)), workflows);
    }

    private static boolean isThere(Expr e) {
        return e instanceof Input || e instanceof Expr.Const;
    }

    /** {@return what the last instruction of an expression reads, which the table does itself} */
    List<Operand> lastOperands(Expr e, Set<Workflow> workflows) {
        return switch (e) {
            case Expr.Sum s -> sum(s, 2, workflows);
            case Expr.Operation o when isWidening(o) -> lastOperands(o.arguments().getFirst(), workflows);
            case Expr.Operation o -> operands(o, workflows);
            default -> List.of(value(e, workflows));
        };
    }

    private static boolean isWidening(Expr.Operation o) {
        return o.operator() == Operator.WIDEN || o.operator() == Operator.UWIDEN || o.operator() == Operator.NARROW;
    }

    private Operand input(Input in, Set<Workflow> workflows) {
        return switch (in.source()) {
            case META -> field(in.name(), workflows);
            case RESULT -> in.offset() < 0 ? new Operand("", 0) : field('$' + in.name(), workflows);
            default -> new Operand("", 0);
        };
    }

    private Operand field(String name, Set<Workflow> workflows) {
        return new Operand(name, workflows.stream().mapToInt(w -> arrivals.of(name, w)).max().orElse(0));
    }

    private List<Operand> operands(Expr.Operation o, Set<Workflow> workflows) {
        return o.arguments().stream().map(a -> value(a, workflows)).toList();
    }

    /** Adds up until so many operands are left. */
    private List<Operand> sum(Expr.Sum s, int left, Set<Workflow> workflows) {
        if (s.terms().size() == 1 && s.constant() == 0) { // a shift or negation
            List<Operand> one = List.of(value(s.terms().firstKey(), workflows));
            return left > 1 ? one : List.of(combine(s.text(), one, workflows));
        }
        PriorityQueue<Operand> open = new PriorityQueue<>(
            Comparator.comparingInt(Operand::ready).thenComparing(Operand::name));
        s.terms().forEach((term, factor) -> {
            Operand operand = value(term, workflows);
            open.add(Math.abs((long) factor) == 1 ? operand
                : combine(factor + "*" + operand.name, List.of(operand), workflows));
        });
        if (s.constant() != 0) {
            open.add(new Operand("", 0));
        }
        while (open.size() > left) {
            Operand a = open.poll();
            Operand b = open.poll();
            String name = open.isEmpty() ? s.text() : a.name + " with " + b.name + " of " + s.text();
            open.add(combine(name, List.of(a, b), workflows));
        }
        return new ArrayList<>(open);
    }

    private Operand combine(String text, List<Operand> operands, Set<Workflow> workflows) {
        String name = names.computeIfAbsent(text, t -> '$' + stage + TEMPORARY + (names.size() + 1));
        Map<Workflow, Access> accesses =
            instructions.computeIfAbsent(name, n -> new EnumMap<>(Workflow.class));
        for (Workflow w : workflows) {
            Access access = accesses.computeIfAbsent(w, k -> new Access());
            operands.stream().map(Operand::name).filter(n -> !n.isEmpty()).forEach(access.reads::add);
            access.writes.add(name);
        }
        int ready = operands.stream().mapToInt(Operand::ready).max().orElse(0) + 1;
        return results.merge(name, new Operand(name, ready), (x, y) -> x.ready >= y.ready ? x : y);
    }
}
