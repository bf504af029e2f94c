package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.alu.CompareUnit;
import org.millrace.tofino.alu.Instruction;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.alu.Update;
import org.millrace.tofino.graph.Action;

/** A register's declaration, and what an access to it is: comparators, new values, words for the packet. */
final class Registers {
    /** Words of an access as {@link Action.Access} names them, in P4. */
    static final Map<String, String> WORDS = Map.of("old-lo", "lo", "old-hi", "hi", "new-lo", "new_lo", "new-hi", "new_hi",
        "row", "row");
    private static final String[] HALVES = {"lo", "hi"};
    private static final int MOST_WORDS = 4;
    /** No constant of 32 bits. */
    static final Long KEPT = -1L;

    private final Target target;
    private final Map<String, RegisterPlan> plans;
    private final Map<String, Integer> sizes;

    /** @param sizes entries by the register's stage */
    Registers(Target target, Map<String, RegisterPlan> plans, Map<String, Integer> sizes) {
        this.target = target;
        this.plans = plans;
        this.sizes = sizes;
    }

    /** {@return the words, behind {@link #access} or a register action} */
    Map<String, Expressions.Word> words(String stage) {
        Map<String, Expressions.Word> words = new LinkedHashMap<>();
        WORDS.forEach((name, text) -> words.put(name, new Expressions.Word(text,
            name.equals("row") || target == Target.T2NA ? 32 : bits(stage))));
        return words;
    }

    RegisterPlan plan(String stage) {
        return plans.get(stage);
    }

    private int bits(String stage) {
        return plan(stage).fields().stream().mapToInt(Expr.Input::bits).max().orElse(32);
    }

    /** {@return declarations that stand outside of controls} */
    String types() {
        Text text = new Text();
        if (target == Target.T2NA) {
            plans.forEach((stage, plan) -> {
                if (plan.fields().size() == 2) {
                    text.line("struct " + Names.of(stage) + "_t {");
                    for (int half = 0; half < 2; half++) {
                        text.line("bit<" + bits(stage) + "> " + HALVES[half] + "; // " + plan.fields().get(half).name());
                    }
                    text.line("}").gap();
                }
            });
        }
        return text.toString();
    }

    void declare(String stage, Text text) {
        String name = Names.of(stage);
        int size = sizes.getOrDefault(stage, 1);
        List<Expr.Input> fields = plan(stage).fields();
        if (target == Target.T2NA) {
            text.line("Register<" + type(stage) + ", bit<32>>(" + size + ") " + name + "_register;");
            return;
        }
        for (int half = 0; half < fields.size(); half++) {
            text.line("register<bit<" + bits(stage) + ">, bit<32>>(" + size + ") " + name + "_" + HALVES[half] + "; // "
                + fields.get(half).name());
        }
    }

    private String type(String stage) {
        return plan(stage).fields().size() == 2 ? Names.of(stage) + "_t" : "bit<" + bits(stage) + ">";
    }

    private Instruction instruction(String stage, Action.Access access) {
        return access.instruction() < 0 ? null : plan(stage).instructions().get(access.instruction());
    }

    /** {@return the answer of a comparator as a condition of lo, hi, and the operands} */
    private static String answer(CompareUnit unit, List<String> operands, int bits) {
        String m = half(unit.half(), bits);
        if (unit.mask() != -1) {
            m = "(" + m + " & " + Expressions.constant(unit.mask(), 32) + ")";
        }
        String x = unit.slot() < 0 ? null : operands.get(unit.slot());
        if (unit.kind() != CompareUnit.Kind.WRAPPED) {
            String cast = unit.kind() == CompareUnit.Kind.SIGNED ? "(int<32>) " : "";
            String right = x == null ? Expressions.constant(unit.constant(), 32) : x;
            return cast + m + " " + sign(unit.outcomes()) + " " + cast + right;
        }
        StringBuilder sum = new StringBuilder(unit.negative() ? "" : m);
        if (x != null) {
            sum.append(unit.minus() ? sum.isEmpty() ? "0 - " : " - " : sum.isEmpty() ? "" : " + ").append(x);
        }
        if (unit.negative()) {
            sum.append(sum.isEmpty() ? "0 - " : " - ").append(m);
        }
        if (unit.constant() != 0) {
            sum.append(unit.constant() < 0 && unit.constant() != Integer.MIN_VALUE
                ? " - " + Expressions.constant(-(long) unit.constant(), 32) : " + " + Expressions.constant(unit.constant(), 32));
        }
        boolean plain = unit.outcomes() == Compare.EQ || unit.outcomes() == (Compare.LT | Compare.GT);
        return plain ? "(" + sum + ") " + sign(unit.outcomes()) + " 0" : "(int<32>) (" + sum + ") " + sign(unit.outcomes()) + " 0";
    }

    private static String half(int half, int bits) {
        return bits == 32 ? HALVES[half] : "(bit<32>) " + HALVES[half];
    }

    private static String sign(int outcomes) {
        return switch (outcomes) {
            case Compare.LT -> "<";
            case Compare.EQ -> "==";
            case Compare.LT | Compare.EQ -> "<=";
            case Compare.GT -> ">";
            case Compare.LT | Compare.GT -> "!=";
            default -> ">=";
        };
    }

    private String update(Update u, List<String> operands, int bits, Expressions expressions) {
        if (u.kind() == Update.Kind.PASS && u.slot() < 0) {
            return Expressions.constant(u.constant(), bits);
        }
        String m = u.half() < 0 ? Expressions.constant(0, 32) : half(u.half(), bits);
        String b = u.slot() < 0 ? Expressions.constant(u.constant(), 32) : operands.get(u.slot());
        String value = switch (u.kind()) {
            case PASS_MEMORY -> m;
            case PASS -> b;
            case ADD -> m + " + " + b;
            case SUBTRACT -> m + " - " + b;
            case REVERSE -> b + " - " + m;
            case SATURATING, UNSIGNED_SATURATING -> m + " |-| " + b;
            case UNSIGNED_SATURATING_SUM -> m + " |+| " + b;
            case MIN, MAX -> expressions.lesser(m, b, u.kind() == Update.Kind.MIN);
            case AND -> m + " & " + b;
            case OR -> m + " | " + b;
            case XOR -> m + " ^ " + b;
        };
        return bits == 32 ? value : "(" + value + ")[" + (bits - 1) + ":0]";
    }

    /** New values of a half, with the rows in which each is taken; in no row: it is kept. */
    private static Map<Update, IntPredicate> values(Instruction instruction, int half) {
        Map<Update, IntPredicate> values = new LinkedHashMap<>();
        for (int row = 0; row < 1 << instruction.compares().size(); row++) {
            Update u = instruction.isPossible(row) ? instruction.update(half, row) : null;
            if (u != null) {
                values.putIfAbsent(u, r -> u.equals(instruction.update(half, r)));
            }
        }
        return values;
    }

    /** Writes the access into an action of v1model: lo, hi, new_lo, new_hi and row are there behind it. */
    void access(String stage, String index, Action.Access access, Expressions expressions, Text text) {
        String name = Names.of(stage);
        int bits = bits(stage);
        int halves = plan(stage).fields().size();
        for (int half = 0; half < halves; half++) {
            text.line("bit<" + bits + "> " + HALVES[half] + ";");
            text.line(name + "_" + HALVES[half] + ".read(" + HALVES[half] + ", " + index + ");");
        }
        List<String> operands = access.operands().stream().map(e -> expressions.value(e, 32)).toList();
        Instruction instruction = instruction(stage, access);
        for (int half = 0; half < halves; half++) {
            text.line("bit<" + bits + "> new_" + HALVES[half] + " = " + HALVES[half] + ";");
        }
        if (instruction != null) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < instruction.compares().size(); i++) {
                text.line("bool is" + i + " = " + answer(instruction.compares().get(i), operands, bits) + ";");
                answers.add("is" + i);
            }
            for (int half = 0; half < halves; half++) {
                String into = "new_" + HALVES[half];
                values(instruction, half).forEach((u, rows) -> {
                    String when = Rows.condition(answers, r -> instruction.isPossible(r) && rows.test(r), instruction::isPossible);
                    String value = update(u, operands, bits, expressions);
                    text.line(into + " = " + (when.equals("true") ? value : "(" + when + ") ? " + value + " : " + into) + ";");
                });
            }
        }
        row(access, instruction, operands, bits, text);
    }

    /** Writes back what an access in v1model has computed. */
    void write(String stage, String index, Action.Access access, Text text) {
        Instruction instruction = instruction(stage, access);
        for (int half = 0; instruction != null && half < plan(stage).fields().size(); half++) {
            if (instruction.values(half) > 0) {
                text.line(Names.of(stage) + "_" + HALVES[half] + ".write(" + index + ", new_" + HALVES[half] + ");");
            }
        }
    }

    private static void row(Action.Access access, Instruction instruction, List<String> operands, int bits, Text text) {
        if (access.rows().size() < 2) {
            return;
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < access.compares().size(); i++) {
            int known = instruction == null ? -1 : instruction.compares().indexOf(access.compares().get(i));
            String is = known >= 0 ? "is" + known : "(" + answer(access.compares().get(i), operands, bits) + ")";
            parts.add("(" + is + " ? 32w" + (1 << i) + " : 32w0)");
        }
        text.line("bit<32> row = " + String.join(" | ", parts) + ";");
    }

    /**
     * Writes a register action of T2NA.
     *
     * @param words  what it gives the packet, by name
     * @param packed constants that it gives by row
     */
    void declareAction(String name, String stage, Action.Access access, Set<String> words, Packed packed,
            Expressions expressions, Text text) {
        int bits = bits(stage);
        boolean pair = plan(stage).fields().size() == 2;
        List<String> operands = access.operands().stream().map(e -> expressions.value(e, 32)).toList();
        int count = words.size() + packed.alone().size() + (packed.fields().isEmpty() ? 0 : 1);
        if (count > MOST_WORDS) {
            throw new Expressions.Unwritable(count + " words for the packet, a register gives " + MOST_WORDS);
        }
        StringBuilder parameters = new StringBuilder("inout " + type(stage) + " value");
        for (int i = 0; i < count; i++) {
            parameters.append(", out bit<32> rv").append(i + 1);
        }
        text.line("RegisterAction<" + type(stage) + ", bit<32>, bit<32>>(" + Names.of(stage) + "_register) " + name + " = {");
        text.line("void apply(" + parameters + ") {");
        text.line("bit<" + bits + "> lo = value" + (pair ? ".lo;" : ";"));
        if (pair) {
            text.line("bit<" + bits + "> hi = value.hi;");
        }
        body(stage, access, operands, bits, pair, expressions, text);
        int next = 1;
        for (String word : words) {
            give("rv" + next++, word, bits, pair, text);
        }
        if (!packed.fields().isEmpty()) {
            byRow("rv" + next++, "0", packed.values(), access, operands, bits, text);
        }
        for (Map.Entry<Expr.Input, List<Long>> code : packed.alone().entrySet()) {
            boolean kept = code.getValue().contains(KEPT);
            byRow("rv" + next++, kept ? expressions.value(code.getKey(), 32) : "0", code.getValue(), access, operands, bits, text);
        }
        text.line("}").line("};");
    }

    private void body(String stage, Action.Access access, List<String> operands, int bits, boolean pair,
            Expressions expressions, Text text) {
        Instruction instruction = instruction(stage, access);
        if (instruction == null) {
            return;
        }
        List<String> answers = instruction.compares().stream().map(c -> "(" + answer(c, operands, bits) + ")").toList();
        for (int half = 0; half < (pair ? 2 : 1); half++) {
            String into = pair ? "value." + HALVES[half] : "value";
            values(instruction, half).forEach((u, rows) -> {
                String when = Rows.condition(answers, r -> instruction.isPossible(r) && rows.test(r), instruction::isPossible);
                String set = into + " = " + update(u, operands, bits, expressions) + ";";
                if (when.equals("true")) {
                    text.line(set);
                } else {
                    text.line("if (" + when + ") {").line(set).line("}");
                }
            });
        }
    }

    private static void give(String rv, String what, int bits, boolean pair, Text text) {
        String word = what.endsWith("hi") ? "hi" : "lo";
        String from = what.startsWith("old") ? word : pair ? "value." + word : "value";
        text.line(rv + " = " + Expressions.fit(from, bits, 32) + ";");
    }

    private static void byRow(String rv, String otherwise, List<Long> values, Action.Access access, List<String> operands,
            int bits, Text text) {
        List<String> answers = access.compares().stream().map(c -> "(" + answer(c, operands, bits) + ")").toList();
        IntPredicate possible = r -> access.rows().get(r) != null;
        text.line(rv + " = " + otherwise + ";");
        for (long value : new TreeSet<>(values)) {
            if (value != KEPT && (value != 0 || !otherwise.equals("0"))) {
                String when = Rows.condition(answers, r -> possible.test(r) && values.get(r) == value, possible);
                if (when.equals("true")) {
                    text.line(rv + " = " + Expressions.constant(value, 32) + ";");
                } else if (!when.equals("false")) {
                    text.line("if (" + when + ") {").line(rv + " = " + Expressions.constant(value, 32) + ";").line("}");
                }
            }
        }
    }

    /** {@return words that a case's values read} */
    static Set<String> words(Action action) {
        Set<String> found = new TreeSet<>();
        action.assignments().forEach(a -> a.value().inputs(in -> {
            if (WORDS.containsKey(in.name()) && in.source() == Expr.Source.RESULT) {
                found.add(in.name());
            }
        }));
        return found;
    }

    /** {@return the field that says which verdict a register's row has} */
    static Expr.Input verdictField(String stage) {
        return new Expr.Input(Expr.Source.META, "$" + stage + ".verdict", -1, 32);
    }

    /** {@return constants that rows give to fields, {@link #KEPT}: the field is kept; and the verdict, 0 if it is none} */
    static Map<Expr.Input, List<Long>> codes(String stage, Optional<Action.Access> access) {
        Map<Expr.Input, List<Long>> codes = new LinkedHashMap<>();
        access.ifPresent(a -> {
            for (int row = 0; row < a.rows().size(); row++) {
                if (a.rows().get(row) != null) {
                    for (Action.Assignment one : a.rows().get(row).assignments()) {
                        code(codes, one.target(), one.value(), row, a, KEPT);
                    }
                    if (a.rows().get(row).verdict() != null) {
                        code(codes, verdictField(stage), a.rows().get(row).verdict(), row, a, 0);
                    }
                }
            }
        });
        return codes;
    }

    /**
     * Constants by row that share a word of T2NA's.
     *
     * @param fields what is in it, the lowest bits first; null stands for the row's number
     * @param values of the word
     * @param alone  what keeps a field in some rows, so that it needs a word of its own
     */
    record Packed(List<Expr.Input> fields, List<Long> values, Map<Expr.Input, List<Long>> alone) {
        /** {@return bits of a field in the word} */
        static int bits(Expr.Input field) {
            return field == null ? 8 : field.name().endsWith(".verdict") ? 24 : field.bits();
        }
    }

    /** {@return how the constants of an access are given; with too many words for the rest, by its row's number alone} */
    static Packed pack(Action.Access access, int words, boolean row, Map<Expr.Input, List<Long>> codes) {
        Packed packed = pack(access, row, codes);
        boolean many = words + packed.alone().size() + (packed.fields().isEmpty() ? 0 : 1) > MOST_WORDS;
        return many && !row ? pack(access, true, codes) : packed;
    }

    static boolean isMany(int words, Packed packed) {
        return words + packed.alone().size() + (packed.fields().isEmpty() ? 0 : 1) > MOST_WORDS;
    }

    private static Packed pack(Action.Access access, boolean row, Map<Expr.Input, List<Long>> codes) {
        List<Expr.Input> fields = new ArrayList<>();
        List<Long> values = new ArrayList<>(Collections.nCopies(access.rows().size(), 0L));
        Map<Expr.Input, List<Long>> alone = new LinkedHashMap<>(codes);
        int used = 0;
        if (row) {
            fields.add(null);
            values.replaceAll(v -> 0L);
            for (int i = 0; i < values.size(); i++) {
                values.set(i, (long) i);
            }
            used = Packed.bits(null);
        }
        for (Map.Entry<Expr.Input, List<Long>> code : codes.entrySet()) {
            boolean fixed = true;
            for (int i = 0; i < values.size(); i++) {
                fixed &= access.rows().get(i) == null || !code.getValue().get(i).equals(KEPT);
            }
            if (fixed && used + Packed.bits(code.getKey()) <= 32) {
                fields.add(code.getKey());
                for (int i = 0; i < values.size(); i++) {
                    values.set(i, values.get(i) | Math.max(0, code.getValue().get(i)) << used);
                }
                used += Packed.bits(code.getKey());
                alone.remove(code.getKey());
            }
        }
        return new Packed(fields, values, alone);
    }

    private static void code(Map<Expr.Input, List<Long>> codes, Expr.Input field, Expr value, int row, Action.Access access,
            long otherwise) {
        if (!(value instanceof Expr.Const c)) {
            throw new Expressions.Unwritable("a value by row that is no constant: " + value.text());
        }
        codes.computeIfAbsent(field, n -> new ArrayList<>(Collections.nCopies(access.rows().size(), otherwise)))
            .set(row, c.value() & 0xffff_ffffL);
    }
}
