package org.millrace.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Key;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/**
 * Runs a whole program stage by stage, each under the rules of {@link StageHarness}: the plainest pipeline there is, and
 * the reference that a backend's is compared with.
 *
 * <pre>{@code
 * var flows = new MapFlowLookup(); var dma = new RecordingDma(); var queue = new RecordingContextQueue();
 * var harness = new ProgramHarness<>(new SomeProgram(flows, dma, queue));
 * harness.run(Workflow.RX, m -> m.localPort(80), nowNs);
 * assertThat(harness.outlet().only().way()).isEqualTo(Way.DONE);
 * }</pre>
 *
 * State appears when first touched, so any key is valid. Stages with the same spec object share its state. A mirrored copy is taken at the end of the pass and runs in
 * {@link #advance}. Owned by one thread.
 *
 * @param <M> the program's metadata
 */
public final class ProgramHarness<M extends SegmentMeta> implements Pipeline<M> {
    private static final int MAX_MIRRORED = 10_000;

    private final Program<M> program;
    private final Outlet<? super M> target;
    private final RecordingOutlet<M> outlet;
    private final Layout metaLayout;
    private final Map<StageSpec<?>, Map<Integer, ViewMemory>> states = new IdentityHashMap<>();
    private final Deque<ViewMemory> mirrored = new ArrayDeque<>();
    private final HarnessDoor door = new HarnessDoor(this);
    private final M meta;
    private ViewMemory metaMemory;
    private long entered;

    /**
     * Loads a program; what leaves is recorded.
     *
     * @param program the program, made with the fakes of this package as its externs
     */
    public ProgramHarness(Program<M> program) {
        this(program, null);
    }

    /**
     * Loads a program; what leaves is recorded and passed on.
     *
     * @param program the program
     * @param target  where items go, beside {@link #outlet()}; null: nowhere
     */
    public ProgramHarness(Program<M> program, Outlet<? super M> target) {
        this.program = program;
        this.target = target;
        outlet = new RecordingOutlet<>(program::newMeta);
        meta = program.newMeta();
        metaLayout = Layout.of(meta.getClass());
        metaMemory = new ViewMemory(metaLayout);
        checkSpecs();
        checkMirrors();
        program.loaded(this);
    }

    private void checkSpecs() {
        for (Workflow workflow : Workflow.values()) {
            Set<String> names = new LinkedHashSet<>();
            for (Stage<?, ?> stage : program.stages(workflow)) {
                if (stage.spec() != stage.spec()) {
                    throw new AssertionError(program.name() + ": stage " + stage.spec().name()
                        + " makes a new spec each time, it must be constant");
                }
                if (!names.add(stage.spec().name())) {
                    throw new AssertionError(program.name() + ": two stages of " + workflow + " are called "
                        + stage.spec().name());
                }
            }
        }
    }

    private void checkMirrors() {
        for (MirrorSession mirror : program.mirrors()) {
            for (String field : mirror.fields()) {
                if (metaLayout.fields().stream().noneMatch(f -> f.name().equals(field))) {
                    throw new AssertionError(program.name() + ": mirror session " + mirror.id() + " carries " + field
                        + ", which is no field of its metadata");
                }
            }
        }
    }

    /** {@return what has left} */
    public RecordingOutlet<M> outlet() {
        return outlet;
    }

    /**
     * Runs one item and all that it mirrors, and fails unless each left exactly once.
     *
     * @param workflow what it runs
     * @param writer   sets its metadata
     * @param nowNs    the time
     * @return this
     */
    public ProgramHarness<M> run(Workflow workflow, Consumer<? super M> writer, long nowNs) {
        outlet.clear();
        entered = 0;
        writer.accept(item(workflow));
        submit(meta, nowNs);
        advance(nowNs);
        outlet.assertLeft(entered);
        return this;
    }

    @Override
    public M item(Workflow workflow) {
        door.checkClosed();
        metaMemory = new ViewMemory(metaLayout);
        metaMemory.place(meta);
        meta.workflow(workflow.ordinal());
        return meta;
    }

    /** {@inheritDoc} Here there is one at a time. */
    @Override
    public void submit(M item, long nowNs) {
        pass(nowNs);
    }

    @Override
    public void end(M item, long verdict, long nowNs) {
        entered++;
        leave(outlet, verdict, nowNs);
        if (target != null) {
            leave(target, verdict, nowNs);
        }
    }

    @Override
    public int transmit(int budget, long nowNs) {
        for (int i = 0; i < budget; i++) {
            int flow = program.scheduler().next(nowNs);
            if (flow == 0) {
                return i;
            }
            item(Workflow.TX).flow(flow);
            pass(nowNs);
        }
        return budget;
    }

    @Override
    public long transmitNs() {
        return program.scheduler().deadlineNs();
    }

    @Override
    public void keep() {
    }

    @Override
    public void advance(long nowNs) {
        for (int n = 0; !mirrored.isEmpty(); n++) {
            if (n == MAX_MIRRORED) {
                throw new AssertionError(program.name() + ": mirrors without end");
            }
            metaMemory = mirrored.poll();
            metaMemory.place(meta);
            pass(nowNs);
        }
    }

    @Override
    public boolean isIdle() {
        return mirrored.isEmpty();
    }

    private void pass(long nowNs) {
        entered++;
        Set<Integer> sessions = new LinkedHashSet<>();
        int digestBefore = meta.digest();
        long flags = 0;
        long verdict = Verdict.NEXT;
        for (Stage<? super M, ?> stage : program.stages(Workflow.values()[meta.workflow()])) {
            verdict = step(stage, nowNs);
            flags |= verdict;
            if ((verdict & Verdict.MIRROR) != 0) {
                sessions.add(Verdict.session(verdict));
            }
            if (Verdict.action(verdict) != Verdict.NEXT) {
                break;
            }
        }
        String fault = VerdictText.digestFault(flags, meta, digestBefore);
        if (fault != null) {
            throw new AssertionError(program.name() + ": the pass " + fault);
        }
        sessions.forEach(this::mirror);
        if ((flags & Verdict.DIGEST) != 0) {
            outlet.digest(meta, nowNs);
            if (target != null) {
                target.digest(meta, nowNs);
            }
        }
        leave(outlet, verdict, nowNs);
        if (target != null) {
            leave(target, verdict, nowNs);
        }
    }

    private <S extends State> long step(Stage<? super M, S> stage, long nowNs) {
        S state = stage.spec().state().get();
        ViewMemory memory = stage.spec().key() == Key.NONE ? null : memory(stage, state, StageRun.key(stage, meta));
        if (memory != null) {
            memory.place(state);
        }
        return StageRun.run(stage, meta, metaMemory, state, memory, program.mirrors(), nowNs);
    }

    ViewMemory memory(Stage<?, ?> stage, State state, int key) {
        return states.computeIfAbsent(stage.spec(), s -> new HashMap<>())
            .computeIfAbsent(key, k -> new ViewMemory(Layout.of(state.getClass())));
    }

    private void mirror(int id) {
        MirrorSession session = program.mirrors().stream().filter(m -> m.id() == id).findFirst().orElseThrow();
        ViewMemory copy = new ViewMemory(metaLayout);
        session.fields().forEach(field -> metaMemory.copyField(field, copy));
        M view = program.newMeta();
        copy.place(view);
        view.workflow(session.next().ordinal());
        mirrored.add(copy);
    }

    private void leave(Outlet<? super M> to, long verdict, long nowNs) {
        long action = Verdict.action(verdict);
        if (action == Verdict.DROP) {
            to.drop(meta, Verdict.reason(verdict));
        } else if (action == Verdict.CONTROL) {
            to.control(meta, Verdict.reason(verdict), nowNs);
        } else if (action == Verdict.EMIT) {
            to.emit(meta, nowNs);
        } else {
            to.done(meta);
        }
    }

    @Override
    public <S extends State> StateHandle<S> handle(Stage<?, S> stage) {
        return door.handle(stage);
    }

    @Override
    public OpenState open(int flow) {
        return door.open(Key.FLOW, flow);
    }

    @Override
    public OpenState openContext(int context) {
        return door.open(Key.CONTEXT, context);
    }

    /** {@return what the control plane has opened so far, in order: {@code FLOW 3}} */
    public List<String> opened() {
        return door.opened();
    }

    /** {@return the memory of all that is kept for a key} */
    List<ViewMemory> memories(Key kind, int key) {
        return states.entrySet().stream().filter(entry -> (entry.getKey().key() == Key.CONTEXT) == (kind == Key.CONTEXT))
            .map(entry -> entry.getValue().get(key)).filter(Objects::nonNull).toList();
    }
}
