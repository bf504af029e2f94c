package org.millrace.tcp.laminar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.testkit.RecordingContextQueue.Notice;
import org.millrace.wire.TcpHeader;

/** The whole program with its options: delayed acknowledgements, grants, SACK. */
class LaminarOptionsTest extends LaminarFixture {
    @Test
    void delayedAcknowledgementCoversTwoSegments() {
        program(new LaminarOptions(true, false, false, 0));
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
        program(new LaminarOptions(true, false, false, 0));
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
        program(new LaminarOptions(false, false, true, 0));
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
        program(new LaminarOptions(false, true, false, 0));
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
}
