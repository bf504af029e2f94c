package org.millrace.runtime.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.port.FrameBatch;

/** One capture of several data paths on their threads. */
class CaptureTest {
    private static final int SHARDS = 3;
    private static final int FRAMES = 20_000;

    private final FrameQueue queue = new FrameQueue(1 << 20);
    private final AtomicLong clock = new AtomicLong();

    private Capture capture(long bytes, long frames) {
        return new Capture(CaptureFilter.ALL, queue, bytes, frames, 1000, 0).of(SHARDS);
    }

    private void offer(Capture capture, int shard) {
        FrameBatch batch = new FrameBatch(4);
        IntStream.range(0, 4).forEach(i -> batch.add(MemorySegment.ofArray(new byte[100 + shard]), 0, 100 + shard, 0, 0));
        for (int i = 0; i < FRAMES; i += 4) {
            long roundNs = clock.incrementAndGet();
            for (int frame = 0; frame < 4; frame++) {
                capture.received(batch, frame, roundNs);
            }
        }
        capture.close();
    }

    private List<Long> run(Capture capture) throws InterruptedException {
        List<Thread> threads = IntStream.range(0, SHARDS).mapToObj(shard -> new Thread(() -> offer(capture, shard))).toList();
        threads.forEach(Thread::start);
        List<Long> times = new ArrayList<>();
        boolean last;
        do {
            last = queue.isClosed();
            queue.take((timeNs, sent, memory, offset, length, wireBytes) -> times.add(timeNs));
        } while (!last);
        for (Thread thread : threads) {
            thread.join();
        }
        return times;
    }

    @Test
    @Timeout(30)
    void timeDoesNotGoBackAndEveryFrameIsCounted() throws InterruptedException {
        List<Long> times = run(capture(Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(times).isSorted().hasSize((int) queue.frames());
        assertThat(queue.frames() + queue.lost()).isEqualTo((long) SHARDS * FRAMES);
    }

    @Test
    @Timeout(30)
    void limitsAreOfAllTogether() throws InterruptedException {
        run(capture(Long.MAX_VALUE, 5000));
        assertThat(queue.frames() + queue.lost()).isEqualTo(5000);
    }

    @Test
    void sinkIsOpenAsLongAsOneDataPathHasFrames() {
        Capture capture = capture(Long.MAX_VALUE, 10);
        capture.close();
        capture.close();
        assertThat(queue.isClosed()).isFalse();
        capture.close();
        assertThat(queue.isClosed()).isTrue();
    }
}
