package org.millrace.tofino;

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
import org.millrace.tofino.machine.Machine;

/**
 * A program in an RMT pipe. State is touched once a pass and in pipeline order, and passes do not overtake each other
 * inside the pipe; so a pass is executed as one step, in its slot. What takes time is the mirror: a copy re-enters its
 * cycles later, and items whose slots come before overtake it.
 *
 * <p>DESIGN NOTES. The machine has its own cycle counter: an item submitted takes the next slot, after the copies that
 * are due by then; {@link #advance} runs the machine on until it is drained, or a bound on passes is reached (a program
 * that mirrors every copy again never drains). The same items give the same passes at the same cycles.
 * The outlet may begin items of its own while it takes one, and reads the first one's metadata afterwards: each level
 * of that has metadata of its own. Everything is allocated on loading.
 *
 * <p>Owned by: the data-path thread.
 */
final class TofinoPipeline<M extends SegmentMeta> implements Pipeline<M> {
    private static final int LEVELS = 16;
    private static final int MAX_PASSES = 1 << 16;

    private final Outlet<M> outlet;
    private final Map<String, StateTable> tables = new HashMap<>();
    private final StateTable[] flowTables;
    private final Step<M, ?>[][] workflows;
    private final Capacity capacity;
    private final M[] metas;
    private final int[][] words;
    private final MirrorQueue mirrors;
    private final int reentryCycles;
    private int level;
    private long cycle;

    TofinoPipeline(Machine machine, Program<M> program, Capacity capacity, Outlet<M> outlet) {
        this.outlet = outlet;
        reentryCycles = machine.mirror().reentryCycles();
        this.capacity = capacity;
        workflows = steps(program);
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

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Step<M, ?>[][] steps(Program<M> program) {
        Step[][] steps = new Step[Workflow.values().length][];
        for (Workflow workflow : Workflow.values()) {
            List<Stage<? super M, ?>> stages = program.stages(workflow);
            steps[workflow.ordinal()] = stages.stream().map(this::step).toArray(Step[]::new);
        }
        return steps;
    }

    private <S extends State> Step<M, S> step(Stage<? super M, S> stage) {
        StageSpec<S> spec = stage.spec();
        StateTable table = tables.computeIfAbsent(spec.name(), name -> new StateTable(spec, capacity));
        if (table.type != spec.state().get().getClass() || table.key != spec.key()) {
            throw new IllegalArgumentException("two stages are named " + spec.name()
                + " and differ in state or key: " + table.type.getName() + " by " + table.key + ", "
                + spec.state().get().getClass().getName() + " by " + spec.key());
        }
        return new Step<>(stage, table);
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
        if (level == LEVELS - 1) {
            run(nowNs);
            return;
        }
        cycle++;
        level++;
        while (!mirrors.isEmpty() && mirrors.due() <= cycle) {
            reenter(nowNs);
        }
        level--;
        run(nowNs);
    }

    /** The oldest copy takes a slot. */
    private void reenter(long nowNs) {
        mirrors.take(words[level], metas[level]);
        run(nowNs);
        cycle++;
    }

    /** {@return the machine's time: slots begun and cycles waited for} */
    long cycle() {
        return cycle;
    }

    private void run(long nowNs) {
        M meta = metas[level];
        long flags = 0;
        long verdict = Verdict.NEXT;
        for (Step<M, ?> step : workflows[meta.workflow()]) {
            verdict = step.run(meta, nowNs);
            if (verdict != Verdict.NEXT) {
                flags |= verdict;
                if ((verdict & Verdict.MIRROR) != 0) {
                    mirrors.add(Verdict.session(verdict), words[level], cycle + reentryCycles);
                }
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
        }
        leave(meta, verdict, (flags & Verdict.DIGEST) != 0, nowNs);
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
        for (int passes = 0; !mirrors.isEmpty() && passes < MAX_PASSES; passes++) {
            cycle = Math.max(cycle, mirrors.due());
            reenter(nowNs);
        }
    }

    @Override
    public boolean isIdle() {
        return mirrors.isEmpty();
    }

    @Override
    public <S extends State> S seek(Stage<?, S> stage, S view, int key) {
        StateTable table = tables.get(stage.spec().name());
        if (table == null || table.type != view.getClass()) {
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
