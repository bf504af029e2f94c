package org.millrace.agilio;

import org.millrace.agilio.model.Fpc;

/** Shown every visit of an item at a place. */
@FunctionalInterface
interface Trace {
    /** Nobody is. */
    Trace NONE = (fpc, thread, workflow, fromCycle, toCycle) -> { };

    void visit(Fpc fpc, int thread, int workflow, long fromCycle, long toCycle);
}
