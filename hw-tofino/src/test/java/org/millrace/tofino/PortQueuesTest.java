package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.tofino.machine.Machine;

/** A port at 100 Gbit/s and 1500 MHz takes a frame of 1514 bytes in 185 cycles, its preamble and gap included. */
final class PortQueuesTest {
    private static final int FRAME_BYTES = 1514;
    private static final int FRAME_CELLS = 9;
    private static final int FRAME_CYCLES = 185;

    private final PortQueues<SegmentMeta> queues = new PortQueues<>(Machine.tofino2());

    private long cells(int priority) {
        return queues.counters().getOrDefault("queue " + priority + " depth cells", 0L);
    }

    private void enter(int priority, int frame, long cycle) {
        SegmentMeta item = new SegmentMeta();
        ViewCursor.move(item, new int[SegmentMeta.BYTES / 4], 0);
        item.frame(frame);
        queues.enter(priority, FRAME_BYTES, item, cycle);
    }

    /** Takes the next frame and answers which it is. */
    private int take() {
        return queues.take().frame();
    }

    @Test
    void framesLeaveAtThePortsRate() {
        for (int i = 0; i < 10; i++) {
            enter(0, i, 1000);
        }
        assertThat(cells(0)).isEqualTo(10 * FRAME_CELLS);
        for (int i = 0; i < 10; i++) {
            assertThat(queues.nextCycle()).isEqualTo(1000 + (long) i * FRAME_CYCLES);
            assertThat(take()).isEqualTo(i);
        }
        assertThat(cells(0)).isZero();
        assertThat(queues.isEmpty()).isTrue();
        assertThat(queues.nextCycle()).isEqualTo(PortQueues.NEVER);
    }

    @Test
    void theHigherPriorityGoesFirstAndFindsAQueueOfItsOwn() {
        for (int i = 0; i < 200; i++) {
            enter(0, i, 0);
        }
        assertThat(queues.marks(0)).isTrue();
        assertThat(queues.marks(7)).isFalse();
        enter(7, 500, 0);
        enter(7, 501, 0);
        assertThat(List.of(take(), take(), take(), take())).containsExactly(500, 501, 0, 1);
        assertThat(cells(7)).isZero();
        assertThat(cells(0)).isEqualTo(198 * FRAME_CELLS);
    }

    @Test
    void anIdlePortSavesUpNoTime() {
        enter(0, 1, 0);
        take();
        enter(0, 2, 1_000_000);
        enter(0, 3, 1_000_000);
        assertThat(queues.nextCycle()).isEqualTo(1_000_000);
        take();
        assertThat(queues.nextCycle()).isEqualTo(1_000_000 + FRAME_CYCLES);
    }

    @Test
    void aPortThatIsBusyLetsTheNextWait() {
        enter(0, 1, 100);
        take();
        enter(0, 2, 110);
        assertThat(queues.nextCycle()).isEqualTo(100 + FRAME_CYCLES);
    }

    /** Against queues that are lists, with bursts that make them grow while they wrap. */
    @Test
    void keepsTheOrderWithinAPriority() {
        long seed = 11;
        Random random = new Random(seed);
        List<Deque<Integer>> model = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            model.add(new ArrayDeque<>());
        }
        for (int frame = 0; frame < 5000; frame++) {
            int priority = random.nextInt(8);
            enter(priority, frame, frame);
            model.get(priority).add(frame);
            while (!queues.isEmpty() && random.nextInt(10) < 4) {
                Deque<Integer> first = model.reversed().stream().filter(q -> !q.isEmpty()).findFirst().orElseThrow();
                assertThat(take()).as("seed %d, frame %d", seed, frame).isEqualTo(first.poll());
            }
        }
        assertThat(queues.isEmpty()).isEqualTo(model.stream().allMatch(Deque::isEmpty));
    }
}
