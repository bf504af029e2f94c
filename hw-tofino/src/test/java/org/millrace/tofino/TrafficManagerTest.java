package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.tofino.machine.Machine;

/** A port at 100 Gbit/s and 1500 MHz takes a frame of 1514 bytes in 185 cycles, its preamble and gap included. */
final class TrafficManagerTest {
    private static final int FRAME_BYTES = 1514;
    private static final int FRAME_CELLS = 9;
    private static final int FRAME_CYCLES = 185;

    private final TrafficManager queues = new TrafficManager(Machine.tofino2());

    private long cells(int priority) {
        return queues.counters().getOrDefault("queue " + priority + " depth cells", 0L);
    }

    @Test
    void framesLeaveAtThePortsRate() {
        for (int i = 0; i < 10; i++) {
            queues.enter(0, FRAME_BYTES, false, 1000);
        }
        assertThat(queues.isPausing(0, 1000)).isFalse();
        assertThat(cells(0)).as("one is on the wire").isEqualTo(9 * FRAME_CELLS);
        queues.admits(0, 1000 + 5 * FRAME_CYCLES);
        assertThat(cells(0)).isEqualTo(4 * FRAME_CELLS);
        assertThat(queues.drain(1000)).isEqualTo(1000 + 9 * FRAME_CYCLES);
        assertThat(queues.isEmpty()).isTrue();
    }

    @Test
    void theHigherPriorityGoesFirstAndFindsAQueueOfItsOwn() {
        for (int i = 0; i < 200; i++) {
            queues.enter(0, FRAME_BYTES, true, 0);
        }
        assertThat(queues.enter(0, FRAME_BYTES, true, 0)).as("marked").isTrue();
        assertThat(queues.enter(7, FRAME_BYTES, true, 0)).as("marked").isFalse();
        long before = cells(0);
        queues.admits(0, FRAME_CYCLES);
        assertThat(cells(7)).isZero();
        assertThat(cells(0)).isEqualTo(before);
    }

    @Test
    void anIdlePortSavesUpNoTime() {
        queues.enter(0, FRAME_BYTES, false, 0);
        queues.enter(0, FRAME_BYTES, false, 1_000_000);
        queues.enter(0, FRAME_BYTES, false, 1_000_000);
        queues.admits(0, 1_000_000);
        assertThat(cells(0)).isEqualTo(FRAME_CELLS);
    }
}
