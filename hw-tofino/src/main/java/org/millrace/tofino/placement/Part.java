package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.tofino.analysis.Compare;
import org.millrace.tofino.analysis.Decision;
import org.millrace.tofino.analysis.Expr;
import org.millrace.tofino.analysis.Expr.Input;
import org.millrace.tofino.analysis.Expr.Source;
import org.millrace.tofino.analysis.Operator;

/**
 * Fields of a stage that are written under the same conditions: one table of the operation graph. Collects what its
 * gateways test, what its actions read, and how many VLIW levels come before.
 */
final class Part {
    /** One way through the stage: answers to tests, and the values of the columns there. */
    record Way(Map<Decision.Test, Boolean> answers, Map<String, Object> values) {
    }

    private static final int MAX_BRANCHES = 6;

    final Set<String> matches = new TreeSet<>();
    final Set<String> reads = new TreeSet<>();
    final Set<String> writes = new TreeSet<>();
    final Set<String> before = new TreeSet<>();
    int levelsBefore;
    private final Set<String> tested = new LinkedHashSet<>();
    private final Set<Object> actions = new HashSet<>();
    private int testedBits;
    private boolean isConditional;
    private boolean isTernary = true;
    private boolean gatesBefore;

    /** {@return parts of columns, by which ways give them which values} */
    static Map<List<Integer>, Part> of(List<Way> ways, Set<String> columns) {
        Map<List<Integer>, Part> parts = new LinkedHashMap<>();
        for (String column : columns) {
            Map<Object, Integer> numbers = new HashMap<>();
            List<Integer> signature = new ArrayList<>();
            for (Way way : ways) {
                Object value = way.values.get(column);
                signature.add(value == null ? -1 : numbers.computeIfAbsent(value, v -> numbers.size()));
            }
            Part part = parts.computeIfAbsent(signature, k -> new Part());
            part.writes.add(column);
            signature.stream().filter(n -> n >= 0).forEach(part.actions::add);
            for (Decision.Test test : tests(ways)) {
                if (decides(test, ways, signature)) {
                    part.isConditional = true;
                    part.gateway(test);
                }
            }
        }
        return parts;
    }

    private static Set<Decision.Test> tests(List<Way> ways) {
        Set<Decision.Test> tests = new LinkedHashSet<>();
        ways.forEach(w -> tests.addAll(w.answers.keySet()));
        return tests;
    }

    /** Whether a test matters: its answers lead to different sets of values. */
    private static boolean decides(Decision.Test test, List<Way> ways, List<Integer> signature) {
        Set<Integer> yes = new HashSet<>();
        Set<Integer> no = new HashSet<>();
        for (int i = 0; i < signature.size(); i++) {
            Boolean answer = ways.get(i).answers.get(test);
            if (answer != null) {
                (answer ? yes : no).add(signature.get(i));
            }
        }
        return !yes.equals(no) && !yes.isEmpty() && !no.isEmpty();
    }

    /** An expression that must stand in one container, {@code free} of its last instructions done by the table. */
    void compute(Expr e, int free) {
        int depth = depth(e) - free;
        (depth > 0 ? before : reads).addAll(fields(e));
        levelsBefore = Math.max(levelsBefore, depth);
    }

    /** A gateway tests a field, also masked, with a constant, and two fields for equality; the rest comes before. */
    private void gateway(Decision.Test test) {
        Compare c = test.compare();
        boolean isWithConstant = c.right() instanceof Expr.Const && isField(c.left());
        isTernary &= isWithConstant && (test.outcomes() == Compare.EQ || isPowerOfTwo((Expr.Const) c.right()));
        boolean isOfTwo = test.outcomes() == Compare.EQ && c.left() instanceof Expr.Sum s && s.terms().size() == 2
            && s.terms().keySet().stream().allMatch(Part::isField);
        Set<String> fields = fields(c.left());
        fields.addAll(fields(c.right()));
        if (isWithConstant || isOfTwo) {
            matches.addAll(fields);
            inputs(c.left()).stream().filter(in -> tested.add(in.name())).forEach(in -> testedBits += in.bits());
            return;
        }
        before.addAll(fields);
        gatesBefore = true;
        levelsBefore = Math.max(levelsBefore, Math.max(1, Math.max(depth(c.left()), depth(c.right()))));
        if (tested.add(test.text())) {
            testedBits++;
        }
    }

    private static boolean isPowerOfTwo(Expr.Const c) {
        return Long.bitCount(c.value() + 1 & 0xffff_ffffL) <= 1 || Long.bitCount(c.value() & 0xffff_ffffL) <= 1;
    }

    private static boolean isField(Expr e) {
        return e instanceof Input || e instanceof Expr.Operation(Operator o, List<Expr> args)
            && args.getFirst() instanceof Input && (o == Operator.AND || o == Operator.USHR)
            && args.get(1) instanceof Expr.Const;
    }

    /** Takes the last level before as read, or gated on. */
    void follow(String temporary) {
        (gatesBefore ? matches : reads).add(temporary);
    }

    Resources needs() {
        int branches = actions.size();
        boolean asTernary = isConditional && isTernary && branches > MAX_BRANCHES;
        int gateways = isConditional && !asTernary ? branches : 0;
        return new Resources(Math.max(gateways, 1), asTernary ? 1 : 0, 0, asTernary ? 1 : 0, Math.max(branches, 1), 0,
            gateways, isConditional ? (testedBits + 7) / 8 : 0, 0);
    }

    /** {@return VLIW instructions in a row that an expression takes} */
    static int depth(Expr e) {
        return switch (e) {
            case Expr.Const c -> 0;
            case Input in -> 0;
            case Expr.Sum s -> {
                int deepest = s.terms().keySet().stream().mapToInt(Part::depth).max().orElse(0);
                int operands = s.terms().size() + (s.constant() == 0 ? 0 : 1);
                boolean isScaled = s.terms().values().stream().anyMatch(f -> Math.abs((long) f) != 1);
                int levels = operands == 1 ? 0 : 32 - Integer.numberOfLeadingZeros(operands - 1);
                yield deepest + Math.max(levels + (isScaled ? 1 : 0), 1);
            }
            case Expr.Operation o when o.operator() == Operator.WIDEN || o.operator() == Operator.UWIDEN
                || o.operator() == Operator.NARROW -> depth(o.arguments().getFirst());
            case Expr.Operation o -> 1 + o.arguments().stream().mapToInt(Part::depth).max().orElse(0);
        };
    }

    private static Set<Input> inputs(Expr e) {
        Set<Input> found = new LinkedHashSet<>();
        e.inputs(found::add);
        return found;
    }

    static Set<String> fields(Expr e) {
        Set<String> names = new TreeSet<>();
        inputs(e).stream().filter(in -> in.source() == Source.META).forEach(in -> names.add(in.name()));
        inputs(e).stream().filter(in -> in.source() == Source.RESULT && in.offset() >= 0)
            .forEach(in -> names.add('$' + in.name()));
        return names;
    }
}
