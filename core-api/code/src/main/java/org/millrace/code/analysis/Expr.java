package org.millrace.code.analysis;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A symbolic value, immutable; made by {@link Exprs} so that equal values are mostly equal objects. An int is held as
 * the long of the same value.
 */
public sealed interface Expr extends Comparable<Expr> {
    /** The int 0: the verdict of a stage that lets all go on. */
    Expr NEXT = new Const(0, false);

    /** {@return the text that orders and names it} */
    String text();

    /** {@return whether it is a Java long} */
    default boolean isWide() {
        return false;
    }

    /** {@return its value}
     * @param env the inputs' values */
    long eval(Env env);

    /** Visits all inputs in it.
     * @param visitor told of each */
    void inputs(Consumer<Input> visitor);

    @Override
    default int compareTo(Expr other) {
        return text().compareTo(other.text());
    }

    /** Values of inputs. */
    @FunctionalInterface
    interface Env {
        /** {@return the value of an input}
         * @param input which */
        long value(Input input);
    }

    /** Where an input comes from. */
    enum Source {
        /** A field of the metadata. */
        META,
        /** A field of the stage's state. */
        STATE,
        /** The time. */
        NOW,
        /** The answer of an extern. */
        RESULT
    }

    /** A constant. @param value its value @param isWide whether a long */
    record Const(long value, boolean isWide) implements Expr {
        @Override
        public String text() {
            return Long.toString(value);
        }

        @Override
        public long eval(Env env) {
            return value;
        }

        @Override
        public void inputs(Consumer<Input> visitor) {
        }
    }

    /** A field as it was before the stage, the time, or an extern's answer. */
    record Input(Source source, String name, int offset, int bits) implements Expr {
        @Override
        public String text() {
            return source == Source.META ? "meta." + name : name;
        }

        @Override
        public boolean isWide() {
            return source == Source.NOW;
        }

        @Override
        public long eval(Env env) {
            return env.value(this);
        }

        @Override
        public void inputs(Consumer<Input> visitor) {
            visitor.accept(this);
        }
    }

    /** A linear form over the 32-bit integers: no term is a constant or a sum, no coefficient is 0. */
    record Sum(SortedMap<Expr, Integer> terms, int constant) implements Expr {
        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            terms.forEach((term, factor) -> {
                text.append(factor < 0 ? "-" : text.isEmpty() ? "" : "+");
                if (Math.abs(factor) != 1) {
                    text.append(Math.abs((long) factor)).append('*');
                }
                text.append(term.text());
            });
            if (constant != 0) {
                text.append(constant < 0 ? "" : "+").append(constant);
            }
            return text.toString();
        }

        @Override
        public long eval(Env env) {
            int sum = constant;
            for (Map.Entry<Expr, Integer> term : terms.entrySet()) {
                sum += (int) term.getKey().eval(env) * term.getValue();
            }
            return sum;
        }

        @Override
        public void inputs(Consumer<Input> visitor) {
            terms.keySet().forEach(term -> term.inputs(visitor));
        }
    }

    /** An operation that is not linear. */
    record Operation(Operator operator, List<Expr> arguments) implements Expr {
        @Override
        public String text() {
            return operator.name().toLowerCase(java.util.Locale.ROOT)
                + arguments.stream().map(Expr::text).collect(Collectors.joining(", ", "(", ")"));
        }

        @Override
        public boolean isWide() {
            return operator.isWide();
        }

        @Override
        public long eval(Env env) {
            long a = arguments.getFirst().eval(env);
            return operator.apply(a, arguments.size() > 1 ? arguments.get(1).eval(env) : 0);
        }

        @Override
        public void inputs(Consumer<Input> visitor) {
            arguments.forEach(argument -> argument.inputs(visitor));
        }
    }

    /**
     * One of two values, as a test says. It stands at the top of a value, or within another: never in a sum or an
     * operation.
     *
     * @param test the question
     * @param yes  the value if the answer is yes
     * @param no   the value if it is no
     */
    record Choice(Decision.Test test, Expr yes, Expr no) implements Expr {
        @Override
        public String text() {
            return "(" + test.text() + " ? " + yes.text() + " : " + no.text() + ")";
        }

        @Override
        public boolean isWide() {
            return yes.isWide();
        }

        @Override
        public long eval(Env env) {
            return (test.holds(env) ? yes : no).eval(env);
        }

        @Override
        public void inputs(Consumer<Input> visitor) {
            test.compare().left().inputs(visitor);
            test.compare().right().inputs(visitor);
            yes.inputs(visitor);
            no.inputs(visitor);
        }
    }
}
