package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

/** Copies come back after their cycles, and what came in the meantime has overtaken them; frames leave when the port takes them. */
final class TofinoPipelineTest {
    private static final int COPIES_OF = 1;
    private static final long MHZ = 1500;
    /** On the wire at 100 Gbit/s: 166 bytes of a frame with 100 of payload, and 24 between frames. */
    private static final long FRAME_CYCLES = 23;

    private int passCycles;
    private final List<String> trace = new ArrayList<>();
    private final List<Integer> emitted = new ArrayList<>();
    private final List<Long> emittedNs = new ArrayList<>();
    private final List<Integer> retained = new ArrayList<>();

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

    /** Sends whatever it is given; has the control plane see what belongs to a context. */
    private static final class Sender implements Stage<SegmentMeta, State.None> {
        @Override
        public StageSpec<State.None> spec() {
            return StageSpec.stateless("sender", List.of());
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            return meta.context() == 0 ? Verdict.EMIT : Verdict.EMIT | Verdict.DIGEST;
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
                case TX, HC -> List.of(new Sender());
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
            return List.of(new MirrorSession(0, Workflow.MIRROR, List.of("flow", "context", "length")));
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    /** A frame is on the wire a pass later than the port took it. */
    @Test
    void aPassTakesItsCycles() {
        passCycles = 300; // 200 ns
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        send(pipeline, 1, 100);
        send(pipeline, 2, 100);
        assertThat(emitted).isEmpty();
        assertThat(pipeline.deadlineNs()).isLessThanOrEqualTo(300);
        advanceUntilIdle(pipeline);
        assertThat(emittedNs.get(0)).isBetween(300L, 301L);
        assertThat(emittedNs.get(1)).isBetween(at(1) + 199, at(1) + 201);
    }

    private TofinoPipeline<SegmentMeta> pipeline(int reentryCycles, boolean again) {
        return pipeline(reentryCycles, again, false, Machine.tofino2().trafficManager());
    }

    private TofinoPipeline<SegmentMeta> pipeline(int reentryCycles, boolean again, boolean isOnCallersClock,
                                                 Machine.TrafficManager queues) {
        Machine t = Machine.tofino2();
        Machine machine = new Machine(t.pipe(), t.stage(), t.exact(), t.alu(), t.phv(), t.latency(),
            t.power(), new Machine.Mirror(256, 28, reentryCycles), t.generator(), queues);
        return new TofinoPipeline<>(machine, passCycles, isOnCallersClock, new Counting(again), new Capacity(4, 1), new Outlet<>() {
            @Override
            public void drop(SegmentMeta meta, int reason) {
                trace.add("drop " + meta.frame());
            }

            @Override
            public void control(SegmentMeta meta, int reason, long nowNs) {
                trace.add("control " + meta.frame());
            }

            @Override
            public boolean retain(SegmentMeta meta) {
                retained.add(meta.frame());
                return true;
            }

            @Override
            public void emit(SegmentMeta meta, long nowNs) {
                trace.add("emit " + meta.frame() + " ecn " + meta.ecn());
                emitted.add(meta.frame());
                emittedNs.add(nowNs);
            }

            @Override
            public void done(SegmentMeta meta) {
                trace.add((meta.workflow() == Workflow.MIRROR.ordinal() ? "copy " : "done ") + meta.context() + " pass "
                    + meta.position());
            }

            @Override
            public void digest(SegmentMeta meta, long nowNs) {
                trace.add("digest " + meta.frame());
            }
        });
    }

    private static void submit(Pipeline<SegmentMeta> pipeline, int frame, int length) {
        submit(pipeline, frame, length, 0);
    }

    private static void submit(Pipeline<SegmentMeta> pipeline, int frame, int length, long nowNs) {
        SegmentMeta meta = pipeline.item(Workflow.RX);
        meta.flow(1);
        meta.frame(frame);
        meta.context(frame);
        meta.length(length);
        pipeline.submit(meta, nowNs);
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
    void onTheCallersClockACopyWaitsForItsTime() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(1500, false, true, Machine.tofino2().trafficManager());
        submit(pipeline, 1, COPIES_OF, 1000);
        pipeline.advance(1000);
        assertThat(pipeline.deadlineNs()).isBetween(2000L, 2001L);
        submit(pipeline, 2, 0, 1500);
        pipeline.advance(1999);
        assertThat(trace).containsExactly("done 1 pass 1", "done 2 pass 2");
        pipeline.advance(pipeline.deadlineNs());
        assertThat(trace).containsExactly("done 1 pass 1", "done 2 pass 2", "copy 1 pass 3");
        assertThat(pipeline.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aLongQueueMarksThenPausesThenRefuses() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, false, true, queues(12, 4, 8, 2));
        for (int frame = 1; frame <= 14; frame++) {
            send(pipeline, frame, 100);
        }
        // the port takes the first; each is of one cell, and those from the sixth on find four
        assertThat(trace).containsExactly("emit 1 ecn 1", "drop 14");
        assertThat(pipeline.isPaused()).isTrue();
        assertThat(pipeline.counters()).containsEntry("queue 0 frames", 13L).containsEntry("queue 0 depth cells", 12L)
            .containsEntry("queue 0 marked", 8L).containsEntry("queue 0 refused", 1L).containsEntry("pauses", 1L);
        long nowNs = 100;
        while (pipeline.isPaused()) {
            nowNs = pipeline.deadlineNs();
            pipeline.advance(nowNs);
        }
        assertThat(nowNs).as("ten have gone").isEqualTo(at(10));
        assertThat(pipeline.counters()).containsEntry("queue 0 depth cells", 2L);
        advanceUntilIdle(pipeline);
        assertThat(trace).contains("emit 5 ecn 1", "emit 6 ecn 3", "emit 13 ecn 3");
        assertThat(emitted).containsExactlyElementsOf(IntStream.rangeClosed(1, 13).boxed().toList());
    }

    @Test
    void liveTheQueueIsDrainedOnTheMachinesOwnCycles() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, false, false, queues(12, 4, 8, 2));
        for (int frame = 1; frame <= 14; frame++) {
            send(pipeline, frame, 100);
        }
        assertThat(pipeline.isPaused()).isTrue();
        assertThat(pipeline.deadlineNs()).isEqualTo(Long.MIN_VALUE);
        assertThat(pipeline.isIdle()).isFalse();
        pipeline.advance(100);
        assertThat(pipeline.isIdle()).isTrue();
        assertThat(emitted).containsExactlyElementsOf(IntStream.rangeClosed(1, 13).boxed().toList());
        assertThat(pipeline.isPaused()).isFalse();
        assertThat(pipeline.deadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(pipeline.cycle()).isBetween(12 * FRAME_CYCLES, 12 * FRAME_CYCLES + 10);
    }

    private static Machine.TrafficManager queues(int cells, int ecnCells, int pauseOn, int pauseOff) {
        Machine.TrafficManager t = Machine.tofino2().trafficManager();
        return new Machine.TrafficManager(t.priorities(), t.cells(), t.cellBytes(), t.portMbit(), t.frameGapBytes(), cells, ecnCells, pauseOn, pauseOff);
    }

    private static void send(Pipeline<SegmentMeta> pipeline, int frame, int length) {
        send(pipeline, Workflow.TX, frame, length, 0, 100);
    }

    /** TX has the lowest priority, HC the highest. */
    private static void send(Pipeline<SegmentMeta> pipeline, Workflow workflow, int frame, int length, int context,
                             long nowNs) {
        SegmentMeta meta = pipeline.item(workflow);
        meta.flow(1);
        meta.frame(frame);
        meta.length(length);
        meta.payload(length == 0 ? 0 : 1);
        meta.context(context);
        meta.ecn(1);
        pipeline.submit(meta, nowNs);
    }

    private static void advanceUntilIdle(Pipeline<SegmentMeta> pipeline) {
        while (!pipeline.isIdle()) {
            pipeline.advance(pipeline.deadlineNs());
        }
    }

    /** {@return when a frame is taken if the first came at 100 ns and others were before it, ns} */
    private static long at(int before) {
        return ns(100 * MHZ / 1000 + 1 + before * FRAME_CYCLES);
    }

    private static long ns(long cycle) {
        return (cycle * 1000 + MHZ - 1) / MHZ;
    }

    private TofinoPipeline<SegmentMeta> onCallersClock() {
        return pipeline(2, false, true, Machine.tofino2().trafficManager());
    }

    @Test
    void aHigherPriorityOvertakesFramesThatWait() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        for (int frame = 1; frame <= 4; frame++) {
            send(pipeline, frame, 100);
        }
        send(pipeline, Workflow.HC, 11, 0, 0, 101);
        send(pipeline, Workflow.HC, 12, 0, 0, 101);
        send(pipeline, 5, 100);
        advanceUntilIdle(pipeline);
        assertThat(emitted).as("1 is on the wire").containsExactly(1, 11, 12, 2, 3, 4, 5);
    }

    @Test
    void liveAdvanceSendsAllInTheOrderOfService() {
        TofinoPipeline<SegmentMeta> pipeline = pipeline(2, false);
        for (int frame = 1; frame <= 4; frame++) {
            send(pipeline, frame, 100);
            send(pipeline, Workflow.HC, 10 + frame, 0, 0, 100);
        }
        assertThat(emitted).containsExactly(1);
        pipeline.advance(100);
        assertThat(emitted).containsExactly(1, 11, 12, 13, 14, 2, 3, 4);
        assertThat(pipeline.isIdle()).isTrue();
    }

    @Test
    void framesLeaveAtThePortsRateOnTheCallersClock() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        for (int frame = 1; frame <= 6; frame++) {
            send(pipeline, frame, 100);
        }
        advanceUntilIdle(pipeline);
        assertThat(emittedNs.getFirst()).isEqualTo(100);
        for (int i = 1; i < 6; i++) {
            assertThat(emittedNs.get(i)).as("frame %d", i + 1).isEqualTo(at(i));
        }
        assertThat(pipeline.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    /** An acknowledgement has the length of what it acknowledges in its metadata, but not in its frame. */
    @Test
    void aFrameWithoutPayloadIsAsLongAsItsHeaders() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        send(pipeline, Workflow.HC, 1, 0, 0, 100);
        send(pipeline, Workflow.HC, 2, 0, 0, 100);
        advanceUntilIdle(pipeline);
        assertThat(emittedNs.get(1)).as("90 bytes later").isEqualTo(ns(100 * MHZ / 1000 + 1 + 11));
    }

    @Test
    void aFrameDoesNotLeaveBeforeItsTime() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        send(pipeline, 1, 1000);
        send(pipeline, 2, 1000);
        pipeline.advance(pipeline.deadlineNs() - 1);
        assertThat(emitted).containsExactly(1);
        submit(pipeline, 9, 0, pipeline.deadlineNs());
        assertThat(trace).as("leaves before the next item's pass").containsExactly("emit 1 ecn 1", "emit 2 ecn 1",
            "done 9 pass 1");
    }

    @Test
    void theControlPlaneSeesTheDigestAtThePass() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        for (int frame = 1; frame <= 3; frame++) {
            send(pipeline, Workflow.TX, frame, 100, 1, 100);
        }
        advanceUntilIdle(pipeline);
        assertThat(trace).containsExactly("digest 1", "emit 1 ecn 1", "digest 2", "digest 3", "emit 2 ecn 1",
            "emit 3 ecn 1");
    }

    @Test
    void quiesceLeavesNothingBehind() {
        TofinoPipeline<SegmentMeta> pipeline = onCallersClock();
        submit(pipeline, 1, COPIES_OF, 100);
        for (int frame = 2; frame <= 5; frame++) {
            send(pipeline, frame, 1000);
        }
        pipeline.advance(100);
        assertThat(pipeline.isIdle()).isFalse();
        pipeline.quiesce(100);
        assertThat(pipeline.isIdle()).isTrue();
        assertThat(emitted).containsExactly(2, 3, 4, 5);
        assertThat(emittedNs).containsOnly(100L);
        assertThat(trace).contains("copy 1 pass 2");
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
        SegmentMeta meta = pipeline.item(Workflow.RX);
        meta.frame(9);
        pipeline.submit(meta, 0);
        assertThat(trace).containsExactly("drop 9");
    }
}
