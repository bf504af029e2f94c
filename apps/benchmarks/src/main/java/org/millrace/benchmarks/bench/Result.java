package org.millrace.benchmarks.bench;

import java.util.Locale;
import org.millrace.benchmarks.figures.Figures;

/**
 * A line of the table.
 *
 * @param metric  what was measured, for people
 * @param figures one of each round
 * @param goal    what it should be, or null where there is no goal
 */
record Result(String metric, Figures figures, Goal goal) {
    /**
     * What a figure should be.
     *
     * @param bound  which way
     * @param limit  in the figures' unit
     * @param judged which of the rounds is held against it
     */
    record Goal(Bound bound, double limit, Judged judged) {
        /** {@return that the median is not above a limit} */
        static Goal atMost(double limit) {
            return new Goal(Bound.AT_MOST, limit, Judged.MEDIAN);
        }

        /** {@return that the median is not below a limit} */
        static Goal atLeast(double limit) {
            return new Goal(Bound.AT_LEAST, limit, Judged.MEDIAN);
        }

        /** {@return that no round is above a limit} */
        static Goal worstAtMost(double limit) {
            return new Goal(Bound.AT_MOST, limit, Judged.WORST);
        }
    }

    /** Which way a goal binds. */
    enum Bound { AT_MOST, AT_LEAST }

    /** What is held against a goal. */
    enum Judged { MEDIAN, WORST }

    static Result of(String metric, Figures figures) {
        return new Result(metric, figures, null);
    }

    static Result of(String metric, Figures figures, Goal goal) {
        return new Result(metric, figures, goal);
    }

    /** {@return the figure that counts} */
    double judged() {
        if (goal == null || goal.judged == Judged.MEDIAN) {
            return figures.median();
        }
        return goal.bound == Bound.AT_MOST ? figures.most() : figures.least();
    }

    /** {@return whether it is what it should be; true where there is no goal} */
    boolean met() {
        return goal == null || (goal.bound == Bound.AT_MOST ? judged() <= goal.limit : judged() >= goal.limit);
    }

    /** {@return the goal for people: {@code <= 1.25, met}} */
    String verdict() {
        return goal == null ? "" : String.format(Locale.ROOT, "%s %s%s, %s", goal.bound == Bound.AT_MOST ? "<=" : ">=",
            number(goal.limit), goal.judged == Judged.WORST ? " at worst" : "", met() ? "met" : "MISSED");
    }

    static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : Math.abs(value) < 100 ? "%.1f" : "%,.0f", value);
    }
}
