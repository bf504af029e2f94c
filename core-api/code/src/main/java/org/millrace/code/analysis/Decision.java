package org.millrace.code.analysis;

import org.millrace.code.Site;

/**
 * A branch taken.
 *
 * @param compare  what was compared
 * @param outcomes the outcomes for which this way is taken
 * @param site     where
 */
public record Decision(Compare compare, int outcomes, Site site) {
    /** {@return whether this way is taken}
     * @param env the inputs' values */
    public boolean holds(Expr.Env env) {
        return (compare.outcome(env) & outcomes) != 0;
    }

    /** {@return the decision or its opposite, whichever comes first: the same test for both ways} */
    public Test test() {
        int opposite = Compare.ALL & ~outcomes;
        return new Test(compare, Math.min(outcomes, opposite));
    }

    /** {@return whether this way is the test's} */
    public boolean isTest() {
        return test().outcomes() == outcomes;
    }

    /**
     * A question with two answers.
     *
     * @param compare  what is compared
     * @param outcomes the outcomes for which the answer is yes: {@code <}, {@code =} or {@code <=}
     */
    public record Test(Compare compare, int outcomes) {
        /** {@return the answer}
         * @param env the inputs' values */
        public boolean holds(Expr.Env env) {
            return (compare.outcome(env) & outcomes) != 0;
        }

        /** {@return it in words} */
        public String text() {
            return compare.text(outcomes);
        }
    }
}
