package org.millrace.api.pipeline;

/**
 * The control plane's one door to the state of a loaded program's stages. A machine may run stages on other threads than
 * the data path's: it lets nothing of a flow run while the flow's state is open. So open late, close soon, and change what
 * takes time by a host-control item instead.
 *
 * <pre>{@code
 * StateHandle<ProtocolState> protocol = states.handle(stage);      // once, when the program is loaded
 *
 * try (OpenState open = states.open(flow)) {
 *     open.state(protocol).congestionWindow(bytes);
 * }
 * }</pre>
 *
 * <p>Nothing is allocated by opening. Owned by: the data-path thread.
 */
public interface StateTables {
    /**
     * Finds a stage's state, once.
     *
     * @param stage the stage, or another of its name
     * @param <S>   its state
     * @return what shows it through an open door, as long as the program is loaded
     * @throws IllegalArgumentException if no such stage is loaded, or it keeps nothing
     */
    <S extends State> StateHandle<S> handle(Stage<?, S> stage);

    /**
     * Opens what stages keep for a flow or a message. Until it is closed none of its items runs in any stage, and what was
     * written before is seen; those of others may go on.
     *
     * @param flow the flow or message
     * @return its state, the same object each time
     * @throws IllegalStateException     if another's is open: one at a time, no nesting
     * @throws IndexOutOfBoundsException if there can be no such flow
     */
    OpenState open(int flow);

    /**
     * Opens what stages keep for a context, likewise.
     *
     * @param context the context
     * @return its state, the same object each time
     * @throws IllegalStateException     if another's is open
     * @throws IndexOutOfBoundsException if there can be no such context
     */
    OpenState openContext(int context);
}
