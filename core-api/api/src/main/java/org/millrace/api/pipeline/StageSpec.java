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
 * @param order       in which order items must pass it
 * @param <S>         its state
 */
public record StageSpec<S extends State>(String name, Key key, Concurrency concurrency, Supplier<S> state,
                                         List<Class<? extends Extern>> externs, Order order) {
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

    /** How a stage may run. What it says is checked on its compiled class when it is admitted. */
    public enum Concurrency {
        /** No state that changes: replicate freely. */
        STATELESS,
        /** State changes by {@link View#add} alone, and what is added to is not read: replicate freely. */
        COMMUTATIVE,
        /** One item of a key at a time. */
        FLOW_ATOMIC,
        /** One replica per shard of the key. */
        SHARDED;

        /** {@return whether any number of replicas may run at once, two of them on one key too} */
        public boolean isReplicable() {
            return this == STATELESS || this == COMMUTATIVE;
        }
    }

    /** In which order items pass a stage, those of all workflows that share its state together. */
    public enum Order {
        /** In any. */
        NONE,
        /** Those of one key as they entered the pipeline. */
        KEY,
        /** All as they entered the pipeline. */
        ARRIVAL
    }

    /**
     * Makes the spec of a stage with the order that its concurrency needs at least: none if it may be replicated, else
     * that of its key.
     *
     * @param name        short name, unique in the program
     * @param key         what its state is indexed by
     * @param concurrency how it may run
     * @param state       makes a view of its state
     * @param externs     the services it calls
     */
    public StageSpec(String name, Key key, Concurrency concurrency, Supplier<S> state, List<Class<? extends Extern>> externs) {
        this(name, key, concurrency, state, externs, concurrency.isReplicable() ? Order.NONE : Order.KEY);
    }

    /**
     * {@return the same stage in another order}
     *
     * @param needed in which order items must pass it
     */
    public StageSpec<S> ordered(Order needed) {
        return new StageSpec<>(name, key, concurrency, state, externs, needed);
    }

    /**
     * {@return the same stage with other services}
     *
     * @param services those it calls
     */
    public StageSpec<S> calling(List<Class<? extends Extern>> services) {
        return new StageSpec<>(name, key, concurrency, state, services, order);
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

    /**
     * Makes the spec of a stage without state that goes through the items of one context in order.
     *
     * @param name    short name
     * @param externs the services it calls
     * @return the spec
     */
    public static StageSpec<State.None> perContext(String name, List<Class<? extends Extern>> externs) {
        return new StageSpec<>(name, Key.CONTEXT, Concurrency.SHARDED, State.None::new, externs);
    }
}
