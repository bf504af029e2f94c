package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.TcpConnectionState;
import org.millrace.tcp.control.TcpProgram;
import org.millrace.tcp.control.TcpProgress;
import org.millrace.testkit.MapFlowLookup;
import org.millrace.testkit.ProgramHarness;
import org.millrace.testkit.RecordingContextQueue;
import org.millrace.testkit.RecordingContextQueue.Notice;
import org.millrace.testkit.RecordingDma;
import org.millrace.testkit.RecordingOutlet.Departure;
import org.millrace.testkit.RecordingOutlet.Way;
import org.millrace.wire.TcpHeader;

/** The whole program, workflow by workflow: what leaves and who is told. */
class LaminarTest {
    private static final int PAYLOAD = 54;
    private static final long MS = 1_000_000;

    private final MapFlowLookup flows = new MapFlowLookup();
    private final RecordingDma dma = new RecordingDma();
    private final RecordingContextQueue queue = new RecordingContextQueue();
    private Laminar laminar;
    private ProgramHarness<LaminarMeta> harness;
    private final TcpConnectionState state = new TcpConnectionState();
    private int flow;
    private long nowNs = 100 * MS;

    @BeforeEach
    void established() {
        program(LaminarOptions.BASE);
        flow = flows.allocate();
        flows.insert(flow, 1, 80, 2, 5000);
        state.localAddress = 1;
        state.localPort = 80;
        state.peerAddress = 2;
        state.peerPort = 5000;
        state.peerMac = 0x0a0b_0c0d_0e0fL;
        state.context = 3;
        state.connection = 0x10004;
        state.mss = 1000;
        state.firstSent = 5000;
        state.sndUna = 5000;
        state.sndNxt = 5000;
        state.sndMax = 5000;
        state.sndWindow = 20_000;
        state.congestionWindow = 10_000;
        state.firstReceived = 1000;
        state.rcvNxt = 1000;
        state.rcvEdge = 5000;
        state.rcvFree = 4096;
        state.rcvBuffer = 4096;
        state.delayedAckSegments = 2;
        state.lastAckSent = 1000;
        install();
    }

    private void program(LaminarOptions options) {
        laminar = new Laminar(flows, dma, queue, 8, 0, options);
        harness = new ProgramHarness<>(laminar);
    }

    private void install() {
        laminar.install(flow, state);
    }

    private void receive(int seq, int length, int flags, int ack, int window) {
        dma.frame(1, new byte[PAYLOAD + length]);
        queue.clear();
        harness.run(Workflow.RX, m -> {
            m.frame(1);
            m.localAddress(1);
            m.localPort(80);
            m.peerAddress(2);
            m.peerPort(5000);
            m.seq(seq);
            m.ack(ack);
            m.flags(flags);
            m.window(window);
            m.payloadOffset(PAYLOAD);
            m.payloadLength(length);
        }, nowNs);
    }

    private void receive(int seq, int length) {
        receive(seq, length, TcpHeader.ACK, state.sndUna, 20_000);
    }

    private void acknowledge(int ack, int window) {
        receive(1000, 0, TcpHeader.ACK, ack, window);
    }

    private void request(int operation, int consumed, int appended, int hostFlags) {
        harness.run(Workflow.HC, m -> {
            m.flow(flow);
            m.operation(operation);
            m.rxBump(consumed);
            m.txBump(appended);
            m.hostFlags(hostFlags);
        }, nowNs);
    }

    private void append(int bytes) {
        request(0, 0, bytes, 0);
    }

    private void consume(int bytes) {
        request(0, bytes, 0, 0);
    }

    /** Runs what the scheduler gives; fails if there is nothing. */
    private LaminarMeta send() {
        assertThat(laminar.scheduler().next(nowNs)).as("scheduled").isEqualTo(flow);
        harness.run(Workflow.TX, m -> m.flow(flow), nowNs);
        Departure<LaminarMeta> left = harness.outlet().only();
        assertThat(left.way()).as(left.toString()).isEqualTo(Way.EMIT);
        return left.meta();
    }

    private void idle() {
        assertThat(laminar.scheduler().next(nowNs)).as("scheduled").isZero();
    }

    private LaminarMeta emitted() {
        return harness.outlet().departures().stream().filter(d -> d.way() == Way.EMIT).findFirst().orElseThrow().meta();
    }

    private void silent() {
        assertThat(harness.outlet().departures()).extracting(Departure::way).doesNotContain(Way.EMIT);
    }

    private int digest() {
        return harness.outlet().digests().stream().mapToInt(d -> d.meta().digest()).sum();
    }

    private void segment(LaminarMeta m, int seq, int length, int flags) {
        assertThat(new int[] {m.seq(), m.length(), m.flags()}).containsExactly(seq, length, flags);
    }

    @Test
    void constantsAreTheWorkflows() {
        assertThat(new int[] {LaminarMeta.RX, LaminarMeta.TX, LaminarMeta.HC, LaminarMeta.MIRROR}).containsExactly(
            Workflow.RX.ordinal(), Workflow.TX.ordinal(), Workflow.HC.ordinal(), Workflow.MIRROR.ordinal());
    }

    /** The discipline's first rule: a register is at most two words. hw-tofino checks the rest. */
    @Test
    void everyRegisterHasAtMostTwoWords() {
        for (Workflow workflow : Workflow.values()) {
            for (Stage<?, ?> stage : laminar.stages(workflow)) {
                Class<?> type = stage.spec().state().get().getClass();
                if (type != Connection.class) {
                    assertThat(Layout.of(stage.spec().state().get().getClass()).bits()).as(stage.spec().name())
                        .isLessThanOrEqualTo(64);
                }
            }
        }
    }

    /** A segment meets registers in one order, whatever its workflow. */
    @Test
    void registersStandInOneOrder() {
        var order = laminar.stages(Workflow.RX).stream().filter(s -> s.spec().key() != StageSpec.Key.NONE)
            .map(s -> s.spec().name()).toList();
        for (Workflow workflow : Workflow.values()) {
            var common = laminar.stages(workflow).stream().map(s -> s.spec().name()).filter(order::contains).toList();
            assertThat(order.stream().filter(common::contains).toList()).as(workflow.name()).isEqualTo(common);
        }
    }

    @Test
    void payloadIsPlacedToldAndAcknowledged() {
        receive(1000, 500);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 500, 0, 0));
        assertThat(dma.transfers()).extracting(RecordingDma.Transfer::position).containsExactly(0);
        LaminarMeta ack = emitted();
        segment(ack, 5000, 0, TcpHeader.ACK);
        assertThat(ack.ack()).isEqualTo(1500);
        assertThat(ack.window()).isEqualTo(3596);
        assertThat(ack.peerMacHigh()).isEqualTo(0x0a0b);
        assertThat(ack.peerPort()).isEqualTo(5000);
    }

    @Test
    void gapIsAnsweredAndClosed() {
        receive(1500, 500);
        assertThat(queue.notices()).isEmpty();
        assertThat(emitted().ack()).isEqualTo(1000);
        receive(1000, 500);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 1000, 0, 0));
        assertThat(emitted().ack()).as("the pseudo segment covers the interval").isEqualTo(2000);
        laminar.export(flow, state);
        assertThat(state.rcvNxt).isEqualTo(2000);
        assertThat(state.oooLength).isZero();
    }

    @Test
    void keepaliveProbeIsAnswered() {
        receive(999, 0);
        assertThat(emitted().ack()).isEqualTo(1000);
        receive(1000, 0);
        silent();
    }

    @Test
    void payloadBeyondTheWindowIsCutAndCounted() {
        receive(1000, 5000);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 4096, 0, 0));
        assertThat(emitted().window()).isZero();
        assertThat(harness.outlet().departures().getFirst().meta().discard())
            .isEqualTo(DropReason.OUT_OF_WINDOW.code());
    }

    @Test
    void consumedBytesReopenTheWindow() {
        receive(1000, 4096);
        consume(1000);
        silent();
        consume(1000);
        assertThat(emitted().window()).as("two segments' worth").isEqualTo(2000);
    }

    @Test
    void finIsTakenOnceAndNothingBehindIt() {
        receive(1000, 100, TcpHeader.ACK | TcpHeader.FIN, 5000, 20_000);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 100, 0, SegmentMeta.HOST_FIN));
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_FIN_RECEIVED);
        assertThat(emitted().ack()).isEqualTo(1101);
        receive(1000, 100, TcpHeader.ACK | TcpHeader.FIN, 5000, 20_000);
        assertThat(queue.notices()).isEmpty();
        assertThat(emitted().ack()).isEqualTo(1101);
        receive(1101, 50);
        assertThat(queue.notices()).isEmpty();
        assertThat(dma.transfers()).hasSize(1);
    }

    @Test
    void finOutOfOrderIsLeftForAnotherTime() {
        receive(1100, 100, TcpHeader.ACK | TcpHeader.FIN, 5000, 20_000);
        receive(1000, 100);
        assertThat(emitted().ack()).isEqualTo(1200);
        receive(1100, 100, TcpHeader.ACK | TcpHeader.FIN, 5000, 20_000);
        assertThat(queue.notices()).containsExactly(new Notice(3, 0x10004, 0, 0, SegmentMeta.HOST_FIN));
        assertThat(emitted().ack()).isEqualTo(1201);
    }

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
        segment(send(), 7000, 500, TcpHeader.ACK);
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
        assertThat(progress.rttUs).isBetween(6999, 7001);
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

    @Test
    void payloadAfterCloseIsTheControlPlanes() {
        request(TcpProgram.CLOSE, 0, 0, 0);
        receive(1000, 1);
        assertThat(harness.outlet().only().toString()).isEqualTo("CONTROL(" + TcpProgram.DATA_AFTER_CLOSE + ")");
    }

    @Test
    void timestampsAreEchoedWithTheAcknowledgement() {
        state.timestamps = true;
        state.tsRecent = 10;
        install();
        dma.frame(1, new byte[200]);
        harness.run(Workflow.RX, m -> {
            m.frame(1);
            m.localAddress(1);
            m.localPort(80);
            m.peerAddress(2);
            m.peerPort(5000);
            m.seq(1000);
            m.ack(5000);
            m.flags(TcpHeader.ACK);
            m.payloadOffset(PAYLOAD);
            m.payloadLength(100);
            m.hasTimestamps(1);
            m.tsValue(11);
        }, nowNs);
        assertThat(emitted().hasTimestamps()).isEqualTo(1);
        assertThat(emitted().tsEcho()).isEqualTo(11);
        assertThat(emitted().tsValue()).isEqualTo(100);
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
    void delayedAcknowledgementCoversTwoSegments() {
        program(new LaminarOptions(true, false, false));
        install();
        receive(1000, 500);
        silent();
        assertThat(queue.notices()).as("told at once").containsExactly(new Notice(3, 0x10004, 500, 0, 0));
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        assertThat(progress().ackPending).isTrue();
        receive(1500, 500);
        assertThat(emitted().ack()).isEqualTo(2000);
        assertThat(progress().ackPending).isFalse();
        receive(2500, 500);
        assertThat(emitted().ack()).as("a gap waits for nothing").isEqualTo(2000);
        receive(2000, 100);
        assertThat(emitted().ack()).as("nor does what lies before one").isEqualTo(2100);
    }

    @Test
    void heldAcknowledgementGoesWithDataOrByTheTimer() {
        program(new LaminarOptions(true, false, false));
        install();
        receive(1000, 500);
        append(100);
        assertThat(send().ack()).isEqualTo(1500);
        assertThat(progress().ackPending).isFalse();
        receive(1500, 500, TcpHeader.ACK, 5100, 20_000);
        silent();
        request(TcpProgram.ACK, 0, 0, 0);
        assertThat(emitted().ack()).isEqualTo(2000);
        assertThat(progress().ackPending).isFalse();
    }

    private void push() {
        program(new LaminarOptions(false, false, true));
        install();
    }

    /** How far libTOE may push, from the first byte on; the test's stream begins at 5000. */
    private Integer granted() {
        return queue.granted(0x10004);
    }

    @Test
    void installingGrantsNothingAndTheFirstItemDoes() {
        push();
        assertThat(granted()).as("a swap may fail yet").isNull();
        request(TcpProgram.KICK, 0, 0, 0);
        assertThat(granted()).isEqualTo(10_000);
    }

    @Test
    void acknowledgementsAndCreditsGrantWholeSegments() {
        push();
        append(10_000);
        assertThat(granted()).as("all in flight, nothing to grant").isNull();
        for (int i = 0; i < 10; i++) {
            send();
        }
        acknowledge(6500, 20_000);
        assertThat(granted()).isEqualTo(11_000);
        laminar.congestionWindow(flow, 12_000);
        acknowledge(7000, 20_000);
        assertThat(granted()).isEqualTo(14_000);
        acknowledge(7500, 8000);
        assertThat(granted()).as("the peer's window is less").isNull();
    }

    @Test
    void closedWindowIsGrantedOneSegmentSoThatItIsProbed() {
        state.sndWindow = 0;
        push();
        request(TcpProgram.KICK, 0, 0, 0);
        assertThat(granted()).isEqualTo(1000);
        append(1000);
        idle();
        assertThat(digest()).isEqualTo(TcpProgram.DIGEST_ACTIVE);
        assertThat(progress().sndReady).isEqualTo(1000);
    }

    /** 1 MB/s: 200 us are 200 bytes, so two segments are the burst; credits come as what was pushed leaves. */
    @Test
    void pacedFlowIsGrantedABurstAhead() {
        push();
        laminar.rate(flow, 1_000_000);
        request(TcpProgram.KICK, 0, 0, 0);
        assertThat(granted()).isEqualTo(2000);
        append(2000);
        assertThat(granted()).isEqualTo(2000);
        send();
        assertThat(granted()).isEqualTo(3000);
        append(1000);
        idle();
        nowNs += 2 * MS;
        send();
        assertThat(granted()).isEqualTo(4000);
    }

    @Test
    void acknowledgementReportsTheInterval() {
        program(new LaminarOptions(false, true, false));
        state.sack = true;
        install();
        assertThat(laminar.reportsSack()).isTrue();
        receive(1500, 500);
        block(1500, 2000);
        receive(1000, 200);
        block(1500, 2000);
        receive(1000, 200);
        block(1000, 1200);
        receive(1200, 300);
        assertThat(emitted().ack()).isEqualTo(2000);
        block(0, 0);
    }

    private void block(int start, int end) {
        assertThat(new int[] {emitted().sackStart(), emitted().sackEnd()}).containsExactly(start, end);
    }

    private TcpProgress progress() {
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        return progress;
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

    /** What a swap needs: the state that comes out is the state that went in. */
    @Test
    void exportsWhatWasInstalled() throws IllegalAccessException {
        state.sndUna = 6000;
        state.sndNxt = 7000;
        state.sndMax = 9001;
        state.sndReady = 2000;
        state.finQueued = true;
        state.finSent = true;
        state.recovering = true;
        state.recover = 8500;
        state.duplicateAcks = 2;
        state.sndShift = 7;
        state.rcvShift = 5;
        state.oooStart = 1300;
        state.oooLength = 200;
        state.timestamps = true;
        state.tsRecent = 77;
        state.ecn = TcpConnectionState.ECN_DCTCP;
        state.ecnEcho = true;
        state.sack = true;
        state.closed = true;
        install();
        TcpConnectionState out = new TcpConnectionState();
        laminar.export(flow, out);
        for (Field field : TcpConnectionState.class.getFields()) {
            assertThat(field.get(out)).as(field.getName()).isEqualTo(field.get(state));
        }
        install();
        segment(retransmitted(), 7000, 1000, TcpHeader.ACK | TcpHeader.ECE);
    }

    private LaminarMeta retransmitted() {
        request(TcpProgram.KICK, 0, 0, 0);
        return send();
    }
}
