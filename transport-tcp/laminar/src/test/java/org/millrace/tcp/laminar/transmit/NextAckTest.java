package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class NextAckTest {
    private final StageHarness<LaminarMeta, NextAck.Register> harness =
        StageHarness.<LaminarMeta, NextAck.Register>of(new NextAck(), LaminarMeta::new);

    private StageHarness<LaminarMeta, NextAck.Register> ack(int una, int max, int ack) {
        return harness.state(s -> {
            s.una(una);
            s.max(max);
        }).item(m -> m.ack(ack));
    }

    private StageHarness<LaminarMeta, NextAck.Register> send(int una, int max, int seq, int end) {
        return harness.workflow(Workflow.TX).state(s -> {
            s.una(una);
            s.max(max);
        }).item(m -> {
            m.seq(seq);
            m.end(end);
        });
    }

    private void leaves(int una, int max) {
        assertThat(harness.state().una()).isEqualTo(una);
        assertThat(harness.state().max()).isEqualTo(max);
    }

    @Test
    void newAcknowledgementMovesUna() {
        ack(1000, 5000, 3000).expect(Verdict.NEXT);
        leaves(3000, 5000);
        assertThat(harness.meta().txBump()).isEqualTo(2000);
        assertThat(harness.meta().una()).isEqualTo(3000);
    }

    @Test
    void acknowledgementAcrossTheWrap() {
        ack(-10, 10, 5).expect(Verdict.NEXT);
        leaves(5, 10);
        assertThat(harness.meta().txBump()).isEqualTo(15);
    }

    @Test
    void acknowledgementOfTheUnsentMovesNothing() {
        ack(1000, 5000, 5001).expect(Verdict.control(TcpProgram.BAD_ACK));
        leaves(1000, 5000);
    }

    @Test
    void oldAcknowledgementSaysHowOld() {
        ack(1000, 5000, 900).expect(Verdict.NEXT);
        leaves(1000, 5000);
        assertThat(harness.meta().behind()).isEqualTo(100);
        assertThat(harness.meta().txBump()).isZero();
    }

    @Test
    void refusedSegmentAcknowledgesNothing() {
        ack(1000, 5000, 3000).item(m -> {
            m.ack(3000);
            m.kind(LaminarMeta.REFUSED);
        }).expect(Verdict.NEXT);
        leaves(1000, 5000);
    }

    /** RFC 9293 §3.10.7.4: the sequence number comes first, even before an acknowledgement of the unsent. */
    @ParameterizedTest
    @ValueSource(ints = {3000, 5001, 900})
    void segmentOutsideTheWindowAcknowledgesNothing(int ack) {
        ack(1000, 5000, ack).item(m -> {
            m.ack(ack);
            m.outside(1);
        }).expect(Verdict.NEXT);
        leaves(1000, 5000);
        assertThat(harness.meta().fresh() + harness.meta().txBump() + harness.meta().behind()).isZero();
    }

    @Test
    void newSegmentMovesMax() {
        send(1000, 1000, 1000, 2000).expect(Verdict.NEXT);
        leaves(1000, 2000);
        assertThat(harness.meta().again()).isZero();
        assertThat(harness.meta().max()).isEqualTo(1000);
    }

    @Test
    void segmentSentAgainIsToldApart() {
        send(1000, 3000, 1000, 2000).expect(Verdict.NEXT);
        leaves(1000, 3000);
        assertThat(harness.meta().again()).isEqualTo(1);
    }

    @Test
    void staleRetransmissionIsDropped() {
        send(2000, 3000, 1000, 2000).expect(Verdict.drop(DropReason.NOTHING_TO_SEND.code()));
        leaves(2000, 3000);
    }
}
