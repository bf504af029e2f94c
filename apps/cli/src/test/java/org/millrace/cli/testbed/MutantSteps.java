package org.millrace.cli.testbed;

import java.util.BitSet;

/**
 * What the classes of a {@link MutantLoader} call: counts so that loops end, and notes which pieces of code are reached.
 *
 * <p>Owned by: the thread of the test.
 */
public final class MutantSteps {
    private static BitSet reached = new BitSet();
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
        reached = new BitSet();
        left = steps;
    }

    /** {@return the pieces reached since the beginning, by number} */
    static BitSet reached() {
        return reached;
    }

    /** {@return how many more steps may be done} */
    static long left() {
        return left;
    }

    /** A piece of code begins. */
    public static void at(int piece) {
        reached.set(piece);
    }

    /** A method begins or a jump is made. */
    public static void step() {
        if (--left < 0) {
            throw new EndlessException();
        }
    }
}
