package org.millrace.execution;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.View;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;

/**
 * What is common to pipelines that execute a program's own stages: items, tables of state, and how an item leaves.
 * Stages of one name share one table, so a stage that serves several workflows has one state.
 *
 * <p>DESIGN NOTES. The outlet may begin items of its own while it takes one (a packet handed to the control plane is
 * submitted again), and reads the first one's metadata afterwards: each level of that has metadata of its own.
 * Everything is allocated on loading.
 *
 * <p>Owned by: the data-path thread.
 *
 * @param <M> the program's metadata
 */
public abstract class Execution<M extends SegmentMeta> implements Pipeline<M> {
    private final Program<M> program;
    private final Outlet<M> outlet;
    private final Map<String, StateTable> tables;
    private final M[] metas;
    private final int[][] words;
    private final MirrorQueue mirrors;
    private final StateTable[] flowTables;
    private int level;

    /**
     * Prepares one.
     *
     * @param program  the program
     * @param capacity for how many keys
     * @param outlet   where items leave
     * @param levels   how deep the outlet may submit while it takes an item
     */
    protected Execution(Program<M> program, Capacity capacity, Outlet<M> outlet, int levels) {
        this.program = program;
        this.outlet = outlet;
        tables = StateTable.of(Arrays.stream(Workflow.values()).flatMap(each -> program.stages(each).stream()).map(Stage::spec)
            .toList(), capacity);
        flowTables = tables.values().stream().filter(StateTable::isKeyedByFlow).toArray(StateTable[]::new);
        metas = metas(program, levels);
        Layout layout = Layout.of(metas[0].getClass());
        words = new int[levels][layout.words()];
        for (int i = 0; i < levels; i++) {
            ViewCursor.move(metas[i], words[i], 0);
        }
        mirrors = new MirrorQueue(program.mirrors(), layout);
    }

    @SuppressWarnings("unchecked")
    private static <M extends SegmentMeta> M[] metas(Program<M> program, int levels) {
        SegmentMeta[] metas = new SegmentMeta[levels];
        Arrays.setAll(metas, i -> program.newMeta());
        return (M[]) metas;
    }

    /**
     * {@return a workflow's stages over their tables}
     *
     * @param stages the stages
     */
    protected final List<? extends Step<?, ?>> steps(List<Stage<? super M, ?>> stages) {
        return stages.stream().map(this::step).toList();
    }

    private <S extends State> Step<? super M, S> step(Stage<? super M, S> stage) {
        StageSpec<S> spec = stage.spec();
        StateTable table = tables.get(spec.name());
        if (table.type() != spec.state().get().getClass() || table.key() != spec.key()) {
            throw new IllegalArgumentException("two stages are named " + spec.name()
                + " and differ in state or key: " + table.type().getName() + " by " + table.key() + ", "
                + spec.state().get().getClass().getName() + " by " + spec.key());
        }
        return new Step<>(stage, table, spec.state().get(), program);
    }

    @Override
    public final M item(Workflow workflow) {
        Arrays.fill(words[level], 0);
        M meta = metas[level];
        meta.workflow(workflow.ordinal());
        return meta;
    }

    /** {@return the item of this level} */
    protected final M meta() {
        return metas[level];
    }

    /** {@return its words} */
    protected final int[] words() {
        return words[level];
    }

    /** {@return copies on their way back in} */
    protected final MirrorQueue mirrors() {
        return mirrors;
    }

    /** {@return whether the item of this level stays as it is while others are executed: there is a level above} */
    protected final boolean canNest() {
        return level < metas.length - 1;
    }

    /** Keeps the item of this level while others are executed. Only if {@link #canNest}. */
    protected final void nest() {
        level++;
    }

    /** Back to the item kept. */
    protected final void unnest() {
        level--;
    }

    /**
     * An item leaves.
     *
     * @param meta    the item
     * @param verdict the last one, with {@link Verdict#DIGEST} if any stage asked for it
     * @param nowNs   the time
     */
    protected final void leave(M meta, long verdict, long nowNs) {
        if (!canNest()) {
            outlet.drop(meta, DropReason.CONTROL_LIMIT.code()); // the outlet submits without end
            return;
        }
        digest(meta, verdict, nowNs);
        nest();
        switch ((int) Verdict.action(verdict)) {
            case (int) Verdict.DROP -> outlet.drop(meta, Verdict.reason(verdict));
            case (int) Verdict.CONTROL -> outlet.control(meta, Verdict.reason(verdict), nowNs);
            case (int) Verdict.EMIT -> outlet.emit(meta, nowNs);
            default -> outlet.done(meta);
        }
        unnest();
    }

    /**
     * Shows the control plane the metadata of an item that is still to leave, if a stage asked for it. Only if
     * {@link #canNest}.
     *
     * @param meta    the item
     * @param verdict the last one, with {@link Verdict#DIGEST} if any stage asked for it
     * @param nowNs   the time
     */
    protected final void digest(M meta, long verdict, long nowNs) {
        if ((verdict & Verdict.DIGEST) != 0) {
            nest();
            outlet.digest(meta, nowNs);
            unnest();
        }
    }

    /**
     * An item whose pass is over is to be emitted, but waits in the machine; its words are the machine's to keep.
     *
     * @param meta the item
     * @return number of the payload that is kept for it, for {@link #emit}; 0: it has none
     */
    protected final int hold(M meta) {
        return outlet.hold(meta);
    }

    /**
     * The item of this level, which has waited, is emitted. Only if {@link #canNest}.
     *
     * @param payload number of its payload
     * @param nowNs   the time
     */
    protected final void emit(int payload, long nowNs) {
        M meta = meta();
        nest();
        outlet.resume(payload);
        outlet.emit(meta, nowNs);
        unnest();
    }

    @Override
    public boolean isIdle() {
        return mirrors.isEmpty();
    }

    @Override
    public final <S extends State> S seek(Stage<?, S> stage, S view, int key) {
        StateTable table = tables.get(stage.spec().name());
        if (table == null || table.type() != view.getClass()) {
            throw new IllegalArgumentException("stage " + stage.spec().name() + " is not loaded with this state");
        }
        table.place((View) view, key);
        return view;
    }

    @Override
    public final void clear(int flow) {
        for (StateTable table : flowTables) {
            table.clear(flow);
        }
    }
}
