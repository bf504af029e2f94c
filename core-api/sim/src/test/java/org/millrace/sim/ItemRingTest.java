package org.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ItemRingTest {
    @Test
    void keepsTheOrderAcrossItsEndAndRefusesWhenFull() {
        ItemRing ring = new ItemRing(3);
        for (long item = 0; item < 100; item++) {
            assertThat(ring.offer(item, item)).isTrue();
            assertThat(ring.offer(item + 1_000, item)).isTrue();
            assertThat(ring.peek()).isEqualTo(item);
            assertThat(ring.take(item)).isEqualTo(item);
            assertThat(ring.take(item)).isEqualTo(item + 1_000);
        }
        assertThat(ring.offer(1, 100) && ring.offer(2, 100) && ring.offer(3, 100)).isTrue();
        assertThat(ring.isFull()).isTrue();
        assertThat(ring.offer(4, 100)).isFalse();
        assertThat(ring.refused()).isEqualTo(1);
        assertThat(ring.mostDepth()).isEqualTo(3);
        assertThat(ring.entered()).isEqualTo(203);
    }

    @Test
    void theMeanDepthIsOverTime() {
        ItemRing ring = new ItemRing(8);
        ring.offer(1, 0);
        ring.offer(2, 100);
        ring.take(200);
        ring.take(300);
        assertThat(ring.isEmpty()).isTrue();
        assertThat(ring.meanDepth(400)).isEqualTo(1.0);
    }

    @Test
    void nothingComesOutOfAnEmptyOne() {
        assertThatThrownBy(() -> new ItemRing(1).take(0)).hasMessage("the ring is empty");
        assertThatThrownBy(() -> new ItemRing(0)).hasMessage("a ring of 0 items");
    }
}
