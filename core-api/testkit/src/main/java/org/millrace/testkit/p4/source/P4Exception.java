package org.millrace.testkit.p4.source;

import java.util.List;

/** A P4 text that cannot be read: one problem a line, each as file:line:column: what. */
public final class P4Exception extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param problem with its place */
    public P4Exception(String problem) {
        super(problem);
    }

    /** @param problems at least one, with their places */
    public P4Exception(List<String> problems) {
        super(String.join("\n", problems));
    }
}
