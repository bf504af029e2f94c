package org.millrace.agilio.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every flow has its turn once, not before its time, and within a slot of it. */
class TimeWheelTest {
    private static final int SLOTS = 16;
    private static final long SLOT_NS = 320;
    private static final long SEED = 4;

    @Test
    void everyFlowHasItsTurnInItsSlotOrTheFarthest() {
        Random random = new Random(SEED);
        int flows = 200;
        TimeWheel wheel = new TimeWheel(flows, SLOTS, SLOT_NS);
        long[] dueNs = new long[flows + 1];
        for (int flow = 1; flow <= flows; flow++) {
            long delayNs = random.nextInt((int) (2 * SLOTS * SLOT_NS));
            dueNs[flow] = delayNs;
            wheel.add(flow, 0, delayNs);
            wheel.add(flow, 0, 1); // it is queued already
        }
        List<Integer> seen = new ArrayList<>();
        long horizonNs = (SLOTS - 1) * SLOT_NS;
        for (long nowNs = 0; nowNs <= horizonNs; nowNs += SLOT_NS / 4) {
            for (int flow = wheel.next(nowNs); flow != 0; flow = wheel.next(nowNs)) {
                seen.add(flow);
                long due = Math.min(dueNs[flow], horizonNs);
                assertThat(nowNs).as("flow %d, seed %d", flow, SEED).isBetween(due, due + SLOT_NS);
            }
        }
        assertThat(seen).doesNotHaveDuplicates().hasSize(flows);
        assertThat(wheel.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsNotPacedGoesRoundRobin() {
        TimeWheel wheel = new TimeWheel(3, SLOTS, SLOT_NS);
        wheel.add(2, 0, 0);
        wheel.add(1, 0, 0);
        assertThat(wheel.deadlineNs()).isEqualTo(Long.MIN_VALUE);
        assertThat(wheel.next(0)).isEqualTo(2);
        wheel.add(2, 0, 0);
        assertThat(wheel.next(0)).isEqualTo(1);
        assertThat(wheel.next(0)).isEqualTo(2);
        assertThat(wheel.next(0)).isZero();
    }
}
