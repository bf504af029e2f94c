package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.testkit.StageHarness;

class ControlProtocolTest {
    private final StageHarness<FlexMeta, ProtocolState> harness =
        StageHarness.<FlexMeta, ProtocolState>of(new ControlProtocol(), FlexMeta::new).workflow(Workflow.HC);

    @BeforeEach
    void established() {
        harness.state(s -> {
            s.una(5000);
            s.next(5000);
            s.max(5000);
            s.peerWindow(60_000);
            s.congestionWindow(50_000);
            s.received(1000);
            s.free(100);
            s.edge(1100);
            s.buffer(16_384);
            s.mss(1000);
        });
    }

    @Test
    void appendedBytesMakeTheFlowSendable() {
        harness.item(m -> m.txBump(700)).expect(Verdict.NEXT);
        assertThat(harness.state().ready()).isEqualTo(700);
        assertThat(harness.meta().sendable()).isEqualTo(700);
        assertThat(harness.meta().answer()).isZero();
    }

    @Test
    void finIsQueuedBehindTheBytes() {
        harness.item(m -> {
            m.txBump(700);
            m.hostFlags(SegmentMeta.HOST_FIN);
        }).expect(Verdict.NEXT);
        assertThat(harness.state().finToSend()).isTrue();
    }

    @Test
    void windowIsAdvertisedAgainWhenTwoSegmentsFitIntoANearlyClosedOne() {
        harness.item(m -> m.rxBump(1999)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isZero();
        harness.item(m -> m.rxBump(1)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isEqualTo(1);
        assertThat(harness.meta().ack()).isEqualTo(1000);
        assertThat(harness.meta().window()).isEqualTo(2100);
    }

    @Test
    void windowIsAdvertisedAgainByQuartersWhileThereIsRoom() {
        harness.state(s -> {
            s.free(8000);
            s.edge(9000);
        });
        harness.item(m -> m.rxBump(4000)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isZero();
        harness.item(m -> m.rxBump(96)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isEqualTo(1);
    }

    @Test
    void whatTheWindowFieldCannotSayIsNotAdvertised() {
        harness.state(s -> {
            s.buffer(1 << 18);
            s.free(200_000);
            s.edge(1000 + 0xffff);
        });
        harness.item(m -> m.rxBump(62_144)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isZero();
    }

    @Test
    void smallBufferIsAdvertisedByHalves() {
        harness.state(s -> {
            s.buffer(1024);
            s.free(0);
            s.edge(1000);
        });
        harness.item(m -> m.rxBump(511)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isZero();
        harness.item(m -> m.rxBump(1)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isEqualTo(1);
    }

    @Test
    void retransmissionGoesBackAndSends() {
        harness.state(s -> {
            s.next(9000);
            s.max(9000);
            s.set(ProtocolState.TIMING);
        }).item(m -> m.operation(TcpProgram.RETRANSMIT)).expect(Verdict.NEXT);
        assertThat(harness.state().next()).isEqualTo(5000);
        assertThat(harness.state().ready()).isEqualTo(4000);
        assertThat(harness.meta().sendable()).isPositive();
        assertThat(harness.state().has(ProtocolState.TIMING)).as("Karn").isFalse();
    }

    @Test
    void probeLiesBelowThePeersWindow() {
        harness.item(m -> m.operation(TcpProgram.PROBE)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isEqualTo(1);
        assertThat(harness.meta().seq()).isEqualTo(4999);
    }

    @Test
    void acknowledgementOnDemand() {
        harness.state(s -> s.set(ProtocolState.ACK_PENDING))
            .item(m -> m.operation(TcpProgram.ACK)).expect(Verdict.NEXT);
        assertThat(harness.meta().answer()).isEqualTo(1);
        assertThat(harness.meta().seq()).isEqualTo(5000);
        assertThat(harness.state().has(ProtocolState.ACK_PENDING)).isFalse();
    }

    @Test
    void bytesForAClosedWindowAskForThePersistTimer() {
        harness.state(s -> s.peerWindow(0)).item(m -> m.txBump(1)).expect(Verdict.NEXT | Verdict.DIGEST);
        assertThat(harness.meta().digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
    }
}
