package org.millrace.bluefield;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.hardware.Outlet;
import org.millrace.api.hardware.Pipeline;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateHandle;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

class BluefieldPipelineTest {
    private static final Capacity CAPACITY = new Capacity(3, 2);

    private static final class Counter extends State {
        int value() {
            return i32(0);
        }

        void value(int v) {
            i32(0, v);
        }

        int other() {
            return u8(7);
        }
    }

    private static final class OtherCounter extends State {
        int value() {
            return i32(0);
        }
    }

    private record Find() implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("find", List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.flow(1);
            return Verdict.NEXT;
        }
    }

    private record Count() implements Stage<SegmentMeta, Counter> {
        @Override
        public StageSpec<Counter> spec() {
            return StageSpec.perFlow("count", StageSpec.Concurrency.FLOW_ATOMIC, Counter::new, List.of());
        }

        @Override
        public long process(SegmentMeta meta, Counter state, long nowNs) {
            state.value(state.value() + 1);
            return Verdict.NEXT;
        }
    }

    private interface Body<S extends State> {
        long run(SegmentMeta meta, S state);
    }

    private record Step<S extends State>(StageSpec<S> spec, Body<S> body) implements Stage<SegmentMeta, S> {
        @Override
        public long process(SegmentMeta meta, S state, long nowNs) {
            return body.run(meta, state);
        }
    }

    private static Step<Counter> counting(String name, StageSpec.Key key, Body<Counter> body) {
        return new Step<>(new StageSpec<>(name, key, StageSpec.Concurrency.FLOW_ATOMIC, Counter::new, List.of()), body);
    }

    private static Step<State.None> stateless(Body<State.None> body) {
        return new Step<>(StageSpec.stateless("stateless", List.of()), body);
    }

    private static final class TestProgram implements Program<SegmentMeta> {
        final Map<Workflow, List<Stage<? super SegmentMeta, ?>>> stages = new EnumMap<>(Workflow.class);
        final List<MirrorSession> mirrors = new ArrayList<>();
        StateTables states;

        TestProgram with(Workflow workflow, Step<?>... list) {
            stages.put(workflow, List.copyOf(Arrays.asList(list)));
            return this;
        }

        @Override
        public String name() {
            return "test";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return stages.getOrDefault(workflow, List.of());
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            return new HeaderCodec<>() {
                @Override
                public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length,
                                  boolean checksumValid, SegmentMeta meta) {
                    return Verdict.NEXT;
                }

                @Override
                public int write(SegmentMeta meta, MemorySegment header, long offset) {
                    return 0;
                }

                @Override
                public int checksumOffset() {
                    return -1;
                }

                @Override
                public int segmentSize(SegmentMeta meta) {
                    return 0;
                }
            };
        }

        @Override
        public FlowScheduler scheduler() {
            return FlowScheduler.NONE;
        }

        @Override
        public List<MirrorSession> mirrors() {
            return mirrors;
        }

        @Override
        public void loaded(StateTables tables) {
            states = tables;
        }
    }

    private final List<String> left = new ArrayList<>();
    private Runnable onControl = () -> { };
    private Pipeline<SegmentMeta> pipeline;

    private final Outlet<SegmentMeta> outlet = new Outlet<>() {
        @Override
        public void drop(SegmentMeta meta, int reason) {
            left.add("drop " + DropReason.values()[reason]);
        }

        @Override
        public void control(SegmentMeta meta, int reason, long nowNs) {
            onControl.run();
            left.add("control " + reason + " position " + meta.position());
        }

        @Override
        public void emit(SegmentMeta meta, long nowNs) {
            left.add("emit at " + nowNs);
        }

        @Override
        public void done(SegmentMeta meta) {
            left.add("done flow " + meta.flow() + " position " + meta.position() + " length " + meta.length() + " ecn "
                + meta.ecn() + " " + Workflow.values()[meta.workflow()]);
        }

        @Override
        public void digest(SegmentMeta meta, long nowNs) {
            left.add("digest " + meta.digest());
        }
    };

    private void load(TestProgram program) {
        pipeline = new BluefieldBackend().load(program, CAPACITY, outlet);
    }

    private void run(Workflow workflow, int flow) {
        SegmentMeta meta = pipeline.item(workflow);
        meta.flow(flow);
        pipeline.submit(meta, 5);
    }

    @Test
    void stateIsPerFlowSharedByNameAcrossWorkflowsAndCleared() {
        List<Integer> seen = new ArrayList<>();
        TestProgram program = new TestProgram();
        Step<Counter> increments = counting("count", StageSpec.Key.FLOW, (meta, state) -> {
            state.value(state.value() + 1);
            return Verdict.NEXT;
        });
        Step<Counter> reads = counting("count", StageSpec.Key.FLOW, (meta, state) -> {
            seen.add(state.value());
            return Verdict.NEXT;
        });
        load(program.with(Workflow.RX, increments).with(Workflow.TX, reads));
        run(Workflow.RX, 1);
        run(Workflow.RX, 3);
        run(Workflow.RX, 3);
        run(Workflow.TX, 1);
        run(Workflow.TX, 2);
        run(Workflow.TX, 3);
        assertThat(seen).containsExactly(1, 0, 2);
        StateHandle<Counter> read = pipeline.handle(reads);
        StateHandle<Counter> incremented = pipeline.handle(increments);
        try (OpenState open = program.states.open(3)) {
            assertThat(open.state(read).value()).isEqualTo(2);
            open.clear();
            assertThat(open.state(incremented).value()).isZero();
        }
        try (OpenState open = program.states.open(1)) {
            assertThat(open.state(incremented).value()).isEqualTo(1);
        }
    }

    @Test
    void contextStateHasContextZeroAndIsNotClearedWithFlows() {
        Step<Counter> stage = counting("count", StageSpec.Key.CONTEXT, (meta, state) -> {
            state.value(state.value() + 1);
            return Verdict.NEXT;
        });
        load(new TestProgram().with(Workflow.RX, stage));
        run(Workflow.RX, 0);
        try (OpenState open = pipeline.open(1)) {
            open.clear();
        }
        try (OpenState open = pipeline.openContext(0)) {
            assertThat(open.state(pipeline.handle(stage)).value()).isEqualTo(1);
        }
        assertThatThrownBy(() -> pipeline.openContext(2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void itemWithoutAKeyIsDropped() {
        load(new TestProgram().with(Workflow.RX, counting("count", StageSpec.Key.FLOW, (meta, state) -> Verdict.NEXT)));
        run(Workflow.RX, 0);
        run(Workflow.RX, 4);
        run(Workflow.RX, -1);
        run(Workflow.RX, 3);
        assertThat(left).containsExactly("drop NO_FLOW", "drop NO_FLOW", "drop NO_FLOW",
            "done flow 3 position 0 length 0 ecn 0 RX");
    }

    @Test
    void verdictsLeaveByTheirWayAndDigestsComeFirst() {
        long[] verdicts = {Verdict.drop(DropReason.FILTERED.code()) | Verdict.DIGEST, Verdict.EMIT,
            Verdict.control(9) | Verdict.DIGEST, Verdict.DONE};
        load(new TestProgram().with(Workflow.RX, stateless((meta, state) -> {
            meta.digest(7);
            return Verdict.NEXT | Verdict.DIGEST;
        }), stateless((meta, state) -> verdicts[meta.flow()])).with(Workflow.TX, stateless(
            (meta, state) -> verdicts[meta.flow()]), stateless((meta, state) -> {
                throw new AssertionError("is behind the end");
            })));
        run(Workflow.RX, 0);
        run(Workflow.RX, 1);
        run(Workflow.TX, 2);
        run(Workflow.TX, 3);
        assertThat(left).containsExactly("digest 7", "drop FILTERED", "digest 7", "emit at 5", "digest 0",
            "control 9 position 0", "done flow 3 position 0 length 0 ecn 0 TX");
    }

    @Test
    void metadataIsZeroForEachItem() {
        load(new TestProgram());
        SegmentMeta meta = pipeline.item(Workflow.HC);
        meta.position(-1);
        meta.length(-1);
        meta.ecn(3);
        pipeline.submit(meta, 0);
        run(Workflow.MIRROR, 2);
        assertThat(left.getLast()).isEqualTo("done flow 2 position 0 length 0 ecn 0 MIRROR");
    }

    @Test
    void mirroredCopyCarriesItsFieldsOnly() {
        TestProgram program = new TestProgram().with(Workflow.RX, stateless((meta, state) -> {
            meta.position(11);
            meta.ecn(2);
            meta.length(12);
            return Verdict.NEXT | Verdict.mirror(1);
        }), stateless((meta, state) -> {
            meta.position(99);
            return Verdict.NEXT | Verdict.mirror(5);
        }));
        program.mirrors.add(new MirrorSession(1, Workflow.MIRROR, List.of("position", "ecn", "flow")));
        load(program);
        for (int i = 0; i < 100; i++) {
            run(Workflow.RX, i % 3 + 1);
            assertThat(pipeline.isIdle()).isFalse();
        }
        left.clear();
        pipeline.advance(6);
        assertThat(pipeline.isIdle()).isTrue();
        assertThat(left).hasSize(100).startsWith("done flow 1 position 11 length 0 ecn 2 MIRROR",
            "done flow 2 position 11 length 0 ecn 2 MIRROR").endsWith("done flow 1 position 11 length 0 ecn 2 MIRROR");
    }

    @Test
    void outletMayRunItemsWhileItReadsAnother() {
        load(new TestProgram().with(Workflow.RX, stateless((meta, state) -> Verdict.control(1)))
            .with(Workflow.HC, stateless((meta, state) -> Verdict.EMIT)));
        onControl = () -> run(Workflow.HC, 1);
        SegmentMeta meta = pipeline.item(Workflow.RX);
        meta.position(77);
        pipeline.submit(meta, 5);
        assertThat(left).containsExactly("emit at 5", "control 1 position 77");
    }

    @Test
    void outletThatSubmitsWithoutEndIsStopped() {
        load(new TestProgram().with(Workflow.RX, stateless((meta, state) -> Verdict.control(1))));
        onControl = () -> run(Workflow.RX, 1);
        run(Workflow.RX, 1);
        assertThat(left).startsWith("drop CONTROL_LIMIT").hasSize(8);
    }

    @Test
    void stagesOfOneNameMustAgreeOnTheirState() {
        Step<OtherCounter> other = new Step<>(StageSpec.perFlow("count", StageSpec.Concurrency.FLOW_ATOMIC,
            OtherCounter::new, List.of()), (meta, state) -> Verdict.NEXT);
        TestProgram program = new TestProgram().with(Workflow.RX,
            counting("count", StageSpec.Key.FLOW, (meta, state) -> Verdict.NEXT), other);
        assertThatThrownBy(() -> load(program)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("two stages are named count").hasMessageContaining("OtherCounter");
    }

    @Test
    void mirrorOfAnUnknownFieldIsRefused() {
        TestProgram program = new TestProgram();
        program.mirrors.add(new MirrorSession(0, Workflow.TX, List.of("sequence")));
        assertThatThrownBy(() -> load(program)).hasMessageContaining("sequence, which is no field");
    }

    private record Catching() implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("catching", List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            meta.length(halved(meta.length()));
            return Verdict.NEXT;
        }

        private static int halved(int length) {
            try {
                return Math.divideExact(length, 2);
            } catch (ArithmeticException e) {
                return 0;
            }
        }
    }

    @Test
    void aStageThatIsCalledSaysWhy() {
        TestProgram program = new TestProgram();
        program.stages.put(Workflow.RX, List.of(new Find(), new Catching()));
        assertThat(new BluefieldBackend().admit(program, CAPACITY).placed()).extracting(FitReport.Placement::place)
            .satisfiesExactly(place -> assertThat(place).isEqualTo("core 0, fused order 0"), place -> assertThat(place).matches(
                "core 0, order 1, called, not copied: Catching.process:\\d+ calls Catching.halved, which catches exceptions"));
    }

    @Test
    void everyProgramFitsWhoseStagesAreWhatTheySay() {
        TestProgram program = new TestProgram();
        program.stages.put(Workflow.RX, List.of(new Find(), new Count()));
        FitReport report = new BluefieldBackend().admit(program, CAPACITY);
        assertThat(report.fits()).isTrue();
        assertThat(report.placed()).last().isEqualTo(new FitReport.Placement("RX", "count", "core 0, fused order 1",
            "40 bits of state per key"));
    }

    @Test
    void aStageThatIsNotWhatItSaysIsRefusedWithItsLine() {
        FitReport report = new BluefieldBackend().admit(new TestProgram().with(Workflow.RX,
            stateless((meta, state) -> Verdict.NEXT)), CAPACITY);
        assertThat(report.refused()).extracting(FitReport.Reason::toString).singleElement().asString()
            .startsWith("stateless, Step.process:").contains("call of");
    }
}
