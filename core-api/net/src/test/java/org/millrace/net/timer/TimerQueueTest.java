package org.millrace.net.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerQueueTest {
    private static Timed timer() {
        return new Timed() {
        };
    }

    @Test
    void emptyQueueNeverExpires() {
        TimerQueue queue = new TimerQueue();
        assertThat(queue.nextNs()).isEqualTo(Timed.NEVER);
        assertThat(queue.poll(Long.MAX_VALUE - 1)).isNull();
    }

    @Test
    void behavesLikeASortedList() {
        long seed = 42;
        Random random = new Random(seed);
        TimerQueue queue = new TimerQueue();
        List<Timed> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(timer());
        }
        for (int round = 0; round < 20_000; round++) {
            Timed timer = all.get(random.nextInt(all.size()));
            if (random.nextInt(4) == 0) {
                queue.cancel(timer);
            } else {
                queue.schedule(timer, random.nextInt(1_000));
            }
            long next = all.stream().mapToLong(t -> t.deadlineNs).min().orElseThrow();
            assertThat(queue.nextNs()).as("seed %d, round %d", seed, round).isEqualTo(next);
            if (random.nextInt(8) == 0 && next != Timed.NEVER) {
                assertThat(queue.poll(next - 1)).isNull();
                Timed due = queue.poll(next);
                assertThat(due.slot).isEqualTo(-1);
                assertThat(due.deadlineNs).isEqualTo(Timed.NEVER);
            }
        }
        assertThat(queue.size()).isEqualTo((int) all.stream().filter(t -> t.deadlineNs != Timed.NEVER).count());
    }
}
