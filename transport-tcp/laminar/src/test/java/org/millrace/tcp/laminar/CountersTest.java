package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.tcp.laminar.transmit.AckedBytes;
import org.millrace.tcp.laminar.transmit.RoundTrip;
import org.millrace.tcp.laminar.transmit.SegmentCounts;
import org.millrace.testkit.StageHarness;

/** {@link AckedBytes}, {@link SegmentCounts} and {@link RoundTrip}. */
class CountersTest {
    @Test
    void acknowledgedBytesAreCountedMarkedOnesTwice() {
        var harness = StageHarness.<LaminarMeta, AckedBytes.Register>of(new AckedBytes(), LaminarMeta::new);
        harness.item(m -> m.txBump(700)).expect(Verdict.NEXT);
        harness.item(m -> {
            m.txBump(300);
            m.eceReceived(1);
        }).expect(Verdict.NEXT);
        assertThat(harness.state().acked()).isEqualTo(1000);
        assertThat(harness.state().marked()).isEqualTo(300);
    }

    @Test
    void segmentsAndRepeatedBytesAreCounted() {
        var harness = StageHarness.<LaminarMeta, SegmentCounts.Register>of(new SegmentCounts(), LaminarMeta::new);
        harness.item(m -> { }).expect(Verdict.NEXT);
        harness.workflow(Workflow.TX).item(m -> {
            m.length(50);
            m.again(1);
        }).expect(Verdict.NEXT);
        harness.item(m -> m.length(60)).expect(Verdict.NEXT);
        assertThat(harness.state().received()).isEqualTo(1);
        assertThat(harness.state().repeated()).isEqualTo(50);
    }

    @Test
    void roundTripIsMeasuredAcrossTheClocksWrap() {
        var harness = StageHarness.<LaminarMeta, RoundTrip.Register>of(new RoundTrip(), LaminarMeta::new);
        harness.item(m -> {
            m.timedAtUs(-99);
            m.nowUs(101);
        }).expect(Verdict.NEXT);
        harness.item(m -> m.nowUs(5)).expect(Verdict.NEXT);
        assertThat(harness.state().sumUs()).isEqualTo(200);
        assertThat(harness.state().samples()).isEqualTo(1);
    }
}
