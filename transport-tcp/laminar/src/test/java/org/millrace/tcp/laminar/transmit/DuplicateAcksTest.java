package org.millrace.tcp.laminar.transmit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.StageHarness;

class DuplicateAcksTest {
    private final StageHarness<LaminarMeta, DuplicateAcks.Register> harness =
        StageHarness.<LaminarMeta, DuplicateAcks.Register>of(new DuplicateAcks(), LaminarMeta::new);

    private void ack(int una, int max, int acked) {
        harness.item(m -> {
            m.ack(una);
            m.una(una);
            m.max(max);
            m.fresh(acked != 0 ? 1 : 0);
        }).expect(Verdict.NEXT);
    }

    private void started(int una) {
        harness.state(s -> s.recover(una));
    }

    @Test
    void thirdDuplicateAsksForFastRetransmitOnce() {
        started(1000);
        for (int i = 1; i <= 6; i++) {
            ack(1000, 9000, 0);
            assertThat(harness.meta().fast()).as("duplicate " + i).isEqualTo(i == 3 ? 1 : 0);
        }
        assertThat(harness.state().recover()).isEqualTo(9001);
    }

    @Test
    void duplicatesDuringRecoveryAreNotCounted() {
        harness.state(s -> s.recover(9001));
        ack(5000, 9500, 4000);
        for (int i = 0; i < 4; i++) {
            ack(5000, 9500, 0);
            assertThat(harness.meta().fast()).isZero();
        }
        ack(9000, 9500, 4000);
        for (int i = 0; i < 4; i++) {
            ack(9000, 9500, 0);
            assertThat(harness.meta().fast()).as("what was sent again comes twice").isZero();
        }
        ack(9200, 9500, 200);
        ack(9200, 9500, 0);
        ack(9200, 9500, 0);
        ack(9200, 9500, 0);
        assertThat(harness.meta().fast()).as("recovery is over").isEqualTo(1);
    }

    @Test
    void newAcknowledgementResets() {
        started(1000);
        ack(1000, 9000, 0);
        ack(1000, 9000, 0);
        ack(2000, 9000, 1000);
        assertThat(harness.state().count()).isZero();
        assertThat(harness.state().recover()).as("never more than 2 GiB behind").isEqualTo(2000);
    }

    @Test
    void windowUpdatePayloadAndIdleFlowAreNoDuplicates() {
        started(1000);
        harness.item(m -> {
            m.ack(1000);
            m.una(1000);
            m.max(9000);
            m.windowMoved(1);
        }).expect(Verdict.NEXT);
        harness.item(m -> {
            m.ack(1000);
            m.una(1000);
            m.max(9000);
            m.answer(1);
        }).expect(Verdict.NEXT);
        ack(1000, 1000, 0);
        assertThat(harness.state().count()).isZero();
    }

    @Test
    void timeoutBeginsRecovery() {
        harness.workflow(Workflow.HC).state(s -> s.count(2)).item(m -> {
            m.operation(TcpProgram.RETRANSMIT);
            m.max(9000);
        }).expect(Verdict.NEXT);
        assertThat(harness.state().count()).isZero();
        assertThat(harness.state().recover()).isEqualTo(9001);
    }
}
