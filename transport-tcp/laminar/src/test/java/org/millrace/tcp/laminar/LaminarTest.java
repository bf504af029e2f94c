package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.laminar.segment.Connection;
import org.millrace.tcp.laminar.segment.LaminarMeta;
import org.millrace.testkit.RecordingContextQueue.Notice;
import org.millrace.testkit.RecordingDma;
import org.millrace.wire.TcpHeader;

/** The whole program, workflow by workflow: what is received, who is told, and what a swap takes along. */
class LaminarTest extends LaminarFixture {
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
