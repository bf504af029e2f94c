package org.millrace.execution;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;

/**
 * The state of the stages of one name, an entry per key. What is kept for a flow is one row, or one a group of stages
 * ({@link RowPlan}): the entries of its tables lie one behind the other, so a pass finds them in a few cache lines. Owned
 * by: the data-path thread, or the one that runs the group's stages.
 *
 * @param type   the state's class
 * @param key    what it is indexed by
 * @param words  all rows
 * @param stride words of a row
 * @param offset of the first entry, words
 * @param length of the entry, words
 * @param first  the lowest key
 * @param keys   how many there are; 0: the stages have no key
 */
public record StateTable(Class<? extends State> type, StageSpec.Key key, int[] words, int stride, int offset, int length,
                         int first, int keys) {
    /**
     * {@return tables by name, all 0}
     *
     * @param program  the program; of its stages of one name the first one counts
     * @param capacity for how many keys
     * @param plan     how the rows of what is keyed by flow lie
     */
    public static Map<String, StateTable> of(Program<?> program, Capacity capacity, RowPlan plan) {
        return of(specs(program), capacity, plan);
    }

    /**
     * {@return tables as {@link #of(Program, Capacity, RowPlan)} would make them, without memory: where everything will lie}
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param plan     how the rows of what is keyed by flow lie
     */
    public static Map<String, StateTable> planned(Program<?> program, Capacity capacity, RowPlan plan) {
        return of(specs(program), capacity, plan, length -> new int[0]);
    }

    static Map<String, StateTable> of(Collection<? extends StageSpec<?>> specs, Capacity capacity, RowPlan plan) {
        return of(specs, capacity, plan, int[]::new);
    }

    private static List<StageSpec<?>> specs(Program<?> program) {
        return Arrays.stream(Workflow.values())
            .<StageSpec<?>>mapMulti((workflow, all) -> program.stages(workflow).forEach(stage -> all.accept(stage.spec()))).toList();
    }

    private static Map<String, StateTable> of(Collection<? extends StageSpec<?>> specs, Capacity capacity, RowPlan plan,
                                              IntFunction<int[]> memory) {
        Map<String, StageSpec<?>> byName = new LinkedHashMap<>();
        specs.forEach(spec -> byName.putIfAbsent(spec.name(), spec));
        Map<String, List<StageSpec<?>>> groups = new LinkedHashMap<>();
        Map<String, StateTable> tables = new LinkedHashMap<>();
        for (StageSpec<?> spec : byName.values()) {
            if (isFlows(spec.key())) {
                groups.computeIfAbsent(plan.group().apply(spec.name()), group -> new ArrayList<>()).add(spec);
            } else {
                int length = length(spec);
                int keys = spec.key() == StageSpec.Key.CONTEXT ? capacity.contexts() : 0;
                tables.put(spec.name(), new StateTable(type(spec), spec.key(),
                    memory.apply(Math.multiplyExact(length, keys)), length, 0, length, 0, keys));
            }
        }
        groups.values().forEach(group -> addRows(group, capacity.flows(), plan, memory, tables));
        return tables;
    }

    private static void addRows(List<StageSpec<?>> group, int flows, RowPlan plan, IntFunction<int[]> memory,
                                Map<String, StateTable> tables) {
        int stride = plan.stride(group.stream().mapToInt(StateTable::length).sum());
        int[] rows = memory.apply(plan.lead() + Math.multiplyExact(stride, flows));
        int offset = plan.lead();
        for (StageSpec<?> spec : group) {
            int length = length(spec);
            tables.put(spec.name(), new StateTable(type(spec), spec.key(), rows, stride, offset, length, 1, flows));
            offset += length;
        }
    }

    private static Class<? extends State> type(StageSpec<?> spec) {
        return spec.state().get().getClass();
    }

    private static int length(StageSpec<?> spec) {
        return Layout.of(type(spec)).words();
    }

    private static boolean isFlows(StageSpec.Key key) {
        return key == StageSpec.Key.FLOW || key == StageSpec.Key.MESSAGE;
    }

    /** {@return whether its keys are flows or messages} */
    public boolean isKeyedByFlow() {
        return isFlows(key);
    }

    /**
     * {@return whether the item has a key of this table; then the view is moved to it}
     *
     * @param meta the item
     * @param view a view that was placed in this table
     */
    public boolean move(SegmentMeta meta, State view) {
        if (keys == 0) {
            return true;
        }
        int index = (key == StageSpec.Key.CONTEXT ? meta.context() : meta.flow()) - first;
        if (Integer.compareUnsigned(index, keys) >= 0) {
            return false;
        }
        ViewCursor.move(view, index * stride + offset);
        return true;
    }

    /**
     * Loads a word of each cache line of a key's row, from this table's entry on.
     *
     * @param keyValue the key
     * @return their sum
     */
    int touch(int keyValue) {
        int index = keyValue - first;
        if (Integer.compareUnsigned(index, keys) >= 0) {
            return 0;
        }
        int sum = 0;
        int begin = index * stride + offset;
        for (int i = 0; i < stride; i += RowPlan.LINE_WORDS) {
            sum += words[begin + i];
        }
        return sum;
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
        ViewCursor.move(view, words, index * stride + offset);
    }

    /**
     * Zeroes an entry.
     *
     * @param keyValue its key
     */
    public void clear(int keyValue) {
        int from = (keyValue - first) * stride + offset;
        Arrays.fill(words, from, from + length, 0);
    }
}
