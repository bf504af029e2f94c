package org.millrace.tofino;

import java.util.Arrays;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;

/** The state of the stages of one name, an entry per key. Owned by: the data-path thread. */
final class StateTable {
    final Class<? extends State> type;
    final StageSpec.Key key;
    private final int[] words;
    private final int stride;
    private final int first;
    private final int keys;

    StateTable(StageSpec<?> spec, Capacity capacity) {
        type = spec.state().get().getClass();
        key = spec.key();
        stride = Layout.of(type).words();
        first = key == StageSpec.Key.CONTEXT ? 0 : 1;
        keys = switch (key) {
            case NONE -> 0;
            case FLOW, MESSAGE -> capacity.flows();
            case CONTEXT -> capacity.contexts();
        };
        words = new int[Math.toIntExact((long) stride * keys)];
    }

    boolean isKeyedByFlow() {
        return key == StageSpec.Key.FLOW || key == StageSpec.Key.MESSAGE;
    }

    /** {@return whether the item has a key of this table; then the view is placed at it} */
    boolean place(SegmentMeta meta, State view) {
        if (keys == 0) {
            return true;
        }
        int index = (key == StageSpec.Key.CONTEXT ? meta.context() : meta.flow()) - first;
        if (Integer.compareUnsigned(index, keys) >= 0) {
            return false;
        }
        ViewCursor.move(view, words, index * stride);
        return true;
    }

    void place(View view, int keyValue) {
        int index = keyValue - first;
        if (Integer.compareUnsigned(index, keys) >= 0) {
            throw new IndexOutOfBoundsException("key " + keyValue + " of " + type.getName() + ", there are " + keys);
        }
        ViewCursor.move(view, words, index * stride);
    }

    void clear(int keyValue) {
        int from = (keyValue - first) * stride;
        Arrays.fill(words, from, from + stride, 0);
    }
}
