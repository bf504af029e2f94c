package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankClassesTest {
    private record Queued(int flow, int rank) {
        int bits() {
            return Math.max(32 - Integer.numberOfLeadingZeros(rank) - 1, 0) / 4;
        }
    }

    @Test
    void ranksOfOneClassAreServedAsTheyCame() {
        RankClasses queue = new RankClasses(4, 8);
        queue.submit(1, 15);
        queue.submit(2, 3);
        queue.submit(3, Integer.MAX_VALUE);
        queue.submit(4, 16);
        assertThat(queue.classes()).isEqualTo(8);
        assertThat(List.of(queue.next(0), queue.next(0), queue.next(0), queue.next(0), queue.next(0)))
            .containsExactly(1, 2, 4, 3, 0);
        assertThat(queue.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    /** Against a list, searched for the first of the lowest class. */
    @Test
    void theFirstOfTheLowestClassGoes() {
        long seed = 9;
        Random random = new Random(seed);
        RankClasses queue = new RankClasses(60, 8);
        List<Queued> list = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            int flow = 1 + random.nextInt(60);
            Queued old = list.stream().filter(q -> q.flow == flow).findFirst().orElse(null);
            switch (random.nextInt(4)) {
                case 0 -> {
                    queue.remove(flow);
                    list.remove(old);
                }
                case 1 -> {
                    Queued next = list.stream().min(Comparator.comparingInt(Queued::bits)).orElse(new Queued(0, 0));
                    assertThat(queue.next(0)).as("seed %d, step %d", seed, i).isEqualTo(next.flow);
                    list.remove(next);
                }
                default -> {
                    Queued now = new Queued(flow, random.nextInt() >>> 1 + random.nextInt(30));
                    queue.submit(flow, now.rank);
                    if (old == null || old.bits() != now.bits()) {
                        list.remove(old);
                        list.add(now);
                    }
                }
            }
        }
    }
}
