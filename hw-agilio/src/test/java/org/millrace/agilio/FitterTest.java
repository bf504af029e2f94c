package org.millrace.agilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.StageSpec.Concurrency;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** What does not fit is refused with the reason, and what to do instead. */
class FitterTest {
    private static final Capacity CAPACITY = new Capacity(1024, 4);

    static final class Ratio extends State {
        int marked() {
            return i32(0);
        }

        int all() {
            return i32(4);
        }

        void share(int v) {
            i32(8, v);
        }
    }

    /** Divides, as a congestion controller would. */
    static final class Divides implements Stage<SegmentMeta, Ratio> {
        private static final StageSpec<Ratio> SPEC = StageSpec.perFlow("ratio", Concurrency.FLOW_ATOMIC, Ratio::new, List.of());

        @Override
        public StageSpec<Ratio> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, Ratio s, long nowNs) {
            s.share(s.marked() / s.all());
            return s.marked() / 16 > 3 ? Verdict.EMIT : Verdict.DONE;
        }
    }

    /** Computes in floating point. */
    static final class Floats implements Stage<SegmentMeta, Ratio> {
        private static final StageSpec<Ratio> SPEC = StageSpec.perFlow("ratio", Concurrency.FLOW_ATOMIC, Ratio::new, List.of());

        @Override
        public StageSpec<Ratio> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, Ratio s, long nowNs) {
            s.share((int) (s.marked() * 0.9));
            return Verdict.DONE;
        }
    }

    /** Looks at a clock. */
    static final class Clocks implements Stage<SegmentMeta, State.None> {
        private static final StageSpec<State.None> SPEC = StageSpec.stateless("clock", List.of());

        @Override
        public StageSpec<State.None> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, State.None s, long nowNs) {
            return System.nanoTime() > nowNs ? Verdict.DONE : Verdict.EMIT;
        }
    }

    /** Keeps much of each flow. */
    static final class Large implements Stage<SegmentMeta, Large.History> {
        static final class History extends State {
            int at(int index) {
                return i32(0, 128, index);
            }

            void at(int index, int v) {
                i32(0, 128, index, v);
            }
        }

        private static final StageSpec<History> SPEC = StageSpec.perFlow("large", Concurrency.FLOW_ATOMIC, History::new, List.of());

        @Override
        public StageSpec<History> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, History s, long nowNs) {
            s.at(meta.position(), s.at(meta.length()));
            return Verdict.DONE;
        }
    }

    private record One(Stage<SegmentMeta, ?> stage) implements Program<SegmentMeta> {
        @Override
        public String name() {
            return "one";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return workflow == Workflow.HC ? List.of(stage) : List.of();
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
        public void loaded(StateTables states) {
        }
    }

    private static List<String> refused(Stage<SegmentMeta, ?> stage, Capacity capacity) {
        return new AgilioBackend().admit(new One(stage), capacity).refused().stream().map(FitReport.Reason::toString).toList();
    }

    @Test
    void divisionIsRefusedAndAConstantDivisorIsNot() {
        assertThat(refused(new Divides(), CAPACITY)).singleElement().asString()
            .matches("ratio, Divides\\.process:\\d+: division \\[an FPC has no divider: shift, multiply by a constant's reciprocal .*");
    }

    @Test
    void floatingPointIsRefused() {
        assertThat(refused(new Floats(), CAPACITY)).anySatisfy(reason -> assertThat(reason)
            .matches("ratio, Floats\\.process:\\d+: floating point \\[an FPC has no floating point: use fixed point.*"));
    }

    @Test
    void clocksAreRefused() {
        assertThat(refused(new Clocks(), CAPACITY)).singleElement().asString()
            .matches("clock, Clocks\\.process:\\d+: call of System.nanoTime \\[an FPC has no timer and no clock: .*flow queue\\]");
    }

    @Test
    void stateBeyondLocalMemoryIsLeftInEmemUnlessAMappingSaysOtherwise() {
        assertThat(refused(new Large(), CAPACITY)).isEmpty();
        assertThat(AgilioBackend.of(Machine.nfp4000(), Mapping.byKind()).admit(new One(new Large()), CAPACITY).refused())
            .anySatisfy(reason -> assertThat(reason.toString()).contains("8192 bytes of local memory at protocol, for 16 flows of 512 bytes [an FPC has 4096"));
    }

    @Test
    void moreFlowsThanMemoryIsRefused() {
        assertThat(refused(new Divides(), new Capacity(1 << 20, 4))).anySatisfy(reason -> assertThat(reason)
            .contains("20971520 for 1048576 flows [IMEM, bytes, at most 4194304]"));
    }

    @Test
    void moreFpcsThanAnIslandHasAreRefused() {
        Mapping mapping = Mapping.fig48(Map.of("groups", "5", "extra.fpcs", "4", "pre.stages", "@entry", "protocol.stages", "@flow",
            "post.stages", "post"));
        assertThat(AgilioBackend.of(Machine.nfp4000(), mapping).admit(new One(new Clocks()), CAPACITY).refused())
            .extracting(FitReport.Reason::toString)
            .contains("fig-4.8.mapping places 13 FPCs on a flow group's island [an island has 12]",
                "fig-4.8.mapping has 5 flow groups, an island each, and the service island [there are 5 general-purpose islands]");
    }
}
