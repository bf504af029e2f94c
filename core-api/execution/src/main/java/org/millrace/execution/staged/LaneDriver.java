package org.millrace.execution.staged;

/**
 * Lets lanes run beside the thread that hands them work, the owner of their rings: threads do, or a test that steps them in an order of its own.
 *
 * <p>Owned by: the owner of the lanes' rings.
 */
public interface LaneDriver extends AutoCloseable {
    /**
     * There is work.
     *
     * @param wakes whether it is worth waking a lane that sleeps
     */
    void published(boolean wakes);

    /**
     * The owner cannot go on until some lane has: it asks again after this.
     *
     * @throws IllegalStateException if a lane has failed, with what it has thrown as cause
     */
    void await();

    /** Lanes end; work that nobody has finished stays so. */
    @Override
    void close();
}
