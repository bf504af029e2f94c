package org.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.sim.TrafficManager.Limits;

class TrafficManagerTest {
    private final SplittableRandom random = new SplittableRandom(5);

    @Test
    void higherPrioritiesGoFirst() {
        TrafficManager queues = new TrafficManager(2, Limits.shared(8, 10_000, 1));
        assertThat(queues.next(1)).isEqualTo(-1);
        queues.enter(queues.queue(1, 2), 100);
        queues.enter(queues.queue(1, 7), 100);
        queues.enter(queues.queue(0, 3), 100);
        assertThat(queues.next(1)).isEqualTo(queues.queue(1, 7));
        queues.leave(queues.queue(1, 7), 100);
        assertThat(queues.next(1)).isEqualTo(queues.queue(1, 2));
        assertThat(queues.next(0)).isEqualTo(queues.queue(0, 3));
        assertThat(queues.used()).isEqualTo(200);
        assertThat(queues.mostUsed()).isEqualTo(300);
    }

    /** With α = 1 a lone queue settles at half of the buffer, each of two at a third (Choudhury and Hahne). */
    @Test
    void dynamicThresholdsShareTheBuffer() {
        TrafficManager queues = new TrafficManager(3, Limits.shared(1, 30_000, 1));
        fill(queues, 0);
        assertThat(queues.used(0)).isEqualTo(15_000);
        fill(queues, 1);
        assertThat(queues.used(1)).isEqualTo(7_500);
        while (queues.used(0) > 10_000) {
            queues.leave(0, 100);
        }
        fill(queues, 1);
        assertThat(queues.used(1)).isEqualTo(10_000);
        assertThat(queues.admits(0, 100, random)).isEqualTo(TrafficManager.REFUSED);
    }

    private void fill(TrafficManager queues, int queue) {
        while (queues.admits(queue, 100, random) != TrafficManager.REFUSED) {
            queues.enter(queue, 100);
        }
    }

    @Test
    void aLongQueueMarksAndALongerOneRefuses() {
        TrafficManager queues = new TrafficManager(1, Limits.shared(1, 1_000_000, 8).marking(3_000).queue(5_000));
        for (int waiting = 0; waiting < 5_000; waiting += 1_000) {
            assertThat(queues.admits(0, 1_000, random)).isEqualTo(waiting < 3_000 ? TrafficManager.ENTERS : TrafficManager.MARKED);
            queues.enter(0, 1_000);
        }
        assertThat(queues.admits(0, 1, random)).isEqualTo(TrafficManager.REFUSED);
    }

    @Test
    void earlyDroppingGrowsLinearly() {
        TrafficManager queues = new TrafficManager(1, Limits.shared(1, 1_000_000, 8).early(1_000, 3_000, 0.5));
        queues.enter(0, 999);
        assertThat(early(queues)).isZero();
        queues.enter(0, 1_001); // half way
        assertThat(early(queues)).isBetween(2_300, 2_700);
        queues.enter(0, 1_000);
        assertThat(early(queues)).isEqualTo(10_000);
    }

    private int early(TrafficManager queues) {
        int early = 0;
        for (int i = 0; i < 10_000; i++) {
            early += queues.admits(0, 100, random) == TrafficManager.EARLY ? 1 : 0;
        }
        return early;
    }

    @Test
    void cellsAreCountedWhole() {
        TrafficManager queues = new TrafficManager(1, new Limits(1, 176, 10, 100, 10, 10, Long.MAX_VALUE, Long.MAX_VALUE, 0));
        queues.enter(0, 177);
        assertThat(queues.used()).isEqualTo(2);
        queues.leave(0, 177);
        assertThat(queues.used()).isZero();
        assertThatThrownBy(() -> Limits.shared(33, 1, 1)).hasMessageContaining("33 priorities (1 to 32)");
    }
}
