package org.millrace.netty;

/** What is left with an endpoint to hear that it is ready. Owned by: the loop of the endpoint's context. */
interface Readiness {
    /** Something may be possible that was not before. */
    void ready();
}
