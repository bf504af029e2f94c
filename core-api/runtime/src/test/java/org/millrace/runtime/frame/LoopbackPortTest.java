package org.millrace.runtime.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;
import org.millrace.ports.MemoryPort;

class LoopbackPortTest {
    private static final int HEAD = 54;

    private final MemoryPort[] wire = MemoryPort.pair(Map.of());
    private final List<DropReason> drops = new ArrayList<>();
    private final LoopbackPort port = new LoopbackPort(wire[0], drops::add);
    private final FrameBatch batch = new FrameBatch(16);
    private final MemorySegment payload = MemorySegment.ofArray(new byte[1 << 16]);

    /** A frame with its number in its first byte, and half its payload in each span. Answers whether there was room. */
    private boolean loop(int number, int payloadBytes) {
        int dropped = drops.size();
        TransmitBatch looped = port.looped();
        looped.headers.set(ValueLayout.JAVA_BYTE, looped.headerOffset(looped.count()), (byte) number);
        looped.add(HEAD);
        looped.span(payload, 0, payloadBytes / 2);
        looped.span(payload, payloadBytes / 2, payloadBytes - payloadBytes / 2);
        port.loop();
        return drops.size() == dropped;
    }

    private static int number(FrameBatch batch, int i) {
        return batch.segment[i].get(ValueLayout.JAVA_BYTE, batch.offset[i]) & 255;
    }

    @Test
    void framesComeBackWholeInOrderAndSaySo() {
        for (int i = 0; i < payload.byteSize(); i++) {
            payload.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        loop(1, 1000);
        loop(2, 0);
        assertThat(port.isEmpty()).isFalse();
        assertThat(port.receive(batch)).isEqualTo(2);
        assertThat(port.isEmpty()).isTrue();
        assertThat(number(batch, 0)).isEqualTo(1);
        assertThat(batch.length[0]).isEqualTo(HEAD + 1000);
        assertThat(batch.segment[0].asSlice(batch.offset[0] + HEAD, 1000).mismatch(payload.asSlice(0, 1000))).isEqualTo(-1);
        assertThat(number(batch, 1)).isEqualTo(2);
        assertThat(batch.flags[1]).isEqualTo(FrameBatch.LOOPED | FrameBatch.CHECKSUM_VALID);
        assertThat(port.receive(batch)).isZero();
        assertThat(port.frames()).isEqualTo(2);
        assertThat(port.counters().transmittedFrames()).isZero();
    }

    @Test
    void fullRingDropsAndCounts() {
        int frames = 0;
        while (loop(frames, 60_000)) {
            frames++;
        }
        assertThat(frames).as("4 MiB").isBetween(65, 75);
        int received = 0;
        while (!port.isEmpty()) {
            received += port.receive(batch);
        }
        assertThat(received).isEqualTo(frames);
        assertThat(drops).containsExactly(DropReason.LOOPBACK_FULL);
        port.receive(batch); // what was handed out is free
        loop(7, 60_000);
        port.receive(batch);
        assertThat(number(batch, 0)).isEqualTo(7);
    }

    @Test
    void whatWasHandedOutStaysUntilTheNextReceive() {
        Random random = new Random(3); // any seed will do
        Queue<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 5000; i++) {
            offer(i & 127, random.nextInt(60_000), expected);
            if (random.nextInt(12) == 0) {
                port.receive(batch);
                offer(99, 60_000, expected);
                offer(98, 60_000, expected); // must not touch what the batch has
                for (int k = 0; k < batch.count(); k++) {
                    assertThat(number(batch, k)).isEqualTo(expected.remove());
                }
            }
        }
    }

    private void offer(int number, int payloadBytes, Queue<Integer> expected) {
        if (loop(number, payloadBytes)) {
            expected.add(number);
        }
    }

    @Test
    void neitherTheWireNorTheWayBackStarves() {
        for (int i = 0; i < 40; i++) {
            loop(1, 10);
            TransmitBatch sent = wire[1].newTransmitBatch();
            sent.headers.set(ValueLayout.JAVA_BYTE, sent.headerOffset(0), (byte) 2);
            sent.add(HEAD);
            wire[1].transmit(sent);
        }
        int[] seen = new int[3];
        for (int round = 0; round < 4; round++) {
            port.receive(batch);
            for (int i = 0; i < batch.count(); i++) {
                seen[number(batch, i)]++;
            }
        }
        assertThat(seen[1]).isGreaterThanOrEqualTo(16);
        assertThat(seen[2]).isGreaterThanOrEqualTo(16);
    }
}
