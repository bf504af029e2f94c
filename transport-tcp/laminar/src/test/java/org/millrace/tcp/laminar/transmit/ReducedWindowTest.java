package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class ReducedWindowTest {
    private final StageHarness<LaminarMeta, ReducedWindow.Register> harness =
        StageHarness.<LaminarMeta, ReducedWindow.Register>of(new ReducedWindow(), LaminarMeta::new);

    private int send(int again, int length) {
        harness.workflow(Workflow.TX).item(m -> {
            m.again(again);
            m.hasData(length != 0 ? 1 : 0);
        }).expect(Verdict.NEXT);
        return harness.meta().reduced();
    }

    @Test
    void nextNewSegmentSaysSoOnce() {
        harness.state(s -> s.pending(1));
        assertThat(send(1, 100)).isZero();
        assertThat(send(0, 0)).isZero();
        assertThat(send(0, 100)).isEqualTo(1);
        assertThat(send(0, 100)).isZero();
    }
}
