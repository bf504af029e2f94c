package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

/** Edges at any place of the number space, a buffer of 1000 bytes. */
class SequenceCheckTest {
    private static final int BUFFER = 1000;
    private static final int TAKEN = 0;
    private static final int BEFORE = DropReason.DUPLICATE.code();
    private static final int BEHIND = DropReason.OUT_OF_WINDOW.code();

    private final StageHarness<LaminarMeta, SequenceCheck.Register> harness =
        StageHarness.<LaminarMeta, SequenceCheck.Register>of(new SequenceCheck(), LaminarMeta::new);

    private int outside(int edge, int fromEdge, int length) {
        harness.state(s -> s.edge(edge)).item(m -> {
            m.seq(edge + fromEdge);
            m.reach(edge + fromEdge + length + BUFFER);
        }).expect(Verdict.NEXT);
        assertThat(harness.state().edge()).isEqualTo(edge);
        return harness.meta().outside();
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 0, -1, 500, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE + 300})
    void bounds(int edge) {
        assertThat(outside(edge, 0, 0)).as("closed window").isEqualTo(TAKEN);
        assertThat(outside(edge, 0, 1)).as("probe of a closed window").isEqualTo(TAKEN);
        assertThat(outside(edge, 1, 0)).isEqualTo(BEHIND);
        assertThat(outside(edge, 1, 100)).isEqualTo(BEHIND);
        assertThat(outside(edge, Integer.MAX_VALUE, 0)).isEqualTo(BEHIND);
        assertThat(outside(edge, -BUFFER, 0)).as("RCV.NXT, all consumed").isEqualTo(TAKEN);
        assertThat(outside(edge, -BUFFER - 1, 0)).as("keepalive").isEqualTo(BEFORE);
        assertThat(outside(edge, -BUFFER - 1, 2)).as("overlaps").isEqualTo(TAKEN);
        assertThat(outside(edge, -BUFFER - 65_000, 64_999)).isEqualTo(BEFORE);
        assertThat(outside(edge, -BUFFER - 65_000, 65_001)).isEqualTo(TAKEN);
        assertThat(outside(edge, Integer.MIN_VALUE, 0)).isEqualTo(BEFORE);
        assertThat(outside(edge, Integer.MIN_VALUE, 65_000)).isEqualTo(BEFORE);
    }

    /** The largest buffer there can be: 2^30. */
    @Test
    void largestBuffer() {
        harness.state(s -> s.edge(7)).item(m -> {
            m.seq(7 + Integer.MIN_VALUE);
            m.reach(7 + Integer.MIN_VALUE + 65_000 + (1 << 30));
        }).expect(Verdict.NEXT);
        assertThat(harness.meta().outside()).isEqualTo(BEFORE);
    }

    @Test
    void consumptionMovesTheEdge() {
        harness.workflow(Workflow.HC).state(s -> s.edge(-5)).item(m -> m.rxBump(8)).expect(Verdict.NEXT);
        assertThat(harness.state().edge()).isEqualTo(3);
    }
}
