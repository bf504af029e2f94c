package org.millrace.testkit.p4.run;

/** A statement, ready to run. */
@FunctionalInterface
public interface Exec {
    /** What comes next. */
    enum Then {
        /** The next statement. */
        NEXT,
        /** The end of what was called. */
        RETURN
    }

    /** @return what comes next */
    Then exec(Frame frame);
}
