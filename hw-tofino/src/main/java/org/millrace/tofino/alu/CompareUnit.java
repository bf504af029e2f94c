package org.millrace.tofino.alu;

import org.millrace.code.analysis.Compare;

/**
 * One of the ALU's comparators.
 *
 * @param kind      how
 * @param half      0 lo, 1 hi
 * @param negative  whether the register is subtracted
 * @param mask      of the register
 * @param slot      operand, or −1
 * @param minus     whether the operand is subtracted
 * @param constant  added; for the true comparisons: compared with, if there is no operand
 * @param outcomes  for which the answer is yes
 */
public record CompareUnit(Kind kind, int half, boolean negative, int mask, int slot, boolean minus, int constant,
                          int outcomes) {
    /** What is compared with what. */
    public enum Kind {
        /** The wrapped sum of all, with 0: equality, or serial order. */
        WRAPPED,
        /** The register with the operand or the constant, both signed. */
        SIGNED,
        /** The same, unsigned. */
        UNSIGNED
    }

    CompareUnit withSlot(int other) {
        return new CompareUnit(kind, half, negative, mask, other, minus, constant, outcomes);
    }

    boolean isYes(int[] memory, int[] operands) {
        int m = memory[half] & mask;
        int x = slot < 0 ? 0 : operands[slot];
        int order = switch (kind) {
            case WRAPPED -> Integer.signum((negative ? -m : m) + (minus ? -x : x) + constant);
            case SIGNED -> Integer.compare(m, slot < 0 ? constant : x);
            case UNSIGNED -> Integer.compareUnsigned(m, slot < 0 ? constant : x);
        };
        int outcome = order < 0 ? Compare.LT : order == 0 ? Compare.EQ : Compare.GT;
        return (outcome & outcomes) != 0;
    }
}
