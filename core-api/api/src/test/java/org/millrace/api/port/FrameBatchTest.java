package org.millrace.api.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FrameBatchTest {
    private final MemorySegment memory = MemorySegment.ofArray(new byte[1024]);
    private final FrameBatch batch = new FrameBatch(4);

    private void add(int... lengths) {
        for (int length : lengths) {
            batch.add(memory, 0, length, 0, 0);
        }
    }

    @Test
    void isFullAsSoonAsItHasItsFrames() {
        add(60, 60, 60);
        assertThat(batch.isFull()).isFalse();
        add(60);
        assertThat(batch.isFull()).isTrue();
    }

    @Test
    void keepsSomeInOrderAndCountsTheirBytes() {
        add(60, 70, 80, 90);
        batch.keep(frame -> frame % 2 == 1);
        assertThat(batch.count()).isEqualTo(2);
        assertThat(batch.bytes()).isEqualTo(160);
        assertThat(batch.length).startsWith(70, 90);
    }
}
