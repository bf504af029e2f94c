package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;

/** Derives one instruction, and what follows it, from the truth table of a group of paths. */
final class Deriver {
    /** The output words, as inputs of the expressions that follow. */
    static final Map<Output, Input> WORDS = Map.of(
        Output.OLD_LO, word("old-lo"), Output.OLD_HI, word("old-hi"),
        Output.NEW_LO, word("new-lo"), Output.NEW_HI, word("new-hi"));

    private final List<Input> fields;
    private final Rows rows;
    private final int maxValues;
    private final Shapes shapes;
    private final List<CompareUnit> compares = new ArrayList<>();
    private final Update[][] updates;
    private final boolean[] isPossible;
    private final EnumSet<Output> outputs = EnumSet.noneOf(Output.class);

    private static Input word(String name) {
        return new Input(Expr.Source.RESULT, name, -1, 32);
    }

    Deriver(List<Input> fields, Rows rows, int maxValues) {
        this.fields = fields;
        this.rows = rows;
        this.maxValues = maxValues;
        shapes = new Shapes(fields);
        int count = rows.rows().size();
        updates = new Update[2][count];
        isPossible = new boolean[count];
        rows.tests().forEach(test -> compares.add(shapes.compare(test)));
        for (int row = 0; row < count; row++) {
            Map<Input, Expr> values = rows.rows().get(row);
            isPossible[row] = values != null;
            for (int half = 0; half < fields.size() && values != null; half++) {
                Expr value = values.get(fields.get(half));
                updates[half][row] = value == null ? null : shapes.update(value, half);
            }
        }
    }

    Shapes shapes() {
        return shapes;
    }

    List<CompareUnit> compares() {
        return compares;
    }

    /** {@return what each row does to the packet}; decides on the output words. */
    List<Selection.Effect> effects() {
        Map<Input, Integer> fromNew = new LinkedHashMap<>();
        gains();
        for (Input column : rows.columns()) {
            if (column.source() == Expr.Source.META) {
                fromNew.put(column, newHalf(column));
            }
        }
        for (Input column : rows.columns()) {
            boolean isField = column.source() == Expr.Source.META;
            if (isField && fromNew.get(column) >= 0) {
                outputs.add(fromNew.get(column) == 0 ? Output.NEW_LO : Output.NEW_HI);
            } else if (isField || column.equals(Rows.VERDICT)) {
                needOld(column);
            }
        }
        if (outputs.contains(Output.NEW_LO)) {
            pass(0);
        }
        if (outputs.contains(Output.NEW_HI)) {
            pass(1);
        }
        return rows.rows().stream().map(values -> effect(values, fromNew)).toList();
    }

    /** A field that gets what a half gains: the ALU gives both words, and one instruction subtracts them. */
    private void gains() {
        for (Input column : rows.columns()) {
            for (int half = 0; half < fields.size() && column.source() == Expr.Source.META; half++) {
                Set<Update> values = new HashSet<>();
                Set<Expr> gains = new HashSet<>();
                boolean isGain = true;
                for (int row = 0; row < isPossible.length; row++) {
                    Map<Input, Expr> r = rows.rows().get(row);
                    if (r != null) {
                        Input field = fields.get(half);
                        Expr gain = r.get(column);
                        isGain &= gain.equals(Exprs.subtract(r.getOrDefault(field, field), field));
                        gains.add(gain);
                        values.add(updates[half][row]);
                    }
                }
                if (isGain && gains.size() > 1 && values.size() <= maxValues) {
                    Expr gain = Exprs.subtract(WORDS.get(half == 0 ? Output.NEW_LO : Output.NEW_HI), fields.get(half));
                    rows.rows().stream().filter(Objects::nonNull).forEach(r -> r.put(column, gain));
                    outputs.add(half == 0 ? Output.NEW_LO : Output.NEW_HI);
                    break;
                }
            }
        }
    }

    Instruction instruction() {
        return new Instruction(List.copyOf(compares), updates, isPossible, outputs);
    }

    /** {@return the half whose new value a field gets in every row, −1 if none, or if the half changes in none} */
    private int newHalf(Input column) {
        for (int half = 0; half < fields.size(); half++) {
            boolean isNew = true;
            boolean changes = false;
            boolean keeps = false;
            Set<Update> values = new HashSet<>();
            for (int row = 0; row < isPossible.length; row++) {
                Map<Input, Expr> r = rows.rows().get(row);
                if (r != null) {
                    isNew &= r.get(column).equals(r.getOrDefault(fields.get(half), fields.get(half)));
                    changes |= updates[half][row] != null;
                    keeps |= updates[half][row] == null;
                    values.add(updates[half][row]);
                }
            }
            values.remove(null);
            if (isNew && changes && values.size() + (keeps ? 1 : 0) <= maxValues) {
                return half;
            }
        }
        return -1;
    }

    private void needOld(Input column) {
        Set<Expr> different = new HashSet<>();
        for (Map<Input, Expr> row : rows.rows()) {
            if (row != null) {
                different.add(row.get(column));
                Exprs.stateInputs(row.get(column)).forEach(
                    in -> outputs.add(fields.indexOf(in) == 0 ? Output.OLD_LO : Output.OLD_HI));
            }
        }
        if (different.size() > 1) {
            outputs.add(Output.PREDICATE);
        }
    }

    /** The word is defined only if some ALU writes it. */
    private void pass(int half) {
        for (int row = 0; row < isPossible.length; row++) {
            if (isPossible[row] && updates[half][row] == null) {
                updates[half][row] = new Update(Update.Kind.PASS_MEMORY, half, -1, 0);
            }
        }
    }

    private Selection.Effect effect(Map<Input, Expr> values, Map<Input, Integer> fromNew) {
        if (values == null) {
            return null;
        }
        Map<Input, Expr> meta = new LinkedHashMap<>();
        fromNew.forEach((column, half) -> {
            if (half >= 0) {
                meta.put(column, WORDS.get(half == 0 ? Output.NEW_LO : Output.NEW_HI));
            } else if (!Objects.equals(values.get(column), column)) {
                meta.put(column, values.get(column));
            }
        });
        return new Selection.Effect(meta, values.get(Rows.VERDICT));
    }
}
