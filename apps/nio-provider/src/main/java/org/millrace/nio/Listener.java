package org.millrace.nio;

/** What libTOE's endpoints have as their attachment here. */
@FunctionalInterface
interface Listener {
    /** Something has changed: wakes who waits for it. Under the context's lock. */
    void changed();
}
