package org.millrace.code.analysis;

/**
 * A comparison with three outcomes. With a signed domain and the constant 0 on the right, {@code left} may be a wrapped
 * difference: that is serial order, and exact only as it stands.
 *
 * @param domain how the values are taken
 * @param left   left
 * @param right  right
 */
public record Compare(Domain domain, Expr left, Expr right) {
    /** Outcome {@code left < right}. */
    public static final int LT = 1;
    /** Outcome {@code left = right}. */
    public static final int EQ = 2;
    /** Outcome {@code left > right}. */
    public static final int GT = 4;
    /** Every outcome. */
    public static final int ALL = 7;

    /** How values are compared. */
    public enum Domain { SIGNED, UNSIGNED }

    /** {@return the outcome}
     * @param env the inputs' values */
    public int outcome(Expr.Env env) {
        return outcome(domain, left.eval(env), right.eval(env));
    }

    static int outcome(Domain domain, long a, long b) {
        int order = domain == Domain.SIGNED ? Long.compare(a, b) : Integer.compareUnsigned((int) a, (int) b);
        return order < 0 ? LT : order == 0 ? EQ : GT;
    }

    /** {@return whether it reads no state} */
    public boolean isStateFree() {
        return Exprs.isStateFree(left) && Exprs.isStateFree(right);
    }

    /** {@return it in words}
     * @param mask the outcomes for which it holds */
    public String text(int mask) {
        String sign = switch (mask) {
            case LT -> "<";
            case EQ -> "=";
            case GT -> ">";
            case LT | EQ -> "<=";
            case GT | EQ -> ">=";
            default -> "!=";
        };
        return left.text() + (domain == Domain.UNSIGNED ? " u" : " ") + sign + " " + right.text();
    }
}
