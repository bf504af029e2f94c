package org.millrace.testkit.p4.run;

/** exit (§11.5): the end of the package's block, from wherever it stands. */
public final class Exit extends RuntimeException {
    /** There is nothing to tell apart. */
    public static final Exit EXIT = new Exit();

    private static final long serialVersionUID = 1;

    private Exit() {
        super("exit", null, false, false);
    }
}
