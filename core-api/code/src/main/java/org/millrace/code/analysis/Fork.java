package org.millrace.code.analysis;

/** Thrown by an instruction whose way depends on a test that is open. */
final class Fork extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Decision.Test test;

    Fork(Decision.Test test) {
        super(null, null, false, false);
        this.test = test;
    }

    Decision.Test test() {
        return test;
    }
}
