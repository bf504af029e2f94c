package org.millrace.code.fuse;

import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;

/**
 * A stage of a workflow and where its state lies.
 *
 * @param stage  the stage
 * @param view   its state's class
 * @param key    what the state is indexed by
 * @param words  all rows
 * @param first  the lowest key
 * @param keys   how many there are; 0: the stage has no state
 * @param stride words of a row
 * @param offset of the stage's entry in a row, words, and before the first row
 * @param call   the stage as a call
 */
public record StagePlace(Stage<?, ?> stage, Class<? extends State> view, StageSpec.Key key, int[] words, int first, int keys,
                         int stride, int offset, StageCall call) {
    private static final int[] NOTHING = {};

    /**
     * {@return a stage that is only looked at}
     *
     * @param stage the stage
     */
    public static StagePlace of(Stage<?, ?> stage) {
        StageSpec<?> spec = stage.spec();
        return new StagePlace(stage, spec.state().get().getClass(), spec.key(), NOTHING, 1, 0, 1, 0, null);
    }

    boolean isKeyed() {
        return key != StageSpec.Key.NONE;
    }
}
