package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class TimedSegmentTest {
    private final StageHarness<LaminarMeta, TimedSegment.Register> harness =
        StageHarness.<LaminarMeta, TimedSegment.Register>of(new TimedSegment(), LaminarMeta::new);

    private void send(int end, int again, int nowUs) {
        harness.workflow(Workflow.TX).item(m -> {
            m.end(end);
            m.hasData(1);
            m.again(again);
            m.nowUs(nowUs);
        }).expect(Verdict.NEXT);
    }

    private int acknowledge(int una) {
        harness.workflow(Workflow.RX).item(m -> {
            m.una(una);
            m.fresh(1);
        }).expect(Verdict.NEXT);
        return harness.meta().timedAtUs();
    }

    @Test
    void oneSegmentIsTimedAtATime() {
        send(1000, 0, 11);
        send(2000, 0, 13);
        assertThat(acknowledge(999)).isZero();
        assertThat(acknowledge(2000)).isEqualTo(11);
        assertThat(acknowledge(2000)).isZero();
    }

    @Test
    void goingBackForgetsIt() {
        send(1000, 0, 11);
        send(1000, 1, 13);
        assertThat(acknowledge(1000)).isZero();
        send(2000, 0, 15);
        harness.workflow(Workflow.HC).item(m -> m.operation(TcpProgram.RETRANSMIT)).expect(Verdict.NEXT);
        assertThat(acknowledge(2000)).isZero();
    }
}
