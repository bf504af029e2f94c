package org.millrace.tofino.alu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;

/** Executes a plan as the machine would: gateways, one register access, what follows from its output words. */
public final class Emulator {
    private final RegisterPlan plan;

    /**
     * @param plan what to execute
     */
    public Emulator(RegisterPlan plan) {
        this.plan = plan;
    }

    /**
     * What came of it.
     *
     * @param state   the fields after
     * @param meta    metadata fields written
     * @param verdict the answer
     */
    public record Result(Map<Input, Integer> state, Map<Input, Integer> meta, long verdict) {
    }

    /**
     * Runs one stage.
     *
     * @param stage its class
     * @param env   metadata, state and time before
     * @return what came of it
     * @throws IllegalStateException if not exactly one selection applies
     */
    public Result run(Class<?> stage, Expr.Env env) {
        List<Selection> selected = plan.selections().get(stage).stream().filter(s -> s.isSelected(env)).toList();
        if (selected.size() != 1) {
            throw new IllegalStateException(selected.size() + " selections apply");
        }
        Selection selection = selected.getFirst();
        int[] operands = selection.operands().stream().mapToInt(e -> (int) e.eval(env)).toArray();
        int[] memory = plan.fields().stream().mapToInt(f -> (int) env.value(f)).toArray();
        int[] padded = {operands.length > 0 ? operands[0] : 0, operands.length > 1 ? operands[1] : 0};
        int row = row(selection, memory, padded);
        Map<Input, Integer> state = new LinkedHashMap<>();
        for (int half = 0; half < memory.length; half++) {
            memory[half] = truncated(memory[half], plan.fields().get(half));
            state.put(plan.fields().get(half), memory[half]);
        }
        Expr.Env after = in -> {
            boolean isLo = in.equals(Deriver.WORDS.get(Output.NEW_LO));
            boolean isHi = in.equals(Deriver.WORDS.get(Output.NEW_HI));
            return isLo ? memory[0] : isHi ? memory[1] : env.value(in);
        };
        Selection.Effect effect = selection.effects().get(row);
        Map<Input, Integer> meta = new LinkedHashMap<>();
        effect.meta().forEach((field, value) -> meta.put(field, truncated((int) value.eval(after), field)));
        return new Result(state, meta, effect.verdict().eval(after));
    }

    private int row(Selection selection, int[] memory, int[] operands) {
        if (selection.instruction() < 0) {
            return 0;
        }
        Instruction instruction = plan.instructions().get(selection.instruction());
        return instruction.rowOf(instruction.execute(memory, operands), selection.compares());
    }

    private static int truncated(int value, Input field) {
        return field.bits() == 32 ? value : value & (1 << field.bits()) - 1;
    }
}
