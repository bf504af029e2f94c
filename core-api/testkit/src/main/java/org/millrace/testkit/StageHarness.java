package org.millrace.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Workflow;

/**
 * Runs one stage alone, on state and metadata that the test writes and reads through the stage's own accessors:
 *
 * <pre>{@code
 * var harness = StageHarness.of(new AckStage(), TcpMeta::new);
 * harness.flow(5).state(s -> s.sendUnacknowledged(1000))
 *     .item(m -> m.acknowledgment(1200)).expect(Verdict.NEXT);
 * assertThat(harness.state().sendUnacknowledged()).isEqualTo(1200);
 * }</pre>
 *
 * Beside the verdict that the test expects, each run fails if the item is not accounted for (unknown action, drop
 * without reason, DIGEST with {@code digest()} 0 or the other way round, mirror to an undeclared session), if the stage
 * throws, if it writes what no accessor of its state or metadata declares, or if it has no key and touches state.
 *
 * <p>Owned by one thread.
 *
 * @param <M> the stage's metadata
 * @param <S> its state
 */
public final class StageHarness<M extends SegmentMeta, S extends State> {
    private final Stage<? super M, S> stage;
    private final Key key;
    private final Layout stateLayout;
    private final Map<Integer, ViewMemory> states = new HashMap<>();
    private final List<MirrorSession> mirrors = new ArrayList<>();
    private final M meta;
    private final ViewMemory metaMemory;
    private final S state;
    private int current = 1;
    private long nowNs;
    private Workflow workflow = Workflow.RX;

    private StageHarness(Stage<? super M, S> stage, Supplier<M> metadata) {
        this.stage = stage;
        key = stage.spec().key();
        meta = metadata.get();
        metaMemory = new ViewMemory(Layout.of(meta.getClass()));
        metaMemory.place(meta);
        state = stage.spec().state().get();
        stateLayout = Layout.of(state.getClass());
        item(m -> { });
    }

    /**
     * {@return a harness of a stage, all state 0, the time 0}
     *
     * @param stage    the stage
     * @param metadata makes a view of the metadata to run it with
     * @param <M>      the metadata
     * @param <S>      the stage's state
     */
    public static <M extends SegmentMeta, S extends State> StageHarness<M, S> of(Stage<? super M, S> stage,
                                                                                 Supplier<M> metadata) {
        return new StageHarness<>(stage, metadata);
    }

    /**
     * Declares mirror sessions, as the stage's program does.
     *
     * @param sessions the sessions
     * @return this
     */
    public StageHarness<M, S> mirrors(List<MirrorSession> sessions) {
        mirrors.addAll(sessions);
        return this;
    }

    /**
     * Chooses the flow (or message, or context: whatever the stage is keyed by) that what follows is about; 1 at first.
     * Begins a new item of it.
     *
     * @param index the key
     * @return this
     */
    public StageHarness<M, S> flow(int index) {
        current = index;
        return item(m -> { });
    }

    /**
     * Sets the workflow of the items to come; RX at first. Begins a new item.
     *
     * @param next the workflow
     * @return this
     */
    public StageHarness<M, S> workflow(Workflow next) {
        workflow = next;
        return item(m -> { });
    }

    /**
     * Sets the time of the runs to come; 0 at first.
     *
     * @param timeNs nanoseconds
     * @return this
     */
    public StageHarness<M, S> at(long timeNs) {
        nowNs = timeNs;
        return this;
    }

    /**
     * Writes the current flow's state.
     *
     * @param writer sets fields; the others stay
     * @return this
     */
    public StageHarness<M, S> state(Consumer<? super S> writer) {
        writer.accept(state());
        return this;
    }

    /** {@return the current flow's state, to inspect} */
    public S state() {
        if (key == Key.NONE) {
            throw new AssertionError("stage " + stage.spec().name() + " has no key, so it has no state");
        }
        memory(current).place(state);
        return state;
    }

    private ViewMemory memory(int index) {
        return states.computeIfAbsent(index, i -> new ViewMemory(stateLayout));
    }

    /**
     * Begins an item: all metadata 0 but the workflow, the key and what the test writes.
     *
     * @param writer sets fields
     * @return this
     */
    public StageHarness<M, S> item(Consumer<? super M> writer) {
        metaMemory.clear();
        meta.workflow(workflow.ordinal());
        if (key == Key.CONTEXT) {
            meta.context(current);
        } else {
            meta.flow(current);
        }
        writer.accept(meta);
        return this;
    }

    /** {@return the item's metadata, as the last stage run left it} */
    public M meta() {
        return meta;
    }

    /** {@return the verdict of running the stage on the item; fails as the class comment says} */
    public long run() {
        ViewMemory memory = key == Key.NONE ? null : memory(StageRun.key(stage, meta));
        if (memory != null) {
            memory.place(state);
        }
        int digestBefore = meta.digest();
        long verdict = StageRun.run(stage, meta, metaMemory, state, memory, mirrors, nowNs);
        String fault = VerdictText.digestFault(verdict, meta, digestBefore);
        if (fault != null) {
            StageRun.fail(stage, fault);
        }
        return verdict;
    }

    /**
     * Runs the stage on the item.
     *
     * @param expected the verdict that it is to answer
     * @return this
     */
    public StageHarness<M, S> expect(long expected) {
        long verdict = run();
        if (verdict != expected) {
            StageRun.fail(stage, "answers " + VerdictText.describe(verdict) + ", expected was "
                + VerdictText.describe(expected) + "\n  metadata: " + metaMemory
                + (key == Key.NONE ? "" : "\n  state: " + memory(StageRun.key(stage, meta))));
        }
        return this;
    }
}
