package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.Carousel;
import org.millrace.execution.TickClock;
import org.millrace.testkit.StageHarness;

class PostprocessTest {
    private final StageHarness<FlexMeta, PostState> harness =
        StageHarness.of(new Postprocess(new Carousel(4), new TickClock()), FlexMeta::new);

    @Test
    void receivedSegmentsAddToTheStatistics() {
        for (int i = 0; i < 2; i++) {
            harness.item(m -> {
                m.txBump(1000);
                m.eceReceived(64);
                m.rttUs(30);
            }).expect(Verdict.NEXT);
        }
        harness.item(m -> m.txBump(500)).expect(Verdict.NEXT);
        assertThat(harness.state().segments()).isEqualTo(3);
        assertThat(harness.state().ackedBytes()).isEqualTo(2500);
        assertThat(harness.state().ecnBytes()).isEqualTo(2000);
        assertThat(harness.state().rttSumUs()).isEqualTo(60);
        assertThat(harness.state().rttSamples()).isEqualTo(2);
    }

    @Test
    void bytesSentAgainAreCounted() {
        harness.workflow(Workflow.TX).item(m -> {
            m.length(700);
            m.retransmitted(1);
        }).expect(Verdict.NEXT);
        harness.item(m -> m.length(900)).expect(Verdict.NEXT);
        assertThat(harness.state().retransmittedBytes()).isEqualTo(700);
    }
}
