package org.millrace.api.pipeline;

import java.util.List;
import java.util.function.Supplier;

/**
 * What a stage is: all that a backend must know to place it.
 *
 * @param name        short name, unique in the program: {@code protocol}
 * @param key         what its state is indexed by
 * @param concurrency how it may run
 * @param state       makes a view of its state
 * @param externs     the services it calls
 * @param <S>         its state
 */
public record StageSpec<S extends State>(String name, Key key, Concurrency concurrency, Supplier<S> state,
                                         List<Class<? extends Extern>> externs) {
    /** What a stage's state is indexed by. */
    public enum Key {
        /** Nothing: the stage has no state, or finds its flow itself. */
        NONE,
        /** {@link SegmentMeta#flow()}, of a stream. */
        FLOW,
        /** {@link SegmentMeta#flow()}, of a message. */
        MESSAGE,
        /** {@link SegmentMeta#context()}. */
        CONTEXT
    }

    /** How a stage may run. */
    public enum Concurrency {
        /** No state that changes: replicate freely. */
        STATELESS,
        /** Updates commute: replicate freely, updates made atomic. */
        COMMUTATIVE,
        /** One item of a key at a time, in order. */
        FLOW_ATOMIC,
        /** One replica per shard of the key. */
        SHARDED
    }

    /**
     * Makes the spec of a stage without state.
     *
     * @param name    short name
     * @param externs the services it calls
     * @return the spec
     */
    public static StageSpec<State.None> stateless(String name, List<Class<? extends Extern>> externs) {
        return new StageSpec<>(name, Key.NONE, Concurrency.STATELESS, State.None::new, externs);
    }

    /**
     * Makes the spec of a stage with state per flow.
     *
     * @param name        short name
     * @param concurrency how it may run
     * @param state       makes a view of its state
     * @param externs     the services it calls
     * @param <S>         its state
     * @return the spec
     */
    public static <S extends State> StageSpec<S> perFlow(String name, Concurrency concurrency, Supplier<S> state,
                                                         List<Class<? extends Extern>> externs) {
        return new StageSpec<>(name, Key.FLOW, concurrency, state, externs);
    }
}
