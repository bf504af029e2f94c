package org.millrace.testkit.p4.run;

/** A parser goes to reject (§12.8.2). */
public final class ParserFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param error its name in P4 */
    public ParserFailure(String error) {
        super(error, null, false, false);
    }
}
