package org.millrace.api.context;

/** Wakes an application that sleeps in a selector. Neither method blocks. Any thread. */
public interface SelectorBell {
    /** Makes the application's channel readable. */
    void ring();

    /** Lets the application see the end of its channel: the runtime rings no more. */
    void end();
}
