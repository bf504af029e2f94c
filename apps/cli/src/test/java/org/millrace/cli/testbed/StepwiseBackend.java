package org.millrace.cli.testbed;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.code.check.ProgramChecker;
import org.millrace.execution.Execution;
import org.millrace.execution.Step;

/**
 * hw-bluefield without joining the stages, which takes most of a script's time: it calls the loaded classes one after the other. It still refuses
 * stages that are not what they say, and looks once at each choice of them.
 *
 * <p>Owned by: the thread of the test.
 */
public final class StepwiseBackend extends BluefieldBackend {
    private static final int ITEMS = 2048;
    private static final Map<List<Class<?>>, FitReport> ADMITTED = new HashMap<>();

    /** Makes one. */
    public StepwiseBackend() {
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        List<Class<?>> stages = Stream.of(Workflow.values()).flatMap(each -> program.stages(each).stream())
            .<Class<?>>map(Stage::getClass).toList();
        return ADMITTED.computeIfAbsent(stages, _ -> new FitReport(List.of(), List.copyOf(ProgramChecker.check(program))));
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        Stepwise<M> pipeline = new Stepwise<>(program, capacity, runtime);
        program.loaded(pipeline);
        return pipeline;
    }

    private static final class Stepwise<M extends SegmentMeta> extends Execution<M> {
        private final List<List<? extends Step<?, ?>>> workflows;

        Stepwise(Program<M> program, Capacity capacity, Outlet<M> outlet) {
            super(program, capacity, outlet, ITEMS);
            workflows = Stream.of(Workflow.values()).<List<? extends Step<?, ?>>>map(each -> steps(program.stages(each))).toList();
        }

        @Override
        public void submit(M item, long nowNs) {
            run(item, nowNs);
            if (!items().hasRoom() && !isDeep()) {
                advance(nowNs);
            }
        }

        private void run(M item, long nowNs) {
            long verdict = Verdict.NEXT;
            long digest = 0;
            for (Step<?, ?> step : workflows.get(item.workflow())) {
                verdict = step.run(item, nowNs);
                digest |= verdict & Verdict.DIGEST;
                mirrors().mirror(verdict, item, 0);
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
            leave(item, verdict | digest, nowNs);
        }

        @Override
        public void advance(long nowNs) {
            for (int waiting = mirrors().size(); waiting > 0 && !mirrors().isEmpty(); waiting--) {
                run(mirrors().take(), nowNs);
            }
        }

        @Override
        public void keep() {
        }
    }
}
