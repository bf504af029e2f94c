package org.millrace.tcp.flextoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.execution.TickClock;
import org.millrace.testkit.StageHarness;
import org.millrace.wire.TcpHeader;

/** Random segments of one stream, in any order, overlapping, repeated and lost, against the stream itself. */
class ReassemblyTest {
    private static final int STREAM = 60_000;
    private static final int BUFFER = 4096;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void deliversTheStreamWhateverTheOrder(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] stream = new byte[STREAM];
        random.nextBytes(stream);
        int first = random.nextInt();
        StageHarness<FlexMeta, ProtocolState> harness = StageHarness.of(new ReceiveProtocol(new TickClock()), FlexMeta::new);
        harness.state(s -> {
            s.received(first);
            s.windowSeq(first);
            s.lastAck(first);
            s.free(BUFFER);
            s.buffer(BUFFER);
            s.furtherLimit((int) seed % (ProtocolState.FURTHER + 1));
            s.mss(1000);
        });
        byte[] ring = new byte[BUFFER];
        int delivered = 0;
        int rounds = 0;
        while (delivered < STREAM) {
            assertThat(rounds++).as("rounds at " + delivered).isLessThan(100_000);
            List<int[]> window = segments(random, delivered);
            for (int[] segment : window) {
                delivered += receive(harness, stream, ring, first, segment, delivered);
                int waiting = harness.state().received() - first - delivered;
                assertThat(waiting).as("delivered to the application at once").isZero();
            }
        }
        assertThat(harness.state().received() - first).isEqualTo(STREAM);
    }

    /** A few segments from around the edge of what has been delivered, some beyond the window, shuffled. */
    private static List<int[]> segments(Random random, int delivered) {
        List<int[]> segments = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int start = Math.max(0, delivered - 300 + random.nextInt(random.nextInt(4) == 0 ? 6000 : 900));
            int length = Math.min(1 + random.nextInt(700), STREAM - start);
            if (length > 0) {
                segments.add(new int[] {start, length});
            }
        }
        return segments;
    }

    private static int receive(StageHarness<FlexMeta, ProtocolState> harness, byte[] stream, byte[] ring, int first,
                               int[] segment, int delivered) {
        harness.item(m -> {
            m.seq(first + segment[0]);
            m.flags(TcpHeader.ACK);
            m.payloadLength(segment[1]);
        }).run();
        FlexMeta meta = harness.meta();
        int offset = meta.payloadOffset();
        assertThat(meta.length()).isLessThanOrEqualTo(segment[1] - offset);
        for (int i = 0; i < meta.length(); i++) {
            int position = meta.payloadSeq() - first + i;
            assertThat(position).as("never over what waits to be read").isBetween(delivered, delivered + BUFFER - 1);
            ring[position & BUFFER - 1] = stream[segment[0] + offset + i];
        }
        for (int i = 0; i < meta.rxBump(); i++) {
            if (ring[delivered + i & BUFFER - 1] != stream[delivered + i]) {
                throw new AssertionError("byte " + (delivered + i) + " differs");
            }
        }
        int bump = meta.rxBump();
        harness.state(s -> s.free(s.free() + bump));
        return bump;
    }
}
