package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.TickClock;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.testkit.StageHarness;
import org.millrace.wire.TcpHeader;

class TransmitProtocolTest {
    private static final long DIGEST = Verdict.NEXT | Verdict.DIGEST;
    private static final long NOTHING = Verdict.drop(DropReason.NOTHING_TO_SEND.code());

    private final StageHarness<FlexMeta, ProtocolState> harness =
        StageHarness.<FlexMeta, ProtocolState>of(new TransmitProtocol(new TickClock(), 10_000), FlexMeta::new).workflow(Workflow.TX);

    @BeforeEach
    void established() {
        harness.state(s -> {
            s.una(5000);
            s.next(5000);
            s.max(5000);
            s.peerWindow(60_000);
            s.peerWindowMax(60_000);
            s.congestionWindow(50_000);
            s.received(1000);
            s.free(8000);
            s.mss(1000);
        });
    }

    private void assertSends(int seq, int length, int flags) {
        assertThat(harness.meta().seq()).isEqualTo(seq);
        assertThat(harness.meta().payloadSeq()).isEqualTo(seq);
        assertThat(harness.meta().length()).isEqualTo(length);
        assertThat(harness.meta().flags()).isEqualTo(flags);
    }

    @Test
    void sendsAllThatIsReadyAsOneSuperFrame() {
        harness.state(s -> s.ready(3500)).item(m -> { }).expect(DIGEST);
        assertSends(5000, 3500, TcpHeader.ACK | TcpHeader.PSH);
        assertThat(harness.meta().ack()).isEqualTo(1000);
        assertThat(harness.meta().window()).isEqualTo(8000);
        assertThat(harness.meta().digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        assertThat(harness.meta().sendable()).isZero();
        assertThat(harness.state().ready()).isZero();
        assertThat(harness.state().max()).isEqualTo(8500);
    }

    @Test
    void superFrameEndsAtAWholeSegmentUnlessItIsTheLast() {
        harness.state(s -> s.ready(30_500)).item(m -> { }).expect(DIGEST);
        assertSends(5000, 10_000, TcpHeader.ACK);
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertSends(15_000, 10_000, TcpHeader.ACK);
        harness.item(m -> { }).expect(Verdict.NEXT);
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertSends(35_000, 500, TcpHeader.ACK | TcpHeader.PSH);
    }

    @Test
    void wholeSegmentsAreFoundWithoutDivision() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            int mss = 8 + random.nextInt(random.nextBoolean() ? 1_500 : 20_000);
            int most = Math.max(random.nextInt(1 << 16), mss);
            StageHarness<FlexMeta, ProtocolState> other =
                StageHarness.<FlexMeta, ProtocolState>of(new TransmitProtocol(new TickClock(), most), FlexMeta::new)
                    .workflow(Workflow.TX);
            other.state(s -> {
                s.peerWindow(1 << 20);
                s.congestionWindow(1 << 20);
                s.ready(100_000);
                s.mss(mss);
            }).item(m -> { }).expect(DIGEST);
            assertThat(other.meta().length()).as("seed %d, %d of %d", seed, most, mss).isEqualTo(most - most % mss);
        }
    }

    @Test
    void obeysTheSmallerWindow() {
        harness.state(s -> {
            s.ready(30_000);
            s.peerWindow(2500);
        }).item(m -> { }).expect(DIGEST);
        assertSends(5000, 2000, TcpHeader.ACK);
        harness.item(m -> { }).expect(NOTHING);
        harness.state(s -> {
            s.peerWindow(60_000);
            s.congestionWindow(4000);
        }).item(m -> { }).expect(Verdict.NEXT);
        assertSends(7000, 2000, TcpHeader.ACK);
    }

    @Test
    void firstTwoDuplicateAcksAllowASegmentEach() {
        harness.state(s -> {
            s.ready(9000);
            s.congestionWindow(2000);
        }).item(m -> { }).expect(DIGEST);
        harness.item(m -> { }).expect(NOTHING);
        harness.state(s -> s.duplicates(1)).item(m -> { }).expect(Verdict.NEXT);
        assertSends(7000, 1000, TcpHeader.ACK);
        harness.state(s -> s.duplicates(3)).item(m -> { }).expect(Verdict.NEXT);
        assertSends(8000, 1000, TcpHeader.ACK);
        harness.item(m -> { }).expect(NOTHING);
    }

    @Test
    void partOfASegmentWaitsForHalfTheLargestWindowOrTheOverrideTimer() { // RFC 9293 §3.8.6.2.1
        harness.state(s -> {
            s.ready(5000);
            s.peerWindow(500);
        }).item(m -> { }).expect(NOTHING | Verdict.DIGEST);
        harness.state(s -> s.set(ProtocolState.OVERRIDE)).item(m -> { }).expect(DIGEST);
        assertSends(5000, 500, TcpHeader.ACK);
        harness.state(s -> s.peerWindow(900)).item(m -> { }).expect(NOTHING);
        harness.state(s -> s.peerWindowMax(1800)).item(m -> { }).expect(NOTHING);
        harness.state(s -> s.peerWindowMax(800)).item(m -> { }).expect(Verdict.NEXT);
        assertSends(5500, 400, TcpHeader.ACK);
    }

    @Test
    void whatWasSentGoesAgainThroughAnyWindow() {
        harness.state(s -> {
            s.ready(2000);
            s.max(7000);
            s.peerWindow(300);
        }).item(m -> { }).expect(Verdict.NEXT);
        assertSends(5000, 300, TcpHeader.ACK);
    }

    @Test
    void closedWindowAsksForThePersistTimer() {
        harness.state(s -> {
            s.ready(2000);
            s.peerWindow(0);
        }).item(m -> { }).expect(NOTHING | Verdict.DIGEST);
        assertThat(harness.meta().digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
    }

    @Test
    void nothingReadySendsNothing() {
        harness.item(m -> { }).expect(NOTHING);
    }

    @Test
    void finLeavesWithTheLastByte() {
        harness.state(s -> {
            s.ready(1500);
            s.set(ProtocolState.FIN_QUEUED);
        }).item(m -> { }).expect(DIGEST);
        assertSends(5000, 1500, TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN);
        assertThat(harness.state().max()).isEqualTo(6501);
        harness.item(m -> { }).expect(NOTHING);
    }

    @Test
    void finAloneIsSentWhateverTheWindow() {
        harness.state(s -> {
            s.peerWindow(0);
            s.set(ProtocolState.FIN_QUEUED);
        }).item(m -> { }).expect(DIGEST);
        assertSends(5000, 0, TcpHeader.ACK | TcpHeader.FIN);
    }

    @Test
    void oneSegmentIsTimedAndNoneThatIsSentAgain() {
        harness.at(7_000_000).state(s -> s.ready(30_000)).item(m -> { }).expect(DIGEST);
        assertThat(harness.state().has(ProtocolState.TIMING)).isTrue();
        assertThat(harness.state().timedEnd()).isEqualTo(15_000);
        assertThat(harness.state().timedAtUs()).isEqualTo(7000);
        harness.at(8_000_000).item(m -> { }).expect(Verdict.NEXT);
        assertThat(harness.state().timedAtUs()).as("the first one still").isEqualTo(7000);
        harness.state(ProtocolState::goBack).item(m -> { }).expect(Verdict.NEXT);
        assertThat(harness.state().has(ProtocolState.TIMING)).as("RFC 6298 §3").isFalse();
    }

    @Test
    void dataAndFinAreSentAgainAfterGoingBack() {
        harness.state(s -> {
            s.ready(1500);
            s.set(ProtocolState.FIN_QUEUED);
        }).item(m -> { }).expect(DIGEST);
        harness.state(ProtocolState::goBack).item(m -> { }).expect(Verdict.NEXT);
        assertSends(5000, 1500, TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN);
        assertThat(harness.meta().retransmitted()).isEqualTo(1);
        assertThat(harness.state().max()).isEqualTo(6501);
    }

    @Test
    void newDataIsEcnCapableAndCarriesCwrOnce() {
        harness.state(s -> {
            s.ready(2000);
            s.peerWindow(1000);
            s.set(ProtocolState.ECN | ProtocolState.CWR_PENDING);
        }).item(m -> { }).expect(DIGEST);
        assertSends(5000, 1000, TcpHeader.ACK | TcpHeader.CWR);
        assertThat(harness.meta().ecn()).isEqualTo(2);
        harness.state(s -> s.peerWindow(2000)).item(m -> { }).expect(Verdict.NEXT);
        assertSends(6000, 1000, TcpHeader.ACK | TcpHeader.PSH);
    }

    /** What the control plane asks for goes before anything new, whatever the congestion window, and what is new goes on behind it. */
    @Test
    void aRangeIsSentAgainBeforeAnythingNew() {
        harness.state(s -> {
            s.next(15_000);
            s.max(15_000);
            s.ready(2_000);
            s.congestionWindow(10_000);
            s.set(ProtocolState.RECOVERING | ProtocolState.TIMING);
            s.timedEnd(15_000);
            s.resendStart(7000);
            s.resendEnd(8500);
        });
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertSends(7000, 1500, TcpHeader.ACK);
        assertThat(harness.meta().retransmitted()).isEqualTo(1);
        assertThat(harness.state().next()).isEqualTo(15_000);
        assertThat(harness.state().has(ProtocolState.TIMING)).as("Karn").isFalse();
        harness.item(m -> { }).expect(NOTHING);
        harness.state(s -> s.congestionWindow(12_000)).item(m -> { }).expect(Verdict.NEXT);
        assertSends(15_000, 2000, TcpHeader.ACK | TcpHeader.PSH);
    }

    @Test
    void aRangeThatIsAcknowledgedMeanwhileOrBeyondTheWindowIsNotSent() {
        harness.state(s -> {
            s.una(9000);
            s.next(15_000);
            s.max(15_000);
            s.set(ProtocolState.RECOVERING);
            s.resendStart(7000);
            s.resendEnd(9500);
        });
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertSends(9000, 500, TcpHeader.ACK | TcpHeader.PSH);
        harness.state(s -> {
            s.resendStart(12_000);
            s.resendEnd(13_000);
            s.peerWindow(2000);
        });
        harness.item(m -> { }).expect(NOTHING);
        assertThat(harness.state().resends()).isFalse();
    }

    @Test
    void aFinIsSentAgainWithTheRangeThatEndsAtIt() {
        harness.state(s -> {
            s.next(6001);
            s.max(6001);
            s.set(ProtocolState.FIN_QUEUED | ProtocolState.FIN_SENT | ProtocolState.RECOVERING);
            s.resendStart(5500);
            s.resendEnd(6001);
        });
        harness.item(m -> { }).expect(Verdict.NEXT);
        assertSends(5500, 500, TcpHeader.ACK | TcpHeader.FIN | TcpHeader.PSH);
    }
}
