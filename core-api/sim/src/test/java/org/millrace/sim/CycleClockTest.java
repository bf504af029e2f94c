package org.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CycleClockTest {
    @Test
    void cyclesOfAnAgilioAreExact() {
        CycleClock clock = new CycleClock(800);
        assertThat(clock.picoseconds(3)).isEqualTo(3_750);
        assertThat(clock.cycles(3_749)).isEqualTo(2);
        assertThat(clock.cycles(3_750)).isEqualTo(3);
        assertThat(clock.nanoseconds(3)).isEqualTo(4);
        assertThat(clock.nextEdge(3_750)).isEqualTo(3_750);
        assertThat(clock.nextEdge(3_751)).isEqualTo(5_000);
    }

    @Test
    void aCycleComesBackAsItself() {
        SplittableRandom random = new SplittableRandom(17);
        for (int mhz : new int[] {1, 633, 800, 1_200, 1_300, 3_999}) {
            CycleClock clock = new CycleClock(mhz);
            for (int i = 0; i < 10_000; i++) {
                long cycle = random.nextLong(1L << random.nextInt(1, 40));
                long timePs = clock.picoseconds(cycle);
                assertThat(clock.cycles(timePs)).as("%d MHz", mhz).isEqualTo(cycle);
                assertThat(timePs == 0 ? -1 : clock.cycles(timePs - 1)).as("%d MHz", mhz).isEqualTo(cycle - 1);
                assertThat(clock.nextEdge(timePs)).as("%d MHz", mhz).isEqualTo(timePs);
            }
        }
    }

    @Test
    void aClockNeedsAFrequency() {
        assertThatThrownBy(() -> new CycleClock(0)).hasMessage("a clock of 0 MHz; allowed is 1 to 1000000");
    }
}
