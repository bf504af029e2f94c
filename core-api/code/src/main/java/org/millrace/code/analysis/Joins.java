package org.millrace.code.analysis;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.millrace.code.Code;

/** Where the ways of a method meet again: the immediate postdominator of each instruction. */
final class Joins {
    /** The end of the method. */
    static final int END = -1;

    private final int[] joins;

    Joins(Code code) {
        int count = code.instructions().size();
        List<List<Integer>> next = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            next.add(successors(code, i));
        }
        BitSet[] after = new BitSet[count + 1];
        for (int i = 0; i < count; i++) {
            after[i] = new BitSet();
            after[i].set(0, count + 1);
        }
        after[count] = new BitSet();
        after[count].set(count);
        boolean changes = true;
        while (changes) {
            changes = false;
            for (int i = count - 1; i >= 0; i--) {
                BitSet met = new BitSet();
                met.set(0, count + 1);
                next.get(i).forEach(n -> met.and(after[n]));
                met.set(i);
                changes |= !met.equals(after[i]);
                after[i] = met;
            }
        }
        joins = new int[count];
        for (int i = 0; i < count; i++) {
            int nearest = count;
            for (int j = after[i].nextSetBit(0); j >= 0; j = after[i].nextSetBit(j + 1)) {
                if (j != i && after[j].cardinality() > after[nearest].cardinality()) {
                    nearest = j;
                }
            }
            joins[i] = nearest == count ? END : nearest;
        }
    }

    int of(int instruction) {
        return joins[instruction];
    }

    /** An exception ends no way: nothing meets it. */
    private static List<Integer> successors(Code code, int at) {
        Instruction instruction = code.instructions().get(at);
        List<Integer> next = new ArrayList<>();
        switch (instruction) {
            case ReturnInstruction r -> next.add(code.instructions().size());
            case ThrowInstruction t -> {
            }
            case BranchInstruction b -> {
                next.add(code.labels().get(b.target()));
                if (b.opcode() != Opcode.GOTO && b.opcode() != Opcode.GOTO_W) {
                    next.add(at + 1);
                }
            }
            case LookupSwitchInstruction s -> targets(code, s.cases(), next, code.labels().get(s.defaultTarget()));
            case TableSwitchInstruction s -> targets(code, s.cases(), next, code.labels().get(s.defaultTarget()));
            default -> next.add(at + 1);
        }
        return next;
    }

    private static void targets(Code code, List<SwitchCase> cases, List<Integer> next, int otherwise) {
        cases.forEach(c -> next.add(code.labels().get(c.target())));
        next.add(otherwise);
    }
}
