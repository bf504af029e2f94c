package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankHeapTest {
    @Test
    void theLowestRankGoesFirstAndMayChange() {
        RankHeap queue = new RankHeap(5);
        assertThat(queue.next(0)).isZero();
        assertThat(queue.deadlineNs()).isEqualTo(Long.MAX_VALUE);
        queue.submit(1, 30);
        queue.submit(2, 20);
        queue.submit(3, 10);
        queue.submit(1, 5);
        queue.remove(3);
        queue.remove(4);
        assertThat(queue.deadlineNs()).isEqualTo(Long.MIN_VALUE);
        assertThat(queue.next(0)).isEqualTo(1);
        assertThat(queue.next(0)).isEqualTo(2);
        assertThat(queue.next(0)).isZero();
    }

    /** Against a map of ranks. */
    @Test
    void alwaysAnswersALowestRank() {
        long seed = 8;
        Random random = new Random(seed);
        RankHeap queue = new RankHeap(100);
        Map<Integer, Integer> ranks = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            int flow = 1 + random.nextInt(100);
            switch (random.nextInt(4)) {
                case 0 -> {
                    queue.remove(flow);
                    ranks.remove(flow);
                }
                case 1 -> {
                    int next = queue.next(0);
                    assertThat(next == 0).as("seed %d", seed).isEqualTo(ranks.isEmpty());
                    if (next != 0) {
                        assertThat(ranks.get(next)).as("seed %d", seed).isEqualTo(Collections.min(ranks.values()));
                        ranks.remove(next);
                    }
                }
                default -> {
                    int rank = random.nextInt(1000);
                    queue.submit(flow, rank);
                    ranks.put(flow, rank);
                }
            }
        }
    }
}
