package org.millrace.tcp.laminar.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.laminar.segment.LaminarMeta.REFUSED;
import static org.millrace.tcp.laminar.segment.LaminarMeta.TIMESTAMPS;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class RecentTimestampTest {
    private final StageHarness<LaminarMeta, RecentTimestamp.Register> harness =
        StageHarness.<LaminarMeta, RecentTimestamp.Register>of(new RecentTimestamp(), LaminarMeta::new);

    private int pseudo;

    private void timestamp(int value, int recent) {
        harness.state(s -> s.recent(recent)).item(m -> {
            m.features(TIMESTAMPS);
            m.hasTimestamps(1);
            m.tsValue(value);
            m.stamp(pseudo);
        }).expect(Verdict.NEXT);
    }

    @Test
    void olderThanRecentIsRefused() {
        timestamp(99, 100);
        assertThat(harness.meta().kind()).isEqualTo(REFUSED);
        assertThat(harness.meta().discard()).isEqualTo(DropReason.OLD_TIMESTAMP.code());
    }

    @Test
    void ageIsSerial() {
        timestamp(5, -5);
        assertThat(harness.meta().kind()).isZero();
    }

    @Test
    void receivedSegmentMovesNothing() {
        timestamp(101, 100);
        assertThat(harness.state().recent()).isEqualTo(100);
        assertThat(harness.meta().stamp()).as("asks the pseudo segment to").isEqualTo(1);
        timestamp(100, 100);
        assertThat(harness.meta().stamp()).as("nothing new").isZero();
    }

    @Test
    void pseudoSegmentMovesItForward() {
        harness.workflow(Workflow.MIRROR);
        pseudo = 1;
        timestamp(101, 100);
        assertThat(harness.state().recent()).isEqualTo(101);
        assertThat(harness.meta().tsEcho()).isEqualTo(101);
        timestamp(99, 101);
        assertThat(harness.state().recent()).isEqualTo(101);
        assertThat(harness.meta().tsEcho()).isEqualTo(101);
    }

    @Test
    void segmentToSendEchoesIt() {
        harness.workflow(Workflow.TX).state(s -> s.recent(7)).item(m -> { }).expect(Verdict.NEXT);
        assertThat(harness.meta().tsEcho()).isEqualTo(7);
    }
}
