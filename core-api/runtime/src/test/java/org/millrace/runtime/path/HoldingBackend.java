package org.millrace.runtime.path;

import java.util.List;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Externs;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.execution.Execution;
import org.millrace.execution.ItemQueue;
import org.millrace.execution.Step;

/** Hardware whose queue to the wire opens when the test says so, or for a swap. */
public final class HoldingBackend implements HardwareBackend {
    public boolean isOpen = true;
    private final int items;

    public HoldingBackend() {
        this(1024);
    }

    public HoldingBackend(int items) {
        this.items = items;
    }

    @Override
    public String name() {
        return "hw-holding";
    }

    @Override
    public Externs externs(HostServices runtime, Capacity capacity) {
        return new BluefieldBackend().externs(runtime, capacity);
    }

    @Override
    public FitReport admit(Program<?> program, Capacity capacity) {
        return new BluefieldBackend().admit(program, capacity);
    }

    @Override
    public <M extends SegmentMeta> Pipeline<M> load(Program<M> program, Capacity capacity, Outlet<M> runtime) {
        Pipeline<M> pipeline = new Holding<>(program, capacity, runtime);
        program.loaded(pipeline);
        return pipeline;
    }

    private final class Holding<M extends SegmentMeta> extends Execution<M> {
        private final List<List<? extends Step<?, ?>>> workflows;
        private final ItemQueue<M> frames = new ItemQueue<>();

        Holding(Program<M> program, Capacity capacity, Outlet<M> outlet) {
            super(program, capacity, outlet, items);
            workflows = List.of(Workflow.values()).stream()
                .<List<? extends Step<?, ?>>>map(workflow -> steps(program.stages(workflow))).toList();
        }

        @Override
        public void submit(M item, long nowNs) {
            long verdict = Verdict.NEXT;
            for (Step<?, ?> step : workflows.get(item.workflow())) {
                verdict = step.run(item, nowNs);
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
            if (Verdict.action(verdict) == Verdict.EMIT) {
                frames.add(item, 0);
            } else {
                leave(item, verdict, nowNs);
            }
        }

        @Override
        public void keep() {
            retain(frames);
        }

        @Override
        public void advance(long nowNs) {
            if (isOpen) {
                quiesce(nowNs);
            }
        }

        @Override
        public void quiesce(long nowNs) {
            while (!frames.isEmpty()) {
                leave(frames.take(), Verdict.EMIT, nowNs);
            }
        }

        @Override
        public long deadlineNs() {
            return isOpen && !isIdle() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
