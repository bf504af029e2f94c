package org.millrace.bluefield;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/** A general-purpose core: every program fits whose stages are what they say and call what they have been given. */
public class BluefieldBackend implements HardwareBackend {
    /** Its name in configurations. */
    public static final String NAME = "hw-bluefield";

    private static final HandedOut EXTERNS = new HandedOut();

    /** Makes one. */
    public BluefieldBackend() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        return EXTERNS.plain(runtime, capacity);
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        List<FitReport.Placement> placed = new ArrayList<>();
        List<FitReport.Reason> refused = new ArrayList<>();
        Fuser fuser = new Fuser(program);
        for (Workflow workflow : Workflow.values()) {
            Map<Stage<?, ?>, Violation> called = fuser.called(workflow);
            int order = 0;
            for (Stage<?, ?> stage : program.stages(workflow)) {
                Layout state = Layout.of(stage.spec().state().get().getClass());
                placed.add(new FitReport.Placement(workflow.name(), stage.spec().name(),
                    place(order++, called.get(stage)), state.bits() + " bits of state per key"));
                ForeignExterns.of(stage, EXTERNS::contains, NAME).forEach(v -> refused.add(new FitReport.Reason(
                    stage.spec().name(), v.site().method(), v.site().line(), v.limit(), v.operation())));
            }
        }
        refused.addAll(ProgramChecker.check(program));
        return new FitReport(List.copyOf(placed), List.copyOf(refused));
    }

    /** A stage that is called is slower, not wrong: it says why. */
    private static String place(int order, Violation called) {
        return called == null ? "core 0, fused order " + order
            : "core 0, order " + order + ", called, not copied: " + called.site() + " " + called.operation();
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        BluefieldPipeline<M> pipeline = new BluefieldPipeline<>(program, capacity, runtime);
        program.loaded(pipeline);
        return pipeline;
    }
}
