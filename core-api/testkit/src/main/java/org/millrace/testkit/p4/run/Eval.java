package org.millrace.testkit.p4.run;

/** An expression, ready to run. */
@FunctionalInterface
public interface Eval {
    /** @return its value */
    Object eval(Frame frame);
}
