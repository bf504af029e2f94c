package org.millrace.api.pipeline;

/**
 * Where a loaded program keeps the state of a stage; {@link OpenState#state} shows it.
 *
 * @param <S> the state
 */
public interface StateHandle<S extends State> {
    /** {@return the stage} */
    Stage<?, S> stage();
}
