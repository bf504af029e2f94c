package org.millrace.runtime.status;

import java.util.List;

/**
 * How an instance is.
 *
 * @param state   in one word
 * @param reasons what is wrong, a line each; empty if it is ready
 */
public record Health(State state, List<String> reasons) {
    /** In one word. */
    public enum State {
        /** All is well. */
        READY,
        /** It serves, but not as well as it should. */
        DEGRADED,
        /** It serves nobody. */
        DOWN
    }

    /** Copies. */
    public Health {
        reasons = List.copyOf(reasons);
    }

    public static Health down(String reason) {
        return new Health(State.DOWN, List.of(reason));
    }

    /** {@return ready without reasons, else degraded} */
    public static Health of(List<String> reasons) {
        return new Health(reasons.isEmpty() ? State.READY : State.DEGRADED, reasons);
    }
}
