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
 * @param words  all rows; another array for each table, also while it has no memory yet
 * @param first  the lowest key
 * @param keys   how many there are; 0: the stage has no state
 * @param stride words of a row
 * @param offset of the stage's entry in a row, words, and before the first row
 * @param call   the stage as a call; null while it has no memory
 */
public record StagePlace(Stage<?, ?> stage, Class<? extends State> view, StageSpec.Key key, int[] words, int first, int keys,
                         int stride, int offset, StageCall call) {
    /** {@return whether code that is made for one is right for the other, but for the array of rows} */
    boolean liesLike(StagePlace other) {
        return stage == other.stage && view == other.view && key == other.key && first == other.first && keys == other.keys
            && stride == other.stride && offset == other.offset;
    }

    boolean isKeyed() {
        return key != StageSpec.Key.NONE;
    }
}
