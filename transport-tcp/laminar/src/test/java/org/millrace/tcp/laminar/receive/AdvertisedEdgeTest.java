package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class AdvertisedEdgeTest {
    private final StageHarness<LaminarMeta, AdvertisedEdge.Register> harness =
        StageHarness.<LaminarMeta, AdvertisedEdge.Register>of(new AdvertisedEdge(), LaminarMeta::new);

    private void consumed(int advertised, int edge, int updateAt, int bytes) {
        harness.workflow(Workflow.HC).state(s -> s.edge(advertised)).item(m -> {
            m.edge(edge);
            m.updateAt(updateAt);
            m.rxBump(bytes);
        }).expect(Verdict.NEXT);
    }

    @Test
    void gainWorthASegmentIsTold() {
        consumed(1000, 3000, 1000, 1);
        assertThat(harness.meta().answer()).isEqualTo(1);
        assertThat(harness.state().edge()).isEqualTo(3000);
    }

    @Test
    void smallGainWaits() {
        consumed(1001, 3000, 1000, 1);
        assertThat(harness.meta().answer()).isZero();
        assertThat(harness.state().edge()).isEqualTo(1001);
    }

    @Test
    void requestThatConsumesNothingTellsNothing() {
        consumed(1000, 3000, 1000, 0);
        assertThat(harness.meta().answer()).isZero();
    }

    @Test
    void everySegmentSentTells() {
        harness.workflow(Workflow.MIRROR).state(s -> s.edge(1)).item(m -> m.edge(5)).expect(Verdict.NEXT);
        assertThat(harness.state().edge()).isEqualTo(5);
    }
}
