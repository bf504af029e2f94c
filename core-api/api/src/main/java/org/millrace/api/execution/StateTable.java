package org.millrace.api.execution;

import java.util.Arrays;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;

/**
 * The state of the stages of one name, an entry per key. A record, so that generated code may know its fields as
 * constants. Owned by: the data-path thread.
 *
 * @param type   the state's class
 * @param key    what it is indexed by
 * @param words  all entries
 * @param stride words of an entry
 * @param first  the lowest key
 * @param keys   how many there are; 0: the stages have no key
 */
public record StateTable(Class<? extends State> type, StageSpec.Key key, int[] words, int stride, int first, int keys) {
    /**
     * {@return a table, all 0}
     *
     * @param spec     of one of the stages
     * @param capacity for how many keys
     */
    public static StateTable of(StageSpec<?> spec, Capacity capacity) {
        Class<? extends State> type = spec.state().get().getClass();
        int stride = Layout.of(type).words();
        int keys = switch (spec.key()) {
            case NONE -> 0;
            case FLOW, MESSAGE -> capacity.flows();
            case CONTEXT -> capacity.contexts();
        };
        int first = spec.key() == StageSpec.Key.CONTEXT ? 0 : 1;
        return new StateTable(type, spec.key(), new int[Math.toIntExact((long) stride * keys)], stride, first, keys);
    }

    /** {@return whether its keys are flows or messages} */
    public boolean isKeyedByFlow() {
        return key == StageSpec.Key.FLOW || key == StageSpec.Key.MESSAGE;
    }

    /**
     * {@return whether the item has a key of this table; then the view is placed at it}
     *
     * @param meta the item
     * @param view a view of the table's type
     */
    public boolean place(SegmentMeta meta, State view) {
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

    /**
     * Places a view at a key.
     *
     * @param view     a view of the table's type
     * @param keyValue the key
     * @throws IndexOutOfBoundsException if the table has no such key
     */
    public void place(View view, int keyValue) {
        int index = keyValue - first;
        if (Integer.compareUnsigned(index, keys) >= 0) {
            throw new IndexOutOfBoundsException("key " + keyValue + " of " + type.getName() + ", there are " + keys);
        }
        ViewCursor.move(view, words, index * stride);
    }

    /**
     * Zeroes an entry.
     *
     * @param keyValue its key
     */
    public void clear(int keyValue) {
        int from = (keyValue - first) * stride;
        Arrays.fill(words, from, from + stride, 0);
    }
}
