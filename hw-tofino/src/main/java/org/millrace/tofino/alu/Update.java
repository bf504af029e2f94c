package org.millrace.tofino.alu;

/**
 * What an ALU computes for its half.
 *
 * @param kind     operation
 * @param half     the half read as A, 0 lo, 1 hi; −1 if none is
 * @param slot     operand read as B, or −1 for the constant
 * @param constant B if there is no operand
 */
public record Update(Kind kind, int half, int slot, int constant) {
    /** Operations of A, the register's half, and B. */
    public enum Kind {
        /** A. */
        PASS_MEMORY,
        /** B. */
        PASS,
        /** A + B. */
        ADD,
        /** A − B. */
        SUBTRACT,
        /** B − A. */
        REVERSE,
        /** A − B, 0 if that is negative; both below 2<sup>31</sup>. */
        SATURATING,
        /** A − B, 0 if that is negative. */
        UNSIGNED_SATURATING,
        /** A + B, all ones if that is above. */
        UNSIGNED_SATURATING_SUM,
        /** The smaller, signed. */
        MIN,
        /** The larger, signed. */
        MAX,
        /** Bits in both. */
        AND,
        /** Bits in one or both. */
        OR,
        /** Bits in one alone. */
        XOR
    }

    Update withSlot(int other) {
        return new Update(kind, half, other, constant);
    }

    int apply(int[] memory, int[] operands) {
        int m = half < 0 ? 0 : memory[half];
        int b = slot < 0 ? constant : operands[slot];
        return switch (kind) {
            case PASS_MEMORY -> m;
            case PASS -> b;
            case ADD -> m + b;
            case SUBTRACT -> m - b;
            case REVERSE -> b - m;
            // true for the whole range: saturating subtraction of the machine, both taken as unsigned
            case SATURATING, UNSIGNED_SATURATING -> Integer.compareUnsigned(m, b) < 0 ? 0 : m - b;
            case UNSIGNED_SATURATING_SUM -> Integer.compareUnsigned(m + b, m) < 0 ? -1 : m + b;
            case MIN -> Math.min(m, b);
            case MAX -> Math.max(m, b);
            case AND -> m & b;
            case OR -> m | b;
            case XOR -> m ^ b;
        };
    }
}
