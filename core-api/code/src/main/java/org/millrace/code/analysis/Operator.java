package org.millrace.code.analysis;

/** Operations that are not linear. Ints come and go as longs of the same value. */
public enum Operator {
    AND, OR, XOR, SHL, SHR, USHR, MUL, MIN, MAX,
    /** Unsigned a − b, 0 if that is below 0. */
    USATSUB,
    /** Unsigned a + b, 2<sup>32</sup>-1 if that is above it. */
    USATADD,
    /** a rotated left by b. */
    ROTL,
    /** Minus, zero or plus one, as a is less than, equal to or greater than b. */
    COMPARE, UCOMPARE,
    /** int to long. */
    WIDEN, UWIDEN,
    /** long to int. */
    NARROW,
    LADD, LSUB, LMUL, LAND, LOR, LXOR, LSHL, LSHR, LUSHR, LMIN, LMAX,
    /** The compare of two longs. */
    LCOMPARE;

    boolean isWide() {
        return this == WIDEN || this == UWIDEN || ordinal() > NARROW.ordinal() && this != LCOMPARE;
    }

    long apply(long a, long b) {
        int x = (int) a;
        int y = (int) b;
        return switch (this) {
            case AND, LAND -> a & b;
            case OR, LOR -> a | b;
            case XOR, LXOR -> a ^ b;
            case SHL -> x << y;
            case SHR -> x >> y;
            case USHR -> x >>> y;
            case MUL -> x * y;
            case MIN, LMIN -> Math.min(a, b);
            case MAX, LMAX -> Math.max(a, b);
            case USATSUB -> Integer.compareUnsigned(x, y) < 0 ? 0 : x - y;
            case USATADD -> Integer.compareUnsigned(x + y, x) < 0 ? -1 : x + y;
            case ROTL -> Integer.rotateLeft(x, y);
            case COMPARE, LCOMPARE -> Long.compare(a, b);
            case UCOMPARE -> Integer.compareUnsigned(x, y);
            case WIDEN -> x;
            case UWIDEN -> x & 0xffff_ffffL;
            case NARROW -> x;
            case LADD -> a + b;
            case LSUB -> a - b;
            case LMUL -> a * b;
            case LSHL -> a << b;
            case LSHR -> a >> b;
            case LUSHR -> a >>> b;
        };
    }
}
