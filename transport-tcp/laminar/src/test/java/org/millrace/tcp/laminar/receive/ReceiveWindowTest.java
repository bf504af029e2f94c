package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.ADVANCE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.DUPLICATE;
import static org.millrace.tcp.laminar.segment.LaminarMeta.OOO;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class ReceiveWindowTest {
    private final StageHarness<LaminarMeta, ReceiveWindow.Register> harness =
        StageHarness.<LaminarMeta, ReceiveWindow.Register>of(new ReceiveWindow(), LaminarMeta::new);

    private void segment(int next, int edge, int seq, int end) {
        harness.state(s -> {
            s.next(next);
            s.edge(edge);
        }).item(m -> {
            m.seq(seq);
            m.end(end);
        }).expect(Verdict.NEXT);
        assertThat(harness.meta().next()).isEqualTo(next);
        assertThat(harness.meta().edge()).isEqualTo(edge);
    }

    private void leaves(int next, int path) {
        assertThat(harness.state().next()).isEqualTo(next);
        assertThat(harness.meta().path()).isEqualTo(path);
    }

    @Test
    void inOrderAdvances() {
        segment(1000, 9000, 1000, 1500);
        leaves(1500, ADVANCE);
    }

    @Test
    void partlyRepeatedAdvances() {
        segment(1000, 9000, 800, 1500);
        leaves(1500, ADVANCE);
    }

    @Test
    void acrossTheWrap() {
        segment(-100, 5000, -100, 400);
        leaves(400, ADVANCE);
    }

    @Test
    void beyondTheEdgeAdvancesToTheEdge() {
        segment(1000, 1200, 1000, 1500);
        leaves(1200, ADVANCE);
    }

    @Test
    void repeatedAndBareSegmentsMoveNothing() {
        segment(1000, 9000, 500, 1000);
        leaves(1000, DUPLICATE);
        segment(1000, 9000, 1000, 1000);
        leaves(1000, DUPLICATE);
    }

    @Test
    void gapMovesNothing() {
        segment(1000, 9000, 1001, 1500);
        leaves(1000, OOO);
    }

    @Test
    void consumptionMovesTheEdge() {
        harness.workflow(Workflow.HC).state(s -> {
            s.next(1000);
            s.edge(2000);
        }).item(m -> m.rxBump(300)).expect(Verdict.NEXT);
        assertThat(harness.state().edge()).isEqualTo(2300);
        assertThat(harness.meta().edge()).isEqualTo(2300);
    }
}
