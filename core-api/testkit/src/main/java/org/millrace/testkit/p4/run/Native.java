package org.millrace.testkit.p4.run;

/** What an extern's method or function does. */
@FunctionalInterface
public interface Native {
    /** @return its value, null if it has none */
    Object call(Call call);
}
