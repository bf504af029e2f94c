package org.millrace.memory.frame;

/** Wakes the reader of a ring; {@link #ring} by the writer's thread, the rest by the reader's. */
public interface Bell extends AutoCloseable {
    /** Makes the descriptor poll readable. */
    void ring();

    /** Makes the descriptor poll not readable; returns whether it was. */
    boolean silence();

    /** {@return the descriptor on which the reader sleeps} */
    int descriptor();

    @Override
    void close();
}
