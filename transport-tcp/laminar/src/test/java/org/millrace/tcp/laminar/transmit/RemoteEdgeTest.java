package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class RemoteEdgeTest {
    private final StageHarness<LaminarMeta, RemoteEdge.Register> harness =
        StageHarness.<LaminarMeta, RemoteEdge.Register>of(new RemoteEdge(), LaminarMeta::new);

    private void segment(int setBy, int edge, int seq, int offered) {
        harness.state(s -> {
            s.setBy(setBy);
            s.edge(edge);
        }).item(m -> {
            m.seq(seq);
            m.ack(500);
            m.una(500);
            m.peerWindow(offered - m.ack());
        }).expect(Verdict.NEXT);
    }

    @Test
    void newerSegmentSetsTheWindowEvenBack() {
        segment(100, 9000, 100, 8000);
        assertThat(harness.state().edge()).isEqualTo(8000);
        assertThat(harness.meta().remoteEdge()).isEqualTo(8000);
        assertThat(harness.meta().windowMoved()).isEqualTo(1);
    }

    @Test
    void olderSegmentDoesNot() {
        segment(100, 9000, 99, 12_000);
        assertThat(harness.state().edge()).isEqualTo(9000);
        assertThat(harness.meta().remoteEdge()).isEqualTo(9000);
    }

    @Test
    void oldAcknowledgementDoesNot() {
        harness.state(s -> s.edge(9000)).item(m -> {
            m.ack(400);
            m.una(500);
            m.peerWindow(12_000 - m.ack());
        }).expect(Verdict.NEXT);
        assertThat(harness.state().edge()).isEqualTo(9000);
    }

    @Test
    void sameWindowIsNotMoved() {
        segment(100, 9000, 200, 9000);
        assertThat(harness.meta().windowMoved()).isZero();
        assertThat(harness.state().setBy()).isEqualTo(200);
    }

    @Test
    void payloadBeyondItIsBlockedAFinIsNot() {
        harness.workflow(Workflow.TX).state(s -> s.edge(2000)).item(m -> {
            m.dataEnd(2000);
            m.end(2001);
        }).expect(Verdict.NEXT);
        assertThat(harness.meta().blocked()).isZero();
        harness.item(m -> m.dataEnd(2001)).expect(Verdict.NEXT);
        assertThat(harness.meta().blocked()).isEqualTo(1);
    }
}
