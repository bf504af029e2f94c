package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.StateTables;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;

/** A pipe does not sort: what it does instead, and that its report says so. */
class PriorityOnTofinoTest {
    private static final Capacity CAPACITY = new Capacity(64, 1);

    private record Ranks(PriorityQueue queue) implements Stage<SegmentMeta, State.None> {
        private static final StageSpec<State.None> SPEC = StageSpec.stateless("ranks", List.of(PriorityQueue.class));

        @Override
        public StageSpec<State.None> spec() {
            return SPEC;
        }

        @Override
        public long process(SegmentMeta meta, State.None state, long nowNs) {
            queue.submit(meta.flow(), meta.payloadLength());
            return Verdict.DONE;
        }
    }

    private record ShortestFirst(Ranks stage) implements Program<SegmentMeta> {
        @Override
        public String name() {
            return "shortest-first";
        }

        @Override
        public SegmentMeta newMeta() {
            return new SegmentMeta();
        }

        @Override
        public List<Stage<? super SegmentMeta, ?>> stages(Workflow workflow) {
            return workflow == Workflow.RX ? List.of(stage) : List.of();
        }

        @Override
        public HeaderCodec<SegmentMeta> codec() {
            return null;
        }

        @Override
        public FlowScheduler scheduler() {
            return stage.queue;
        }

        @Override
        public void loaded(StateTables states) {
        }
    }

    @Test
    void theReportSaysThatTheOrderIsApproximate() {
        TofinoBackend backend = new TofinoBackend();
        PriorityQueue queue = backend.externs(new HostServices(null, null, null, 0), CAPACITY).priorityQueue();
        assertThat(queue.classes()).isEqualTo(8);
        TofinoReport report = backend.report(new ShortestFirst(new Ranks(queue)), CAPACITY);
        assertThat(report.fit().refused()).isEmpty();
        assertThat(report.fit().notes()).containsExactly("PriorityQueue is approximate: the traffic manager tells 8 classes"
            + " of ranks apart, by their number of bits, and serves each as it came");
        assertThat(ReportText.of(report, Optional.empty())).contains("- PriorityQueue is approximate");
        assertThat(backend.admit(Programs.laminar(), Programs.CAPACITY).notes()).as("it does not sort").isEmpty();
    }
}
