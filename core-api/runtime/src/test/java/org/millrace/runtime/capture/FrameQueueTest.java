package org.millrace.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrameQueueTest {
    private final FrameQueue queue = new FrameQueue(1024);
    private final MemorySegment frame = MemorySegment.ofArray(new byte[2048]);

    private int take() {
        return queue.take((timeNs, sent, memory, offset, length, wireBytes) -> assertThat(length).isPositive());
    }

    @Test
    void whatFindsNoRoomIsCounted() {
        for (int i = 0; i < 12; i++) {
            queue.frame(i, false, frame, 0, 100, 100); // 120 bytes each with its head
        }
        assertThat(queue.frames()).isEqualTo(8);
        assertThat(queue.lost()).isEqualTo(4);
        assertThat(take()).isEqualTo(8);
        queue.frame(0, false, frame, 0, 2000, 2000);
        assertThat(queue.lost()).as("never fits").isEqualTo(5);
    }

    @Test
    void framesComeOutWholeAndInOrderAcrossTheEndOfTheRing() {
        long seed = 7;
        Random random = new Random(seed);
        List<Integer> in = new ArrayList<>();
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            int length = 8 + random.nextInt(300);
            frame.set(ValueLayout.JAVA_INT_UNALIGNED, 0, i);
            frame.set(ValueLayout.JAVA_BYTE, length - 1, (byte) i);
            long before = queue.lost();
            queue.frame(i, false, frame, 0, length, length);
            if (queue.lost() == before) {
                in.add(i);
            }
            if (random.nextInt(3) == 0) {
                queue.take((timeNs, sent, memory, offset, bytes, wireBytes) -> {
                    int number = memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
                    assertThat(timeNs).isEqualTo(number);
                    out.add(number);
                });
            }
        }
        queue.take((timeNs, sent, memory, offset, bytes, wireBytes) -> out.add((int) timeNs));
        assertThat(out).as("seed " + seed).isEqualTo(in);
        assertThat(queue.lost()).isPositive().isLessThan(9000);
    }

    @Test
    @Timeout(30)
    void framesPassFromOneThreadToAnother() throws InterruptedException {
        int count = 100_000;
        FrameQueue shared = new FrameQueue(1 << 20);
        Thread producer = new Thread(() -> {
            MemorySegment bytes = MemorySegment.ofArray(new byte[64]);
            for (int i = 0; i < count; i++) {
                bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 0, i);
                bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 60, i);
                shared.frame(i, false, bytes, 0, 64, 64);
            }
            shared.close();
        });
        producer.start();
        long[] taken = {0, -1};
        boolean last;
        do {
            last = shared.isClosed();
            shared.take((timeNs, sent, memory, offset, length, wireBytes) -> {
                assertThat(memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset)).isEqualTo((int) timeNs);
                assertThat(memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset + 60)).isEqualTo((int) timeNs);
                assertThat(timeNs).isGreaterThan(taken[1]);
                taken[1] = timeNs;
                taken[0]++;
            });
        } while (!last);
        producer.join();
        assertThat(taken[0]).isEqualTo(shared.frames());
        assertThat(shared.frames() + shared.lost()).isEqualTo(count);
    }

    @Test
    void wayAndLengthOnTheWireAreKept() {
        queue.frame(1, true, frame, 0, 64, 1500);
        queue.frame(2, false, frame, 0, 64, 64);
        List<String> out = new ArrayList<>();
        queue.take((timeNs, sent, memory, offset, length, wireBytes) -> out.add(sent + " " + length + " of " + wireBytes));
        assertThat(out).containsExactly("true 64 of 1500", "false 64 of 64");
    }
}
