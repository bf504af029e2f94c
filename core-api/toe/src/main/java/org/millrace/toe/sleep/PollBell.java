package org.millrace.toe.sleep;

/** Where the owner of a context sleeps while it polls, and what wakes it there. */
interface PollBell extends AutoCloseable {
    /** {@return what the rings' waiting words say while it sleeps} */
    int place();

    /**
     * Sleeps until somebody wakes it or has taken a waiting word back, or the time is over. Owned by: the Toe's thread.
     *
     * @param timeoutNs nanoseconds; negative: no limit
     */
    void await(long timeoutNs);

    /** Wakes the owner if it sleeps. The memory has to be there. Any thread. */
    void wake();

    @Override
    default void close() {
    }
}
