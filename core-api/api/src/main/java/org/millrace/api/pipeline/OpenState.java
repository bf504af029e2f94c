package org.millrace.api.pipeline;

/**
 * The state of one flow, message or context, open for the control plane: see {@link StateTables}. What it has shown is
 * nowhere once it is closed: a view that is used later throws.
 *
 * <p>Owned by: the data-path thread, which submits no item meanwhile.
 */
public interface OpenState extends AutoCloseable {
    /**
     * {@return a stage's state, the same view each time, until this is closed}
     *
     * @param handle which stage's
     * @param <S>    its state
     * @throws IllegalStateException    if this is closed
     * @throws IllegalArgumentException if the handle is another program's, or its stage does not keep state for what is open
     */
    <S extends State> S state(StateHandle<S> handle);

    /**
     * Zeroes it in every stage.
     *
     * @throws IllegalStateException if this is closed
     */
    void clear();

    /** Lets its items run again. Closing twice does nothing. */
    @Override
    void close();
}
