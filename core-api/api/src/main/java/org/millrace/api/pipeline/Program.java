package org.millrace.api.pipeline;

import java.util.List;

/**
 * A transport's data path: stages per workflow, their codec and their flow scheduler. Made anew, with the externs of
 * the backend, each time it is loaded.
 *
 * @param <M> its metadata
 */
public interface Program<M extends SegmentMeta> {
    /** {@return its name: {@code tcp-flextoe}} */
    String name();

    /** {@return a new unplaced view of its metadata} */
    M newMeta();

    /**
     * {@return the stages of a workflow in pipeline order; empty if it has none}
     *
     * @param workflow which
     */
    List<Stage<? super M, ?>> stages(Workflow workflow);

    /** {@return its parser and deparser} */
    HeaderCodec<M> codec();

    /** {@return its flow scheduler} */
    FlowScheduler scheduler();

    /** {@return its mirror sessions} */
    default List<MirrorSession> mirrors() {
        return List.of();
    }

    /**
     * Called by whoever runs a stage that has thrown.
     *
     * @param stage  which
     * @param thrown what it has thrown
     * @return the verdict that the item goes on with, if the program can do without the stage
     * @throws IllegalStateException if it cannot: the data path is given up, for nothing is known of the item's state
     */
    default long failed(Stage<?, ?> stage, Throwable thrown) {
        throw new IllegalStateException("stage " + stage.spec().name() + " of " + name() + " has thrown " + thrown, thrown);
    }

    /**
     * Called once by the backend that has loaded the program: how the control plane reaches the stages' state.
     *
     * @param states the stages' state
     */
    void loaded(StateTables states);
}
