package org.millrace.bluefield;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.ForeignExterns;
import org.millrace.code.Violation;
import org.millrace.code.check.ProgramChecker;
import org.millrace.code.fuse.Fuser;
import org.millrace.execution.HandedOut;
import org.millrace.execution.StateTable;
import org.millrace.execution.staged.LaneDriver;
import org.millrace.execution.staged.LaneWork;

/** A general-purpose core: every program fits whose stages are what they say and call what they have been given. */
public class BluefieldBackend implements HardwareBackend {
    /** Its name in configurations. */
    public static final String NAME = "hw-bluefield";

    private static final HandedOut EXTERNS = new HandedOut();
    /** Lanes look on for so long at most, and for a 64th of it, 0.2 ms, at least: from a round of the data path's to the next, and until it is awake. */
    private static final long SPIN_NS = 12_800_000;

    /** What admission has made, for the load that follows; both go with the program if none does. */
    private final Map<Program<?>, WeakReference<Fuser>> admitted = Collections.synchronizedMap(new WeakHashMap<>());

    /** Which stages have lanes; null: none, all run on the data path's core. */
    private final LanePlan plan;
    private final Function<List<? extends LaneWork>, LaneDriver> drivers;

    /** Makes one that runs all of a program on the data path's core. */
    public BluefieldBackend() {
        this(null, null);
    }

    private BluefieldBackend(LanePlan plan, Function<List<? extends LaneWork>, LaneDriver> drivers) {
        this.plan = plan;
        this.drivers = drivers;
    }

    /** {@inheritDoc} As in {@code pre*2/protocol*2/post/dma}: each is a thread. */
    @Override
    public HardwareBackend pipelined(String lanes) {
        return pipelined(lanes, made -> new LaneThreads(made, SPIN_NS));
    }

    /**
     * {@return this hardware with stages on lanes that somebody else lets run}
     *
     * @param lanes   which and how many
     * @param drivers lets the lanes of a program run
     * @throws IllegalArgumentException if it cannot be; the message says what can
     */
    public static HardwareBackend pipelined(String lanes, Function<List<? extends LaneWork>, LaneDriver> drivers) {
        return new BluefieldBackend(LanePlan.parse(lanes), drivers);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        Externs plain = EXTERNS.plain(runtime, capacity);
        return plan == null ? plain : new LaneExterns(EXTERNS, plain, runtime, plan, drivers);
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        CompletableFuture<List<FitReport.Reason>> checked = CompletableFuture.supplyAsync(() -> ProgramChecker.check(program));
        List<FitReport.Placement> placed = new ArrayList<>();
        List<FitReport.Reason> refused = new ArrayList<>();
        Fuser fuser = new Fuser(program);
        Map<String, StateTable> tables = StateTable.planned(program, capacity, BluefieldPipeline.ROWS);
        for (Workflow workflow : Workflow.values()) {
            List<? extends Stage<?, ?>> stages = program.stages(workflow);
            Map<Stage<?, ?>, Violation> called = fuser.called(workflow,
                stages.stream().map(stage -> StepCall.planned(stage, tables)).toList());
            int order = 0;
            for (Stage<?, ?> stage : stages) {
                placed.add(new FitReport.Placement(workflow.name(), stage.spec().name(), place(program, workflow, order++, called.get(stage)),
                    Layout.of(stage.spec().state().get().getClass()).bits() + " bits of state per key"));
                ForeignExterns.of(stage, EXTERNS::contains, NAME).forEach(v -> refused.add(new FitReport.Reason(
                    stage.spec().name(), v.site().method(), v.site().line(), v.limit(), v.operation())));
            }
        }
        refused.addAll(checked(checked));
        if (plan != null) {
            refused.addAll(LanePlaces.check(plan, program));
        }
        admitted.put(program, new WeakReference<>(fuser));
        return new FitReport(List.copyOf(placed), List.copyOf(refused), plan == null ? List.of() : plan.notes());
    }

    private static List<FitReport.Reason> checked(CompletableFuture<List<FitReport.Reason>> check) {
        try {
            return check.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }

    /** A stage that is called is slower, not wrong: it says why. */
    private String place(Program<?> program, Workflow workflow, int order, Violation called) {
        if (plan != null && plan.hasStages()) {
            return LanePlaces.text(plan, program, workflow, order);
        }
        return called == null ? "core 0, fused order " + order
            : "core 0, order " + order + ", called, not copied: " + called.site() + " " + called.operation();
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        WeakReference<Fuser> made = admitted.remove(program);
        Fuser fuser = made == null ? null : made.get();
        Pipeline<M> pipeline = make(program, capacity, runtime, fuser == null ? new Fuser(program) : fuser);
        program.loaded(pipeline);
        return pipeline;
    }

    private <M extends SegmentMeta> Pipeline<M> make(Program<M> program, Capacity capacity, Outlet<M> runtime, Fuser fuser) {
        DmaLanes dma = plan == null ? null : LaneExterns.dmaOf(program);
        if (plan != null && plan.hasStages()) {
            return new StagedPipeline<>(program, capacity, runtime, plan, drivers, dma);
        }
        return dma == null ? new BluefieldPipeline<>(program, capacity, runtime, fuser)
            : new DmaPipeline<>(program, capacity, runtime, fuser, dma);
    }
}
