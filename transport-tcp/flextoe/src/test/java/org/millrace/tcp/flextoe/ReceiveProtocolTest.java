package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.tcp.control.program.TcpProgram.DIGEST_ACTIVE;
import static org.millrace.tcp.control.program.TcpProgram.DIGEST_FAST_RETRANSMIT;
import static org.millrace.tcp.control.program.TcpProgram.DIGEST_FIN_ACKED;
import static org.millrace.tcp.control.program.TcpProgram.DIGEST_FIN_RECEIVED;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.execution.TickClock;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.testkit.StageHarness;
import org.millrace.wire.TcpHeader;

class ReceiveProtocolTest {
    private static final long DIGEST = Verdict.NEXT | Verdict.DIGEST;

    private final StageHarness<FlexMeta, ProtocolState> harness =
        StageHarness.of(new ReceiveProtocol(new TickClock()), FlexMeta::new);

    @BeforeEach
    void established() {
        harness.state(s -> {
            s.una(5000);
            s.next(5000);
            s.max(5000);
            s.peerWindow(65535);
            s.peerWindowMax(65535);
            s.congestionWindow(14480);
            s.received(1000);
            s.windowSeq(1000);
            s.lastAck(1000);
            s.free(10000);
            s.buffer(16384);
            s.edge(11000);
            s.mss(1448);
            s.delayed(1);
        });
    }

    private StageHarness<FlexMeta, ProtocolState> segment(int seq, int length) {
        return segment(seq, length, TcpHeader.ACK, 5000, 65535);
    }

    private StageHarness<FlexMeta, ProtocolState> segment(int seq, int length, int flags, int ack, int window) {
        return harness.item(m -> {
            m.seq(seq);
            m.ack(ack);
            m.flags(flags);
            m.window(window);
            m.payloadOffset(54);
            m.payloadLength(length);
        });
    }

    private void sent(int bytes, int ready) {
        harness.state(s -> {
            s.next(5000 + bytes);
            s.max(5000 + bytes);
            s.ready(ready);
        });
    }

    private void assertMoves(int payloadSeq, int length, int rxBump) {
        assertThat(harness.meta().payloadSeq()).isEqualTo(payloadSeq);
        assertThat(harness.meta().length()).isEqualTo(length);
        assertThat(harness.meta().rxBump()).isEqualTo(rxBump);
    }

    private void assertAnswers(int ack, int window) {
        assertThat(harness.meta().answer()).isEqualTo(1);
        assertThat(harness.meta().ack()).isEqualTo(ack);
        assertThat(harness.meta().window()).isEqualTo(window);
    }

    private void assertRefused(DropReason reason) {
        assertThat(harness.meta().discard()).isEqualTo(reason.code());
        assertThat(harness.meta().length()).isZero();
        assertThat(harness.meta().rxBump()).isZero();
        assertAnswers(harness.state().received(), harness.state().free());
    }

    @Test
    void theTimedSegmentsRoundTripIsForwardedOnce() {
        sent(3000, 0);
        harness.state(s -> {
            s.set(ProtocolState.TIMING);
            s.timedEnd(6000);
            s.timedAtUs(-100);
        });
        harness.at(250_000);
        segment(1000, 0, TcpHeader.ACK, 5999, 65535).run();
        assertThat(harness.meta().rttUs()).isZero();
        segment(1000, 0, TcpHeader.ACK, 6000, 65535).run();
        assertThat(harness.meta().rttUs()).as("across the clock's wrap").isEqualTo(350);
        segment(1000, 0, TcpHeader.ACK, 8000, 65535).run();
        assertThat(harness.meta().rttUs()).isZero();
    }

    @Test
    void inOrderPayloadIsTakenAndAcknowledged() {
        segment(1000, 500).expect(Verdict.NEXT);
        assertMoves(1000, 500, 500);
        assertAnswers(1500, 9500);
        assertThat(harness.meta().seq()).isEqualTo(5000);
        assertThat(harness.state().edge()).isEqualTo(11000);
    }

    @Test
    void windowIsScaled() {
        harness.state(s -> s.shift(3));
        segment(1000, 500).expect(Verdict.NEXT);
        assertAnswers(1500, 9500 >> 3);
        assertThat(harness.state().edge()).isEqualTo(1500 + (9500 >> 3 << 3));
    }

    @Test
    void payloadReceivedBeforeIsTrimmedFromTheFront() {
        segment(800, 500).expect(Verdict.NEXT);
        assertMoves(1000, 300, 300);
        assertThat(harness.meta().payloadOffset()).isEqualTo(54 + 200);
        assertAnswers(1300, 9700);
    }

    @Test
    void wholeDuplicateIsRefusedAndAnswered() {
        segment(500, 500).expect(Verdict.NEXT);
        assertRefused(DropReason.DUPLICATE);
    }

    @Test
    void payloadBeyondTheWindowIsCut() {
        segment(1000, 12000).expect(Verdict.NEXT);
        assertMoves(1000, 10000, 10000);
        assertThat(harness.meta().discard()).isEqualTo(DropReason.OUT_OF_WINDOW.code());
        assertAnswers(11000, 0);
    }

    @Test
    void payloadRightOfTheWindowIsRefused() {
        segment(11000, 10).expect(Verdict.NEXT);
        assertRefused(DropReason.OUT_OF_WINDOW);
    }

    @Test
    void probeOfAClosedWindowIsAnsweredAndItsAckTaken() {
        sent(1000, 0);
        harness.state(s -> s.free(0));
        segment(1000, 1, TcpHeader.ACK, 6000, 65535).expect(Verdict.NEXT);
        assertAnswers(1000, 0);
        assertThat(harness.meta().length()).isZero();
        assertThat(harness.meta().txBump()).isEqualTo(1000);
    }

    @Test
    void keepAliveBelowTheWindowIsAnswered() {
        segment(999, 0).expect(Verdict.NEXT);
        assertRefused(DropReason.DUPLICATE);
    }

    @Test
    void gapStartsAnIntervalAndAnswersWithADuplicateAck() {
        segment(2000, 500).expect(Verdict.NEXT);
        assertMoves(2000, 500, 0);
        assertAnswers(1000, 10000);
        assertThat(harness.state().oooStart()).isEqualTo(2000);
        assertThat(harness.state().oooLength()).isEqualTo(500);
    }

    @Test
    void segmentsThatTouchTheIntervalJoinItOnEitherSide() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(2500, 100).expect(Verdict.NEXT);
        segment(1800, 200).expect(Verdict.NEXT);
        segment(1700, 1000).expect(Verdict.NEXT);
        assertThat(harness.state().oooStart()).isEqualTo(1700);
        assertThat(harness.state().oooLength()).isEqualTo(1000);
    }

    @Test
    void segmentApartFromTheIntervalIsDroppedAndAnswered() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(3000, 500).expect(Verdict.NEXT);
        assertRefused(DropReason.NOT_MERGEABLE);
        assertThat(harness.state().oooLength()).isEqualTo(500);
    }

    @Test
    void intervalIsReportedToAPeerThatTakesSack() {
        harness.state(s -> s.set(ProtocolState.SACK));
        segment(2000, 500).expect(Verdict.NEXT);
        assertSack(2000, 2500);
        segment(2500, 100).expect(Verdict.NEXT);
        assertSack(2000, 2600);
        segment(1000, 1000).expect(Verdict.NEXT);
        assertThat(harness.meta().sackStart()).isEqualTo(harness.meta().sackEnd());
    }

    @Test
    void whatCameTwiceIsReportedFirst() {
        harness.state(s -> s.set(ProtocolState.SACK));
        segment(2000, 500).expect(Verdict.NEXT);
        segment(500, 500).expect(Verdict.NEXT);
        assertSack(500, 1000);
    }

    @Test
    void intervalIsNotReportedToAPeerThatDoesNot() {
        segment(2000, 500).expect(Verdict.NEXT);
        assertThat(harness.meta().sackEnd()).isZero();
    }

    private void assertSack(int start, int end) {
        assertThat(harness.meta().sackStart()).isEqualTo(start);
        assertThat(harness.meta().sackEnd()).isEqualTo(end);
    }

    @Test
    void closingTheGapDeliversTheInterval() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(1000, 1000).expect(Verdict.NEXT);
        assertMoves(1000, 1000, 1500);
        assertAnswers(2500, 8500);
        assertThat(harness.state().oooLength()).isZero();
    }

    @Test
    void segmentThatCoversTheIntervalReplacesIt() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(1000, 3000).expect(Verdict.NEXT);
        assertMoves(1000, 3000, 3000);
        assertThat(harness.state().oooLength()).isZero();
    }

    @Test
    void finInOrderEndsTheStream() {
        segment(1000, 500, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(DIGEST);
        assertThat(harness.meta().digest()).isEqualTo(DIGEST_FIN_RECEIVED);
        assertThat(harness.meta().hostFlags()).isEqualTo(SegmentMeta.HOST_FIN);
        assertMoves(1000, 500, 500);
        assertAnswers(1501, 9500);
    }

    @Test
    void finAtTheIntervalsEndCountsWhenTheGapCloses() {
        segment(2000, 500, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(Verdict.NEXT);
        segment(1000, 1000).expect(DIGEST);
        assertThat(harness.meta().hostFlags()).isEqualTo(SegmentMeta.HOST_FIN);
        assertAnswers(2501, 8500);
    }

    /** The interval came without the FIN; the segment sent again covers it and ends where it ends. */
    @Test
    void finOfASegmentThatEndsWithTheIntervalEndsTheStream() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(1000, 1500, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(DIGEST);
        assertThat(harness.meta().hostFlags()).isEqualTo(SegmentMeta.HOST_FIN);
        assertAnswers(2501, 8500);
    }

    /** A FIN that joins an interval which has its last byte already. */
    @Test
    void finBehindTheIntervalsLastByteIsRemembered() {
        segment(2000, 500).expect(Verdict.NEXT);
        segment(2400, 100, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(Verdict.NEXT);
        segment(1000, 1000).expect(DIGEST);
        assertThat(harness.meta().hostFlags()).isEqualTo(SegmentMeta.HOST_FIN);
        assertAnswers(2501, 8500);
    }

    @Test
    void finBehindAGapAloneIsNotTaken() {
        segment(2000, 0, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(Verdict.NEXT);
        assertAnswers(1000, 10000);
        assertThat(harness.state().has(ProtocolState.OOO_FIN)).isFalse();
    }

    @Test
    void payloadBehindTheFinIsRefused() {
        segment(1000, 0, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(DIGEST);
        segment(1001, 10).expect(Verdict.NEXT);
        assertRefused(DropReason.OUT_OF_WINDOW);
    }

    @Test
    void acknowledgementFreesTheTransmitBuffer() {
        sent(3000, 100);
        segment(1000, 0, TcpHeader.ACK, 6448, 2000).expect(Verdict.NEXT);
        assertThat(harness.meta().txBump()).isEqualTo(1448);
        assertThat(harness.meta().answer()).isZero();
        assertThat(harness.state().una()).isEqualTo(6448);
        assertThat(harness.state().peerWindow()).isEqualTo(2000);
        assertThat(harness.meta().sendable()).isPositive();
    }

    @Test
    void acknowledgementOfUnsentDataGoesToTheControlPlane() {
        sent(3000, 0);
        segment(1000, 0, TcpHeader.ACK, 8001, 65535).expect(Verdict.control(TcpProgram.BAD_ACK));
    }

    @Test
    void acknowledgementOlderThanAnyWindowGoesToTheControlPlane() {
        segment(1000, 0, TcpHeader.ACK, 5000 - 65536, 65535).expect(Verdict.control(TcpProgram.BAD_ACK));
    }

    @Test
    void oldAcknowledgementChangesNothing() {
        segment(1000, 0, TcpHeader.ACK, 4000, 10).expect(Verdict.NEXT);
        assertThat(harness.state().una()).isEqualTo(5000);
        assertThat(harness.state().peerWindow()).isEqualTo(65535);
    }

    @Test
    void thirdDuplicateAckGoesBackOnceAWindow() {
        sent(10000, 500);
        segment(1000, 0).expect(Verdict.NEXT);
        segment(1000, 0).expect(Verdict.NEXT);
        segment(1000, 0).expect(DIGEST);
        assertThat(harness.meta().digest()).isEqualTo(DIGEST_FAST_RETRANSMIT);
        assertThat(harness.state().next()).isEqualTo(5000);
        assertThat(harness.state().ready()).isEqualTo(10500);
        for (int i = 0; i < 5; i++) {
            segment(1000, 0).expect(Verdict.NEXT);
        }
        segment(1000, 0, TcpHeader.ACK, 15000, 65535).expect(Verdict.NEXT);
        assertThat(harness.state().next()).isEqualTo(15000);
        assertThat(harness.state().ready()).isEqualTo(500);
        for (int i = 0; i < 5; i++) {
            segment(1000, 0, TcpHeader.ACK, 15000, 65535).expect(Verdict.NEXT);
        }
        assertThat(harness.state().next()).as("duplicates of what was sent again").isEqualTo(15000);
        harness.state(s -> s.max(15500));
        segment(1000, 0, TcpHeader.ACK, 15100, 65535).expect(Verdict.NEXT);
        assertThat(harness.state().has(ProtocolState.RECOVERING)).isFalse();
    }

    @Test
    void duplicateAckNeedsDataInFlightNoPayloadAndTheSameWindow() {
        for (int i = 0; i < 4; i++) {
            segment(1000, 0).expect(Verdict.NEXT);
        }
        assertThat(harness.state().duplicates()).isZero();
        sent(1000, 0);
        segment(1000, 0, TcpHeader.ACK, 5000, 65000).expect(Verdict.NEXT);
        segment(1000, 10, TcpHeader.ACK, 5000, 65000).expect(Verdict.NEXT);
        assertThat(harness.state().duplicates()).isZero();
    }

    @Test
    void acknowledgementBeyondNextSkipsWhatNeedNotBeSentAgain() {
        sent(10000, 0);
        harness.state(ProtocolState::goBack);
        segment(1000, 0, TcpHeader.ACK, 9000, 65535).expect(Verdict.NEXT);
        assertThat(harness.state().next()).isEqualTo(9000);
        assertThat(harness.state().ready()).isEqualTo(6000);
    }

    @Test
    void finAcknowledgedIsTold() {
        harness.state(s -> {
            s.flags(ProtocolState.FIN_QUEUED | ProtocolState.FIN_SENT);
            s.next(5101);
            s.max(5101);
        });
        segment(1000, 0, TcpHeader.ACK, 5101, 65535).expect(DIGEST);
        assertThat(harness.meta().digest()).isEqualTo(DIGEST_FIN_ACKED);
        assertThat(harness.meta().txBump()).isEqualTo(100);
    }

    @Test
    void finSentIsSentAgainAfterGoingBack() {
        harness.state(s -> {
            s.flags(ProtocolState.FIN_QUEUED | ProtocolState.FIN_SENT);
            s.next(5101);
            s.max(5101);
            s.goBack();
        });
        assertThat(harness.state().ready()).isEqualTo(100);
        assertThat(harness.state().finToSend()).isTrue();
        segment(1000, 0, TcpHeader.ACK, 5101, 65535).expect(DIGEST);
        assertThat(harness.state().ready()).isZero();
        assertThat(harness.state().finToSend()).isFalse();
    }

    @Test
    void olderSegmentDoesNotChangeTheWindow() {
        segment(1500, 100, TcpHeader.ACK, 5000, 3000).expect(Verdict.NEXT);
        segment(1000, 500, TcpHeader.ACK, 5000, 9000).expect(Verdict.NEXT);
        assertThat(harness.state().peerWindow()).isEqualTo(3000);
    }

    @Test
    void oldTimestampIsRefusedAndAnswered() {
        harness.state(s -> {
            s.set(ProtocolState.TIMESTAMPS);
            s.tsRecent(100);
        });
        harness.item(m -> {
            m.seq(1000);
            m.ack(5000);
            m.flags(TcpHeader.ACK);
            m.window(65535);
            m.payloadLength(500);
            m.hasTimestamps(1);
            m.tsValue(99);
        }).expect(Verdict.NEXT);
        assertRefused(DropReason.OLD_TIMESTAMP);
        assertThat(harness.meta().tsEcho()).isEqualTo(100);
    }

    @Test
    void timestampIsTakenOnlyFromTheSegmentAtTheLastAck() {
        harness.state(s -> s.set(ProtocolState.TIMESTAMPS));
        for (int[] seqAndTime : new int[][] {{2000, 7, 0}, {1000, 5, 5}}) {
            harness.item(m -> {
                m.seq(seqAndTime[0]);
                m.ack(5000);
                m.flags(TcpHeader.ACK);
                m.payloadLength(10);
                m.hasTimestamps(1);
                m.tsValue(seqAndTime[1]);
            }).expect(Verdict.NEXT);
            assertThat(harness.state().tsRecent()).isEqualTo(seqAndTime[2]);
        }
    }

    @Test
    void payloadAfterTheApplicationClosedGoesToTheControlPlane() {
        harness.state(s -> s.set(ProtocolState.CLOSED));
        segment(1000, 1).expect(Verdict.control(TcpProgram.DATA_AFTER_CLOSE));
        segment(1000, 0, TcpHeader.ACK | TcpHeader.FIN, 5000, 65535).expect(DIGEST);
    }

    @Test
    void acknowledgementIsHeldBackIfAllowed() {
        harness.state(s -> s.delayed(2));
        segment(1000, 1448).expect(DIGEST);
        assertThat(harness.meta().answer()).isZero();
        assertThat(harness.meta().digest()).isEqualTo(DIGEST_ACTIVE);
        segment(2448, 1448).expect(Verdict.NEXT);
        assertAnswers(3896, 10000 - 2896);
        assertThat(harness.state().has(ProtocolState.ACK_PENDING)).isFalse();
    }

    @Test
    void classicEchoLastsUntilCwr() {
        harness.state(s -> s.set(ProtocolState.ECN));
        marked(1000, 3, TcpHeader.ACK).expect(Verdict.NEXT);
        assertThat(harness.meta().flags()).isEqualTo(TcpHeader.ACK | TcpHeader.ECE);
        marked(1010, 2, TcpHeader.ACK).expect(Verdict.NEXT);
        assertThat(harness.meta().flags()).isEqualTo(TcpHeader.ACK | TcpHeader.ECE);
        marked(1020, 2, TcpHeader.ACK | TcpHeader.CWR).expect(Verdict.NEXT);
        assertThat(harness.meta().flags()).isEqualTo(TcpHeader.ACK);
    }

    @Test
    void dctcpEchoFollowsTheMark() {
        harness.state(s -> s.set(ProtocolState.ECN | ProtocolState.ECN_DCTCP));
        marked(1000, 3, TcpHeader.ACK).expect(Verdict.NEXT);
        assertThat(harness.meta().flags()).isEqualTo(TcpHeader.ACK | TcpHeader.ECE);
        marked(1010, 2, TcpHeader.ACK).expect(Verdict.NEXT);
        assertThat(harness.meta().flags()).isEqualTo(TcpHeader.ACK);
    }

    private StageHarness<FlexMeta, ProtocolState> marked(int seq, int ecn, int flags) {
        return segment(seq, 10, flags, 5000, 65535).item(m -> {
            m.seq(seq);
            m.ack(5000);
            m.flags(flags);
            m.window(65535);
            m.payloadLength(10);
            m.ecn(ecn);
        });
    }
}
