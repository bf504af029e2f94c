package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.memory.ContextLayout;

class ConnectionSlotsTest {
    @Test
    void takesAsManyAsThereMayBeAndKeepsWhatItHadWhileItGrows() {
        ConnectionSlots slots = new ConnectionSlots(1000);
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            int id = slots.take(0, i + 1);
            slots.sentBytes(ContextLayout.slot(id), i);
            assertThat(taken.add(id)).isTrue();
        }
        assertThat(slots.take(0, 1)).isEqualTo(-1);
        assertThat(slots.live()).isEqualTo(1000);
        for (int id : taken) {
            int slot = slots.own(id);
            assertThat(slots.sentBytes(slot)).isEqualTo(slots.flow(slot) - 1L);
        }
    }

    @Test
    void heapGrowsWithUse() {
        ConnectionSlots slots = new ConnectionSlots(65_536);
        assertThat(slots.count()).isLessThan(1000);
        for (int i = 0; i < 5000; i++) {
            slots.give(ContextLayout.slot(slots.take(0, 1)));
        }
        assertThat(slots.count()).as("one at a time").isLessThan(1000);
    }

    @Test
    void slotsAreNeverTakenTwice() {
        Random random = new Random(5); // any seed will do
        ConnectionSlots slots = new ConnectionSlots(3000);
        Queue<Integer> live = new ArrayDeque<>();
        Set<Integer> slotsTaken = new HashSet<>();
        for (int i = 0; i < 50_000; i++) {
            if (random.nextInt(100) < 52 && live.size() < 3000) {
                int id = slots.take(0, 1);
                assertThat(slotsTaken.add(ContextLayout.slot(id))).isTrue();
                live.add(id);
            } else if (!live.isEmpty()) {
                int id = live.remove();
                assertThat(slots.own(id)).isNotNegative();
                slotsTaken.remove(ContextLayout.slot(id));
                slots.give(ContextLayout.slot(id));
                assertThat(slots.own(id)).isEqualTo(-1);
            }
            assertThat(slots.live()).isEqualTo(live.size());
        }
    }
}
