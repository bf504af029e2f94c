package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class FinSentTest {
    private final StageHarness<LaminarMeta, FinSent.Register> harness =
        StageHarness.<LaminarMeta, FinSent.Register>of(new FinSent(), LaminarMeta::new);

    @Test
    void acknowledgementOfTheFinIsTold() {
        harness.workflow(Workflow.TX).item(m -> {
            m.fin(1);
            m.end(2001);
        }).expect(Verdict.NEXT);
        harness.workflow(Workflow.RX).item(m -> {
            m.una(2000);
            m.txBump(500);
            m.fresh(1);
        }).expect(Verdict.NEXT);
        assertThat(harness.meta().finAcked()).isZero();
        harness.item(m -> {
            m.una(2001);
            m.txBump(501);
            m.fresh(1);
        }).expect(Verdict.NEXT);
        assertThat(harness.meta().finAcked()).isEqualTo(1);
        assertThat(harness.meta().txBump()).as("the FIN is no byte of the buffer").isEqualTo(500);
    }

    @Test
    void withoutFinNothingIsTold() {
        harness.item(m -> m.txBump(10)).expect(Verdict.NEXT);
        assertThat(harness.meta().finAcked()).isZero();
        assertThat(harness.meta().txBump()).isEqualTo(10);
    }
}
