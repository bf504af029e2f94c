package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.millrace.tofino.machine.Machine;

/**
 * One instruction of a register: comparators, and for each of their answers what happens to each half. Bit i of a row
 * is the answer of comparator i.
 */
public final class Instruction {
    private final List<CompareUnit> compares;
    private final Update[][] updates;
    private final boolean[] isPossible;
    private final EnumSet<Output> outputs;

    Instruction(List<CompareUnit> compares, Update[][] updates, boolean[] isPossible, EnumSet<Output> outputs) {
        this.compares = compares;
        this.updates = updates;
        this.isPossible = isPossible;
        this.outputs = outputs;
    }

    /** {@return its comparators} */
    public List<CompareUnit> compares() {
        return compares;
    }

    /** {@return what an ALU does in a row; null: the half is kept}
     * @param half 0 lo, 1 hi
     * @param row  the comparators' answers, the first the lowest bit */
    public Update update(int half, int row) {
        return updates[half][row];
    }

    /** {@return whether a row can be}
     * @param row the comparators' answers */
    public boolean isPossible(int row) {
        return isPossible[row];
    }

    /** {@return its output words} */
    public Set<Output> outputs() {
        return outputs;
    }

    /** {@return whether it neither changes the register nor gives anything of it} */
    boolean isNothing() {
        return compares.isEmpty() && values() == 0 && outputs.isEmpty();
    }

    /** {@return how many values a half can get beside its own; 0 if it is kept}
     * @param half 0 lo, 1 hi */
    public int values(int half) {
        return distinct(half).size();
    }

    /** {@return the larger of {@link #values} of both halves} */
    public int values() {
        return Math.max(values(0), values(1));
    }

    /** {@return operands read} */
    public int operands() {
        Set<Integer> slots = new LinkedHashSet<>();
        compares.forEach(c -> slots.add(c.slot()));
        for (int half = 0; half < 2; half++) {
            distinct(half).forEach(u -> slots.add(u.slot()));
        }
        slots.remove(-1);
        return slots.size();
    }

    private Set<Update> distinct(int half) {
        Set<Update> found = new LinkedHashSet<>();
        for (int row = 0; row < isPossible.length; row++) {
            if (isPossible[row] && updates[half][row] != null) {
                found.add(updates[half][row]);
            }
        }
        return found;
    }

    /** {@return constants that are no immediates}
     * @param alu the limits */
    Set<Integer> storedConstants(Machine.Alu alu) {
        Set<Integer> found = new LinkedHashSet<>();
        for (CompareUnit c : compares) {
            if (c.constant() < alu.compareConstantMin() || c.constant() > alu.compareConstantMax()) {
                found.add(c.constant());
            }
        }
        for (int half = 0; half < 2; half++) {
            for (Update u : distinct(half)) {
                if (u.slot() < 0 && (u.constant() < alu.constantMin() || u.constant() > alu.constantMax())) {
                    found.add(u.constant());
                }
            }
        }
        return found;
    }

    boolean fits(Machine.Alu alu) {
        return compares.size() <= alu.compares() && values() <= alu.valuesPerHalf() && outputs.size() <= alu.outputs()
            && operands() <= alu.operands();
    }

    /** {@return the same with operands exchanged} */
    Instruction swapped() {
        Update[][] other = new Update[2][];
        for (int half = 0; half < 2; half++) {
            other[half] = Arrays.stream(updates[half])
                .map(u -> u == null || u.slot() < 0 ? u : u.withSlot(1 - u.slot())).toArray(Update[]::new);
        }
        List<CompareUnit> units = compares.stream().map(c -> c.slot() < 0 ? c : c.withSlot(1 - c.slot())).toList();
        return new Instruction(units, other, isPossible, outputs);
    }

    /** {@return one instruction that does what both do, or null} */
    Instruction merge(Instruction other, Machine.Alu alu) {
        List<CompareUnit> units = new ArrayList<>(compares);
        other.compares.stream().filter(c -> !units.contains(c)).forEach(units::add);
        if (units.size() > alu.compares()) {
            return null;
        }
        int rows = 1 << units.size();
        Update[][] merged = new Update[2][rows];
        boolean[] possible = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            int mine = project(row, units, compares);
            int theirs = project(row, units, other.compares);
            possible[row] = isPossible[mine] || other.isPossible[theirs];
            for (int half = 0; half < 2; half++) {
                if (isPossible[mine] && other.isPossible[theirs]
                    && !same(updates[half][mine], other.updates[half][theirs], half)) {
                    return null;
                }
                Update first = isPossible[mine] ? updates[half][mine] : null;
                merged[half][row] = first == null && other.isPossible[theirs] ? other.updates[half][theirs] : first;
            }
        }
        EnumSet<Output> words = EnumSet.copyOf(outputs);
        words.addAll(other.outputs);
        Instruction both = new Instruction(units, merged, possible, words);
        return both.fits(alu) ? both : null;
    }

    private static boolean same(Update a, Update b, int half) {
        Update keep = new Update(Update.Kind.PASS_MEMORY, half, -1, 0);
        return (a == null ? keep : a).equals(b == null ? keep : b);
    }

    private static int project(int row, List<CompareUnit> from, List<CompareUnit> to) {
        int projected = 0;
        for (int i = 0; i < to.size(); i++) {
            projected |= (row >> from.indexOf(to.get(i)) & 1) << i;
        }
        return projected;
    }

    /** {@return the comparators' answers of an access to a register, which changes its memory}
     * @param memory   lo and hi
     * @param operands both */
    public int execute(int[] memory, int[] operands) {
        int row = 0;
        for (int i = 0; i < compares.size(); i++) {
            row |= (compares.get(i).isYes(memory, operands) ? 1 : 0) << i;
        }
        int[] old = memory.clone();
        for (int half = 0; half < memory.length; half++) {
            Update update = updates[half][row];
            if (update != null) {
                memory[half] = update.apply(old, operands);
            }
        }
        return row;
    }

    /** {@return the row of some comparators in a row of this instruction's}
     * @param row    of this instruction's
     * @param wanted the comparators */
    public int rowOf(int row, List<CompareUnit> wanted) {
        return project(row, compares, wanted);
    }

    @Override
    public String toString() {
        return "[" + compares.size() + "," + values() + "," + outputs.size() + "," + operands() + "]";
    }
}
