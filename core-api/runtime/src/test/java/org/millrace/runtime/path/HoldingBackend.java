package org.millrace.runtime.path;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.execution.Execution;
import org.millrace.execution.Step;

/** Hardware whose queue to the wire opens when the test says so, or for a swap. */
public final class HoldingBackend implements HardwareBackend {
    public boolean isOpen = true;

    private record Frame(int[] words, int payload) {
    }

    @Override
    public String name() {
        return "hw-holding";
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
        private final Deque<Frame> frames = new ArrayDeque<>();

        Holding(Program<M> program, Capacity capacity, Outlet<M> outlet) {
            super(program, capacity, outlet, 4);
            workflows = List.of(Workflow.values()).stream()
                .<List<? extends Step<?, ?>>>map(workflow -> steps(program.stages(workflow))).toList();
        }

        @Override
        public void submit(long nowNs) {
            M meta = meta();
            long verdict = Verdict.NEXT;
            for (Step<?, ?> step : workflows.get(meta.workflow())) {
                verdict = step.run(meta, nowNs);
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
            if (Verdict.action(verdict) == Verdict.EMIT) {
                int payload = hold(meta);
                frames.add(new Frame(words().clone(), payload));
            } else {
                leave(meta, verdict, nowNs);
            }
        }

        @Override
        public void advance(long nowNs) {
            if (isOpen) {
                quiesce(nowNs);
            }
        }

        @Override
        public void quiesce(long nowNs) {
            for (Frame frame = frames.poll(); frame != null; frame = frames.poll()) {
                System.arraycopy(frame.words, 0, words(), 0, frame.words.length);
                emit(frame.payload, nowNs);
            }
        }

        @Override
        public boolean isIdle() {
            return frames.isEmpty();
        }

        @Override
        public long deadlineNs() {
            return isOpen && !isIdle() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
