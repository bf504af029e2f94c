package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.HandedOut;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgress;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.MapFlowLookup;
import org.millrace.testkit.ProgramHarness;
import org.millrace.testkit.RecordingContextQueue;
import org.millrace.testkit.RecordingDma;
import org.millrace.testkit.RecordingOutlet.Departure;
import org.millrace.testkit.RecordingOutlet.Way;
import org.millrace.wire.TcpHeader;

/** The whole program with one established connection, driven workflow by workflow. */
abstract class LaminarFixture {
    static final int PAYLOAD = 54;
    static final long MS = 1_000_000;

    final MapFlowLookup flows = new MapFlowLookup();
    final RecordingDma dma = new RecordingDma();
    final RecordingContextQueue queue = new RecordingContextQueue();
    Laminar laminar;
    ProgramHarness<LaminarMeta> harness;
    final TcpConnectionState state = new TcpConnectionState();
    int flow;
    long nowNs = 100 * MS;

    @BeforeEach
    void established() {
        program(LaminarOptions.BASE);
        flow = flows.allocate();
        flows.insert(flow, 1, 80, 2, 5000);
        state.localAddress = 1;
        state.localPort = 80;
        state.peerAddress = 2;
        state.peerPort = 5000;
        state.context = 3;
        state.connection = 0x10004;
        state.mss = 1000;
        state.firstSent = 5000;
        state.sndUna = 5000;
        state.sndNxt = 5000;
        state.sndMax = 5000;
        state.sndWindow = 20_000;
        state.sndWindowMost = 20_000;
        state.littleEnd = 5000;
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

    void program(LaminarOptions options) {
        laminar = new Laminar(new HandedOut().plain(new HostServices(flows, dma, queue, 0), new Capacity(8, 1)), 8, 0, options);
        harness = new ProgramHarness<>(laminar);
    }

    void install() {
        laminar.install(flow, state);
    }

    void receive(int seq, int length, int flags, int ack, int window) {
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

    void receive(int seq, int length) {
        receive(seq, length, TcpHeader.ACK, state.sndUna, 20_000);
    }

    void acknowledge(int ack, int window) {
        receive(1000, 0, TcpHeader.ACK, ack, window);
    }

    void request(int operation, int consumed, int appended, int hostFlags) {
        harness.run(Workflow.HC, m -> {
            m.flow(flow);
            m.operation(operation);
            m.rxBump(consumed);
            m.txBump(appended);
            m.hostFlags(hostFlags);
        }, nowNs);
    }

    void append(int bytes) {
        request(0, 0, bytes, 0);
    }

    void consume(int bytes) {
        request(0, bytes, 0, 0);
    }

    /** Runs what the scheduler gives; fails if there is nothing. */
    LaminarMeta send() {
        assertThat(laminar.scheduler().next(nowNs)).as("scheduled").isEqualTo(flow);
        harness.run(Workflow.TX, m -> m.flow(flow), nowNs);
        Departure<LaminarMeta> left = harness.outlet().only();
        assertThat(left.way()).as(left.toString()).isEqualTo(Way.EMIT);
        return left.meta();
    }

    void idle() {
        assertThat(laminar.scheduler().next(nowNs)).as("scheduled").isZero();
    }

    LaminarMeta emitted() {
        return harness.outlet().departures().stream().filter(d -> d.way() == Way.EMIT).findFirst().orElseThrow().meta();
    }

    void silent() {
        assertThat(harness.outlet().departures()).extracting(Departure::way).doesNotContain(Way.EMIT);
    }

    int digest() {
        return harness.outlet().digests().stream().mapToInt(d -> d.meta().digest()).sum();
    }

    void segment(LaminarMeta m, int seq, int length, int flags) {
        assertThat(new int[] {m.seq(), m.length(), m.flags()}).containsExactly(seq, length, flags);
    }

    TcpProgress progress() {
        TcpProgress progress = new TcpProgress();
        laminar.progress(flow, progress);
        return progress;
    }
}
