package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/** Copies come back after their cycles, and what came in the meantime has overtaken them. */
final class TofinoPipelineTest {
    private static final int COPIES_OF = 1;

    private final List<String> trace = new ArrayList<>();

    /** Counts passes of a flow. */
    static final class Count extends State {
        int count() {
            return i32(0);
        }

        void count(int v) {
            i32(0, v);
        }
    }

    static final class Counter implements Stage<SegmentMeta, Count> {
        private static final StageSpec<Count> SPEC =
            StageSpec.perFlow("counter", StageSpec.Concurrency.FLOW_ATOMIC, Count::new, List.of());
        private final boolean mirrors;

        Counter(boolean mirrors) {
            this.mirrors = mirrors;
        }

        @Override
        public StageSpec<Count> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, Count state, long nowNs) {
            int count = state.count() + 1;
            state.count(count);
            meta.position(count);
            return mirrors && meta.length() == COPIES_OF ? Verdict.DONE | Verdict.mirror(0) : Verdict.DONE;
        }
    }

    private static final class Counting implements Program<SegmentMeta> {
        private final Counter receive = new Counter(true);
        private final boolean again;

        Counting(boolean again) {
            this.again = again;
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return switch (workflow) {
                case RX -> List.of(receive);
                case MIRROR -> List.of(new Counter(again));
                default -> List.of();
            };
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            return null;
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE;
        }

        @Override
        public List<MirrorSession> mirrors() {
            return List.of(new MirrorSession(0, Workflow.MIRROR, List.of("flow", "frame", "length")));
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    private TofinoPipeline<SegmentMeta> pipeline(int reentryCycles, boolean again) {
        Machine t = Machine.tofino2();
        Machine machine = new Machine(t.pipe(), t.stage(), t.exact(), t.alu(), t.phv(), t.parser(), t.latency(),
            t.power(), new Machine.Mirror(256, reentryCycles), t.generator(), t.trafficManager(), t.recirculation());
        return new TofinoPipeline<>(machine, new Counting(again), new Capacity(4, 1), new Outlet<>() {
            @Override
            public void drop(SegmentMeta meta, int reason) {
                trace.add("drop " + meta.frame());
            }

            @Override
            public void control(SegmentMeta meta, int reason, long nowNs) {
                trace.add("control " + meta.frame());
            }

            @Override
            public void emit(SegmentMeta meta, long nowNs) {
                trace.add("emit " + meta.frame());
            }

            @Override
            public void done(SegmentMeta meta) {
                trace.add((meta.workflow() == Workflow.MIRROR.ordinal() ? "copy " : "done ") + meta.frame() + " pass "
                    + meta.position());
            }

            @Override
            public void digest(SegmentMeta meta, long nowNs) {
                trace.add("digest");
            }
        });
    }

    private static void submit(Pipeline<SegmentMeta> pipeline, int frame, int length) {
        SegmentMeta meta = pipeline.item(Workflow.RX);
        meta.flow(1);
        meta.frame(frame);
        meta.length(length);
        pipeline.submit(0);
    }

    @Test
    void laterItemsOfABatchOvertakeACopy() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(1000, false);
        submit(pipeline, 1, COPIES_OF);
        submit(pipeline, 2, 0);
        assertThat(pipeline.isIdle()).isFalse();
        pipeline.advance(0);
        assertThat(trace).containsExactly("done 1 pass 1", "done 2 pass 2", "copy 1 pass 3");
        assertThat(pipeline.isIdle()).isTrue();
        assertThat(pipeline.cycle()).isGreaterThan(1000);
    }

    @Test
    void aCopyThatIsDueTakesTheNextSlot() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, false);
        submit(pipeline, 1, COPIES_OF);
        submit(pipeline, 2, 0);
        submit(pipeline, 3, 0);
        assertThat(trace).containsExactly("done 1 pass 1", "done 2 pass 2", "copy 1 pass 3", "done 3 pass 4");
    }

    @Test
    void aProgramThatMirrorsWithoutEndDoesNotHang() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, true);
        submit(pipeline, 1, COPIES_OF);
        pipeline.advance(0);
        assertThat(pipeline.isIdle()).isFalse();
    }

    @Test
    void anItemOfNoFlowIsDropped() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, false);
        pipeline.item(Workflow.RX).frame(9);
        pipeline.submit(0);
        assertThat(trace).containsExactly("drop 9");
    }
}
