package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.RecordingContextQueue.Notice;
import org.millrace.wire.TcpHeader;

/** The whole program, what it sends and what acknowledgements do. */
class LaminarSendTest extends LaminarFixture {
    @Test
    void appendedBytesLeaveInSegments() {
        append(2500);
        LaminarMeta first = send();
        segment(first, 5000, 1000, TcpHeader.ACK);
        assertThat(first.ack()).isEqualTo(1000);
        assertThat(first.window()).isEqualTo(4096);
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        segment(send(), 6000, 1000, TcpHeader.ACK);
        LaminarMeta last = send();
        segment(last, 7000, 500, TcpHeader.ACK | TcpHeader.PSH);
        assertThat(last.position()).isEqualTo(2000);
        idle();
        acknowledge(7500, 20_000);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 0, 2500, 0));
    }

    @Test
    void creditsAndWindowHoldBack() {
        state.congestionWindow = 1000;
        install();
        append(5000);
        send();
        idle();
        laminar.congestionWindow(flow, 2000);
        request(TcpProgram.KICK, 0, 0, 0);
        send();
        idle();
        acknowledge(6000, 500);
        idle();
        acknowledge(7000, 500);
        idle();
        request(TcpProgram.OVERRIDE, 0, 0, 0);                                  // RFC 9293 §3.8.6.2.1
        segment(send(), 7000, 500, TcpHeader.ACK);
        idle();
    }

    @Test
    void zeroWindowAsksForThePersistTimerAndIsProbed() {
        state.sndWindow = 0;
        install();
        append(10);
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        idle();
        request(TcpProgram.PROBE, 0, 0, 0);
        segment(emitted(), 4999, 0, TcpHeader.ACK);
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        assertThat(progress.sndWindow).isZero();
        assertThat(progress.sndReady).isEqualTo(10);
        acknowledge(5000, 100);
        segment(send(), 5000, 10, TcpHeader.ACK | TcpHeader.PSH);
    }

    @Test
    void thirdDuplicateGoesBack() {
        append(3000);
        send();
        send();
        send();
        acknowledge(5000, 20_000);
        acknowledge(5000, 20_000);
        assertThat(digest()).isZero();
        acknowledge(5000, 20_000);
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_FAST_RETRANSMIT);
        segment(send(), 5000, 1000, TcpHeader.ACK);
        acknowledge(8000, 20_000);
        assertThat(laminar.scheduler().next(nowNs)).as("queued before the acknowledgement").isEqualTo(flow);
        harness.run(Workflow.TX, m -> m.flow(flow), nowNs);
        assertThat(harness.outlet().only().toString()).isEqualTo("DROP(NOTHING_TO_SEND)");
        idle();
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        assertThat(progress.retransmittedBytes).isEqualTo(1000);
        assertThat(progress.sndNxt).isEqualTo(8000);
        assertThat(progress.sndReady).isZero();
        assertThat(progress.rttSamples).as("Karn").isZero();
    }

    @Test
    void timeoutGoesBackAndTheFinWithIt() {
        request(0, 0, 1500, SegmentMeta.HOST_FIN);
        send();
        segment(send(), 6000, 500, TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN);
        idle();
        request(TcpProgram.RETRANSMIT, 0, 0, 0);
        segment(send(), 5000, 1000, TcpHeader.ACK);
        segment(send(), 6000, 500, TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN);
        acknowledge(6501, 20_000);
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_FIN_ACKED);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 0, 1500, 0));
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        assertThat(progress.finOutstanding).isFalse();
    }

    @Test
    void roundTripIsSampled() {
        append(1000);
        send();
        nowNs += 7 * MS;
        acknowledge(6000, 20_000);
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        assertThat(progress.rttSamples).isEqualTo(1);
        assertThat(progress.rttSumUs).isBetween(6999, 7001);
    }

    @Test
    void unsentDataCannotBeAcknowledged() {
        acknowledge(5001, 20_000);
        assertThat(harness.outlet().only().toString()).isEqualTo("CONTROL(" + TcpProgram.BAD_ACK + ")");
        acknowledge(5000 - (1 << 30), 20_000);
        assertThat(harness.outlet().only().toString()).isEqualTo("CONTROL(" + TcpProgram.BAD_ACK + ")");
        laminar.export(flow, state);
        assertThat(state.sndUna).isEqualTo(5000);
    }

    /** RFC 9293 §3.10.7.4: the sequence number is checked first. 4096 bytes of buffer, so 904 is the lowest for data. */
    @ParameterizedTest
    @CsvSource({"5097, 0", "5097, 100", "-2147482648, 0", "-2147482649, 50", "999, 0", "898, 100", "-3096, 0", "-3096, 1000",
        "60000, 1000", "1073741824, 0"})
    void forgedSegmentOutOfWindowMovesNothing(int seq, int length) throws IllegalAccessException {
        state.timestamps = true;
        state.tsRecent = 10;
        install();
        append(2500);
        send();
        send();
        TcpConnectionState before = new TcpConnectionState();
        laminar.export(flow, before);
        TcpProgress counted = progress();
        for (int ack : new int[] {6000, 7000, 5000, 5000, 5000, 9000, 4000}) {
            forge(seq, length, ack);
            assertThat(progress().sndUna).as("SND.UNA").isEqualTo(5000);
            assertThat(emitted().ack()).as("answered").isEqualTo(1000);
            assertThat(emitted().tsEcho()).as("of the timestamp before").isEqualTo(10);
            assertThat(digest()).isZero();
        }
        assertThat(queue.notices()).isEmpty();
        assertThat(dma.transfers()).hasSize(2);
        TcpConnectionState after = new TcpConnectionState();
        laminar.export(flow, after);
        after.rcvEdge = before.rcvEdge;
        for (Field field : TcpConnectionState.class.getFields()) {
            assertThat(field.get(after)).as(field.getName()).isEqualTo(field.get(before));
        }
        assertThat(progress().ackedBytes).isEqualTo(counted.ackedBytes);
        segment(send(), 7000, 500, TcpHeader.ACK | TcpHeader.PSH);
    }

    private void forge(int seq, int length, int ack) {
        harness.run(Workflow.RX, m -> {
            m.localAddress(1);
            m.localPort(80);
            m.peerAddress(2);
            m.peerPort(5000);
            m.seq(seq);
            m.ack(ack);
            m.flags(TcpHeader.ACK);
            m.window(60_000);
            m.payloadOffset(PAYLOAD);
            m.payloadLength(length);
            m.hasTimestamps(1);
            m.tsValue(11);
        }, nowNs);
    }

    /** Received before and not read yet: R1 refuses it, but T1 has moved, and the head must not send what is acknowledged. */
    @Test
    void acknowledgementOfARepeatedSegmentMovesTheHead() {
        append(2000);
        send();
        send();
        receive(1000, 500);
        request(TcpProgram.RETRANSMIT, 0, 0, 0);
        receive(1000, 500, TcpHeader.ACK, 5700, 20_000);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 0, 700, 0));
        segment(send(), 5700, 1000, TcpHeader.ACK);
    }

    /** The buffer is full: the right edge is RCV.NXT, and stands where the application lets it. */
    @Test
    void acknowledgementAtAClosedWindowIsTaken() {
        append(2000);
        send();
        send();
        receive(1000, 4096);
        receive(5096, 1, TcpHeader.ACK, 6000, 20_000);
        assertThat(emitted().ack()).as("a probe").isEqualTo(5096);
        assertThat(progress().sndUna).isEqualTo(6000);
        receive(5097, 0, TcpHeader.ACK, 7000, 20_000);
        assertThat(progress().sndUna).as("beyond").isEqualTo(6000);
        consume(1);
        receive(5097, 0, TcpHeader.ACK, 7000, 20_000);
        assertThat(progress().sndUna).as("no longer").isEqualTo(7000);
    }

    /** A sender that receives nothing but bare acknowledgements echoes their timestamps all the same. */
    @Test
    void bareAcknowledgementMovesTheTimestampAndIsNotAnswered() {
        state.timestamps = true;
        state.tsRecent = 10;
        install();
        append(2000);
        send();
        acknowledgeAt(6000, 11);
        silent();
        assertThat(send().tsEcho()).isEqualTo(11);
        laminar.export(flow, state);
        assertThat(state.tsRecent).isEqualTo(11);
        assertThat(state.rcvEdge).as("nothing was advertised but by the segments sent").isEqualTo(5096);
    }

    private void acknowledgeAt(int ack, int tsValue) {
        harness.run(Workflow.RX, m -> {
            m.localAddress(1);
            m.localPort(80);
            m.peerAddress(2);
            m.peerPort(5000);
            m.seq(1000);
            m.ack(ack);
            m.flags(TcpHeader.ACK);
            m.window(20_000);
            m.hasTimestamps(1);
            m.tsValue(tsValue);
        }, nowNs);
    }

    @Test
    void windowsAreScaled() {
        state.sndShift = 3;
        state.rcvShift = 2;
        install();
        append(1000);
        assertThat(send().window()).isEqualTo(1024);
        acknowledge(5000, 100);
        laminar.export(flow, state);
        assertThat(state.sndWindow).isEqualTo(800);
    }
}
