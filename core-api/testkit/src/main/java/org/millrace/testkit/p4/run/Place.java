package org.millrace.testkit.p4.run;

/** An expression that can be assigned to. */
@FunctionalInterface
public interface Place {
    /** Assigns. */
    void set(Frame frame, Object value);
}
