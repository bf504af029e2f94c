package org.millrace.api.pipeline;

/** The state of a loaded program's stages, as the control plane reaches it. Data-path thread only. */
public interface StateTables {
    /**
     * Places a view at one entry of a stage's state.
     *
     * @param stage the stage
     * @param view  a view made by the stage's {@link StageSpec#state()}
     * @param key   the flow, message or context
     * @param <S>   its state
     * @return {@code view}
     */
    <S extends State> S seek(Stage<?, S> stage, S view, int key);

    /**
     * Zeroes one entry in the state of every stage that is keyed by flow or message.
     *
     * @param flow the flow
     */
    void clear(int flow);
}
