package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Expr.Source;
import org.millrace.code.analysis.Operator;

/**
 * Fields of a stage that are written under the same conditions: one table of the operation graph. Collects what its
 * gateways test, what its actions read, and how many VLIW levels come before.
 *
 * <p>DESIGN NOTES. Columns with the same partition of the ways are one part. Parts whose conditions contain each other's
 * and that wait for as many levels are then joined, as an author would who works out the case once: an action for each
 * set of values of all columns, if that makes fewer.
 */
final class Part {
    /** The column of a stage's last word on a segment. */
    static final String VERDICT = "$verdict";

    private static final int MAX_BRANCHES = 6;

    final Set<String> writes = new TreeSet<>();
    /** By workflow. */
    final Map<Workflow, Access> accesses = new EnumMap<>(Workflow.class);
    final Map<String, Integer> inputs = new TreeMap<>();
    private final List<Way> ways;
    private final Early early;
    private int[] signature;
    private Set<Decision.Test> conditions = new LinkedHashSet<>();
    private boolean isTernary = true;

    private Part(List<Way> ways, Early early, int[] signature) {
        this.ways = ways;
        this.early = early;
        this.signature = signature;
    }

    /** {@return a part without columns: what is read whatever way is taken} */
    static Part plain(Early early) {
        return new Part(List.of(), early, new int[0]);
    }

    /** {@return parts of columns, by which ways give them which values} */
    static List<Part> of(List<Way> ways, Set<String> columns, Early early) {
        Answers answers = new Answers(ways);
        Map<List<Integer>, Part> parts = new LinkedHashMap<>();
        for (String column : columns) {
            Map<Object, Integer> numbers = new HashMap<>();
            int[] signature = ways.stream().mapToInt(way -> {
                Object value = way.values().get(column);
                return value == null ? -1 : numbers.computeIfAbsent(value, v -> numbers.size());
            }).toArray();
            Part part = parts.computeIfAbsent(Arrays.stream(signature).boxed().toList(),
                k -> new Part(ways, early, signature));
            part.writes.add(column);
        }
        parts.values().forEach(part -> part.conditions = answers.deciding(part.signature));
        List<Part> joined = join(new ArrayList<>(parts.values()));
        joined.forEach(part -> part.finish(answers));
        return joined;
    }

    private static List<Part> join(List<Part> parts) {
        for (int i = 0; i < parts.size(); i++) {
            for (int j = i + 1; j < parts.size(); j++) {
                Part both = parts.get(i).with(parts.get(j));
                if (both != null) {
                    parts.set(i, both);
                    parts.remove(j);
                    j = i; // what could not join one may join both
                }
            }
        }
        return parts;
    }

    /** {@return both in one, or null if that saves nothing or would make one wait} */
    private Part with(Part other) {
        boolean isOneOfOther = conditions.containsAll(other.conditions) || other.conditions.containsAll(conditions);
        if (!isOneOfOther || conditions.isEmpty() != other.conditions.isEmpty() || levels() != other.levels()
            || asTernary() || other.asTernary()) {
            return null;
        }
        Map<List<Integer>, Integer> numbers = new HashMap<>();
        int[] both = new int[signature.length];
        for (int i = 0; i < both.length; i++) {
            boolean isNone = signature[i] < 0 && other.signature[i] < 0;
            both[i] = isNone ? -1
                : numbers.computeIfAbsent(List.of(signature[i], other.signature[i]), k -> numbers.size());
        }
        if (numbers.size() >= actions() + other.actions()) {
            return null;
        }
        Part joined = new Part(ways, early, both);
        joined.writes.addAll(writes);
        joined.writes.addAll(other.writes);
        joined.conditions = new LinkedHashSet<>(conditions);
        joined.conditions.addAll(other.conditions);
        return joined;
    }

    /** {@return levels that its values and conditions wait for} */
    private int levels() {
        int levels = 0;
        for (Way way : ways) {
            for (String column : writes) {
                Expr value = way.computed(column);
                levels = Math.max(levels, value == null ? 0 : depth(value) - 1);
            }
        }
        for (Decision.Test test : conditions) {
            levels = Math.max(levels, isPlain(test) ? 0 : levelsOf(test));
        }
        return levels;
    }

    private int actions() {
        return (int) Arrays.stream(signature).filter(n -> n >= 0).distinct().count();
    }

    private boolean asTernary() {
        return !conditions.isEmpty() && actions() > MAX_BRANCHES && conditions.stream().allMatch(Part::isTernary);
    }

    private void finish(Answers answers) {
        conditions.forEach(this::gateway);
        for (int i = 0; i < ways.size(); i++) {
            Way way = ways.get(i);
            if (signature[i] >= 0) {
                way.workflows().forEach(w -> access(w).writes.addAll(
                    writes.stream().filter(c -> way.values().containsKey(c)).toList()));
            }
        }
        for (Workflow workflow : accesses.keySet()) {
            for (Decision.Test test : answers.deciding(signature, workflow)) {
                Compare c = test.compare();
                if (isPlain(test)) {
                    access(workflow).matches.addAll(fields(c.left()));
                    access(workflow).matches.addAll(fields(c.right()));
                } else {
                    access(workflow).matches.add(early.tested(c, Set.of(workflow)).name());
                }
            }
        }
        for (Way way : ways) {
            for (String column : writes) {
                Expr value = way.computed(column);
                if (value != null) {
                    compute(way, value, true);
                }
            }
        }
    }

    Access access(Workflow workflow) {
        return accesses.computeIfAbsent(workflow, w -> new Access());
    }

    /** What an action computes by its one instruction, or as it stands if it has none left for it. */
    void compute(Way way, Expr e, boolean isByAction) {
        for (Workflow w : way.workflows()) {
            List<Early.Operand> operands = isByAction ? early.lastOperands(e, Set.of(w))
                : List.of(early.value(e, Set.of(w)));
            operands.stream().map(Early.Operand::name).filter(n -> !n.isEmpty()).forEach(access(w).reads::add);
        }
    }

    /** Takes on what another part does with fields. */
    void add(Part other) {
        other.accesses.forEach((w, a) -> access(w).add(a));
    }

    /** A gateway tests a field, also masked, with a constant, and two fields for equality; the rest comes before. */
    private void gateway(Decision.Test test) {
        Compare c = test.compare();
        isTernary &= isTernary(test);
        if (isPlain(test)) {
            input(c.left());
            input(c.right());
            return;
        }
        inputs.put(test.text(), 1); // the byte with the sign
    }

    /** A masked field has on the crossbar the bytes of the mask. */
    private void input(Expr e) {
        if (e instanceof Expr.Operation(Operator o, List<Expr> args) && o == Operator.AND
            && args.getFirst() instanceof Input in && args.get(1) instanceof Expr.Const mask) {
            int bytes = 0;
            for (int i = 0; i < in.bits() / 8; i++) {
                bytes += (mask.value() >> 8 * i & 0xff) == 0 ? 0 : 1;
            }
            inputs.merge(in.name(), bytes, Math::max);
        } else {
            inputs(e).forEach(in -> inputs.merge(in.name(), (in.bits() + 7) / 8, Math::max));
        }
    }

    private static int levelsOf(Decision.Test test) {
        return Math.max(1, Math.max(depth(test.compare().left()), depth(test.compare().right())));
    }

    private static boolean isWithConstant(Compare c) {
        return c.right() instanceof Expr.Const && isField(c.left());
    }

    private static boolean isPlain(Decision.Test test) {
        Compare c = test.compare();
        return isWithConstant(c) || test.outcomes() == Compare.EQ && c.left() instanceof Expr.Sum s
            && s.terms().size() == 2 && s.terms().keySet().stream().allMatch(Part::isField);
    }

    private static boolean isTernary(Decision.Test test) {
        Compare c = test.compare();
        return isWithConstant(c) && (test.outcomes() == Compare.EQ || isPowerOfTwo((Expr.Const) c.right()));
    }

    private static boolean isPowerOfTwo(Expr.Const c) {
        return Long.bitCount(c.value() + 1 & 0xffff_ffffL) <= 1 || Long.bitCount(c.value() & 0xffff_ffffL) <= 1;
    }

    private static boolean isField(Expr e) {
        return e instanceof Input || e instanceof Expr.Operation(Operator o, List<Expr> args)
            && args.getFirst() instanceof Input && (o == Operator.AND || o == Operator.USHR)
            && args.get(1) instanceof Expr.Const;
    }

    Resources needs() {
        boolean isConditional = !conditions.isEmpty();
        int branches = Math.max(actions(), 1);
        boolean asTernary = isConditional && isTernary && branches > MAX_BRANCHES;
        boolean isElse = Arrays.stream(signature).noneMatch(n -> n < 0); // the last action needs no condition
        int gateways = !isConditional || asTernary ? 0 : isElse ? branches - 1 : branches;
        return new Resources(asTernary ? 1 : branches, asTernary ? 1 : 0, 0, asTernary ? 1 : 0, instructions(), 0,
            gateways, inputs.values().stream().mapToInt(Integer::intValue).sum(), 0);
    }

    /** {@return VLIW actions: those that write the same of the same, or nothing, are one, or none} */
    private int instructions() {
        Set<String> columns = new TreeSet<>(writes);
        if (columns.remove(TableBuilder.ACCESS)) {
            columns.add(TableBuilder.OUTPUTS);
        }
        Set<Map<String, Object>> different = new HashSet<>();
        for (int i = 0; i < ways.size(); i++) {
            if (signature[i] >= 0) {
                Map<String, Object> written = new TreeMap<>(ways.get(i).values());
                written.keySet().retainAll(columns);
                different.add(written);
            }
        }
        different.remove(Map.of());
        return different.size();
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

    /** All tests of all ways, and which way gives which answer. */
    private static final class Answers {
        private final List<Way> ways;
        private final List<Decision.Test> tests;
        private final Boolean[][] answers;

        Answers(List<Way> ways) {
            this.ways = ways;
            Set<Decision.Test> all = new LinkedHashSet<>();
            ways.forEach(w -> all.addAll(w.answers().keySet()));
            tests = List.copyOf(all);
            answers = new Boolean[tests.size()][ways.size()];
            for (int way = 0; way < ways.size(); way++) {
                Map<Decision.Test, Boolean> known = ways.get(way).answers();
                for (int test = 0; test < answers.length; test++) {
                    answers[test][way] = known.get(tests.get(test));
                }
            }
        }

        /** {@return the tests that matter: whose answers lead to different sets of values} */
        Set<Decision.Test> deciding(int[] signature) {
            return deciding(signature, null);
        }

        Set<Decision.Test> deciding(int[] signature, Workflow workflow) {
            Set<Decision.Test> deciding = new LinkedHashSet<>();
            for (int test = 0; test < answers.length; test++) {
                Set<Integer> yes = new HashSet<>();
                Set<Integer> no = new HashSet<>();
                for (int i = 0; i < signature.length; i++) {
                    if (answers[test][i] != null && (workflow == null || ways.get(i).workflows().contains(workflow))) {
                        (answers[test][i] ? yes : no).add(signature[i]);
                    }
                }
                if (!yes.equals(no) && !yes.isEmpty() && !no.isEmpty()) {
                    deciding.add(tests.get(test));
                }
            }
            return deciding;
        }
    }
}
