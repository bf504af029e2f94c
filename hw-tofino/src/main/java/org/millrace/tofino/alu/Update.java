package org.millrace.tofino.alu;

/**
 * What an ALU computes for its half.
 *
 * @param kind     operation
 * @param half     the half read as A, 0 lo, 1 hi; −1 if none is
 * @param slot     operand read as B, or −1 for the constant
 * @param constant B if there is no operand
 */
record Update(Kind kind, int half, int slot, int constant) {
    enum Kind { PASS_MEMORY, PASS, ADD, SUBTRACT, REVERSE, SATURATING, UNSIGNED_SATURATING, MIN, MAX, AND, OR, XOR }

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
            case MIN -> Math.min(m, b);
            case MAX -> Math.max(m, b);
            case AND -> m & b;
            case OR -> m | b;
            case XOR -> m ^ b;
        };
    }
}
