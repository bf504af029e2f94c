package org.millrace.cli.testbed;

import java.util.HashSet;
import java.util.Set;

/**
 * What the classes of a {@link MutantLoader} call: counts so that loops end, and notes which methods are reached.
 *
 * <p>Owned by: the thread of the test.
 */
public final class MutantSteps {
    private static Set<String> reached = new HashSet<>();
    private static long left;

    private MutantSteps() {
    }

    /** Thrown when there were more steps than any script needs. */
    static final class EndlessException extends RuntimeException {
        private static final long serialVersionUID = 1;

        EndlessException() {
            super("does not end", null, false, false);
        }
    }

    /** Begins anew: nothing is reached, so many steps may be done. */
    static void begin(long steps) {
        reached = new HashSet<>();
        left = steps;
    }

    static Set<String> reached() {
        return reached;
    }

    /** A method begins. */
    public static void enter(String method) {
        reached.add(method);
        step();
    }

    /** A jump is made. */
    public static void step() {
        if (--left < 0) {
            throw new EndlessException();
        }
    }
}
