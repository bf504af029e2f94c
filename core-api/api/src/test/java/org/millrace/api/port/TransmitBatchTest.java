package org.millrace.api.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class TransmitBatchTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[1024]);
    private final TransmitBatch batch = new TransmitBatch(2, memory, 64, 256);

    @Test
    void emptySpansAreIgnored() {
        batch.add(54);
        batch.span(memory, 0, 0);
        batch.span(memory, 10, 5);
        batch.span(memory, 20, 0);
        batch.span(memory, 30, 7);
        assertThat(batch.firstOffset[0]).isEqualTo(10);
        assertThat(batch.secondOffset[0]).isEqualTo(30);
        assertThat(batch.frameLength(0)).isEqualTo(54 + 5 + 7);
    }

    @Test
    void anOldFramesPayloadAndOffloadAreForgotten() {
        batch.add(54);
        batch.span(memory, 0, 5);
        batch.span(memory, 0, 5);
        batch.offload(34, 16, 1448);
        batch.clear();
        assertThat(batch.add(42)).isZero();
        assertThat(batch.frameLength(0)).isEqualTo(42);
        assertThat(batch.checksumStart[0]).isZero();
        assertThat(batch.segmentSize[0]).isZero();
    }

    @Test
    void aCopyIsHeadersAndBothSpansInOnePiece() {
        for (int i = 0; i < 10; i++) {
            memory.set(ValueLayout.JAVA_BYTE, 320 + i, (byte) (100 + i));
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
        }
        batch.add(14);
        batch.add(2);
        batch.span(memory, 8, 2);
        batch.span(memory, 0, 3);
        assertThat(batch.copy(1)).containsExactly(100, 101, 8, 9, 0, 1, 2);
        assertThat(batch.copy(0)).hasSize(14);
    }

    @Test
    void headersLieAStrideApart() {
        assertThat(batch.headerOffset(0)).isEqualTo(64);
        assertThat(batch.headerOffset(1)).isEqualTo(320);
        batch.add(14);
        batch.add(14);
        assertThat(batch.isFull()).isTrue();
    }

    @Test
    void receivedFramesKeepTheirOrderAndFillTheBatch() {
        FrameBatch frames = new FrameBatch(2);
        frames.add(memory, 1, 60, 0, FrameBatch.CHECKSUM_VALID);
        assertThat(frames.isFull()).isFalse();
        frames.add(memory, 100, 1514, 1448, 0);
        assertThat(frames.isFull()).isTrue();
        assertThat(frames.offset).containsExactly(1, 100);
        assertThat(frames.segmentSize).containsExactly(0, 1448);
        assertThat(frames.flags).containsExactly(FrameBatch.CHECKSUM_VALID, 0);
        frames.clear();
        assertThat(frames.count()).isZero();
        assertThat(frames.capacity()).isEqualTo(2);
    }
}
