package org.millrace.bluefield;

import java.util.Arrays;
import java.util.HashMap;
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
 * A program on one core, run to completion: {@link #submit} returns when the item has left. Stages of one name share
 * one table, so a stage that serves several workflows has one state.
 *
 * <p>DESIGN NOTES. The outlet may begin items of its own while it takes one (a packet handed to the control plane is
 * submitted again), and reads the first one's metadata afterwards: each level of that has metadata of its own.
 * Everything is allocated on loading. {@link ChainWriter} makes one method of a workflow's stages.
 *
 * <p>Owned by: the data-path thread.
 */
final class BluefieldPipeline<M extends SegmentMeta> implements Pipeline<M> {
    private static final int LEVELS = 8;

    private final Outlet<M> outlet;
    private final Map<String, StateTable> tables = new HashMap<>();
    private final StateTable[] flowTables;
    private final Chain[] workflows;
    private final Capacity capacity;
    private final M[] metas;
    private final int[][] words;
    private final MirrorQueue mirrors;
    private int level;

    BluefieldPipeline(Program<M> program, Capacity capacity, Outlet<M> outlet) {
        this.outlet = outlet;
        this.capacity = capacity;
        workflows = chains(program);
        flowTables = tables.values().stream().filter(StateTable::isKeyedByFlow).toArray(StateTable[]::new);
        metas = metas(program);
        Layout layout = Layout.of(metas[0].getClass());
        words = new int[LEVELS][layout.words()];
        for (int i = 0; i < LEVELS; i++) {
            ViewCursor.move(metas[i], words[i], 0);
        }
        mirrors = new MirrorQueue(program.mirrors(), layout, layout.words());
    }

    @SuppressWarnings("unchecked")
    private static <M extends SegmentMeta> M[] metas(Program<M> program) {
        SegmentMeta[] metas = new SegmentMeta[LEVELS];
        Arrays.setAll(metas, i -> program.newMeta());
        return (M[]) metas;
    }

    private Chain[] chains(Program<M> program) {
        Chain[] chains = new Chain[Workflow.values().length];
        for (Workflow workflow : Workflow.values()) {
            chains[workflow.ordinal()] = ChainWriter.write(program.stages(workflow).stream().map(this::step).toList());
        }
        return chains;
    }

    private <S extends State> Step<? super M, S> step(Stage<? super M, S> stage) {
        StageSpec<S> spec = stage.spec();
        StateTable table = tables.computeIfAbsent(spec.name(), name -> StateTable.of(spec, capacity));
        if (table.type() != spec.state().get().getClass() || table.key() != spec.key()) {
            throw new IllegalArgumentException("two stages are named " + spec.name()
                + " and differ in state or key: " + table.type().getName() + " by " + table.key() + ", "
                + spec.state().get().getClass().getName() + " by " + spec.key());
        }
        return new Step<>(stage, table, spec.state().get());
    }

    @Override
    public M item(Workflow workflow) {
        Arrays.fill(words[level], 0);
        M meta = metas[level];
        meta.workflow(workflow.ordinal());
        return meta;
    }

    @Override
    public void submit(long nowNs) {
        run(nowNs);
    }

    private void run(long nowNs) {
        M meta = metas[level];
        long verdict = workflows[meta.workflow()].run(meta, words[level], mirrors, nowNs);
        leave(meta, verdict, (verdict & Verdict.DIGEST) != 0, nowNs);
    }

    private void leave(M meta, long verdict, boolean digest, long nowNs) {
        if (level == LEVELS - 1) {
            outlet.drop(meta, DropReason.CONTROL_LIMIT.code()); // the outlet submits without end
            return;
        }
        level++;
        if (digest) {
            outlet.digest(meta, nowNs);
        }
        switch ((int) Verdict.action(verdict)) {
            case (int) Verdict.DROP -> outlet.drop(meta, Verdict.reason(verdict));
            case (int) Verdict.CONTROL -> outlet.control(meta, Verdict.reason(verdict), nowNs);
            case (int) Verdict.EMIT -> outlet.emit(meta, nowNs);
            default -> outlet.done(meta);
        }
        level--;
    }

    @Override
    public void advance(long nowNs) {
        for (int waiting = mirrors.size(); waiting > 0; waiting--) {
            mirrors.take(words[level], metas[level]);
            run(nowNs);
        }
    }

    @Override
    public boolean isIdle() {
        return mirrors.isEmpty();
    }

    @Override
    public <S extends State> S seek(Stage<?, S> stage, S view, int key) {
        StateTable table = tables.get(stage.spec().name());
        if (table == null || table.type() != view.getClass()) {
            throw new IllegalArgumentException("stage " + stage.spec().name() + " is not loaded with this state");
        }
        table.place((View) view, key);
        return view;
    }

    @Override
    public void clear(int flow) {
        for (StateTable table : flowTables) {
            table.clear(flow);
        }
    }
}
