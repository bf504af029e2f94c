package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TimelyTest {
    private static final int MSS = 1000;
    private static final int WINDOW = 10 * MSS;
    private static final int LOW_US = 50;
    private static final int HIGH_US = 500;
    private static final long STEP = Timely.STEP;

    private final Timely timely = new Timely(MSS, WINDOW, 1_000_000, LOW_US, HIGH_US);
    private int una;

    /** A round trip with as much acknowledged as the rate fills it with. Answers the change of the rate. */
    private double round(long us) {
        long before = timely.rate();
        int bytes = (int) (before * us / 1_000_000) + 1;
        una += bytes;
        timely.onAcked(bytes, 0, una, una + bytes, 0);
        timely.onRoundTrip(us);
        return timely.rate() - before;
    }

    @Test
    void firstRoundTripSpreadsTheInitialWindowOverIt() {
        assertThat(timely.rate()).as("not paced").isZero();
        assertThat(timely.window()).isEqualTo(WINDOW);
        round(100);
        assertThat(timely.rate()).isEqualTo(100_000_000);
        assertThat(timely.window()).isEqualTo(2 * WINDOW);
    }

    @Test
    void shortRoundTripsRaiseByAStepWhateverTheGradient() {
        round(20);
        assertThat(round(45)).isEqualTo(STEP);
        assertThat(round(30)).isEqualTo(STEP);
    }

    @Test
    void longRoundTripsCutByHowFarTheyAreAbove() {
        round(100);
        assertThat(round(1000)).isEqualTo(-0.8 * (1 - 0.5) * 100_000_000);
    }

    @Test
    void inBetweenAFallingGradientRaisesAndAfterFiveTimesByFive() {
        round(200);
        for (int i = 1; i <= 4; i++) {
            assertThat(round(200)).as("round " + i).isEqualTo(STEP);
        }
        assertThat(round(200)).isEqualTo(5 * STEP);
        assertThat(round(190)).isEqualTo(5 * STEP);
    }

    @Test
    void inBetweenARisingGradientCutsByItself() {
        round(100);
        // 0.875 x 20 us / 100 us
        assertThat(round(120)).isCloseTo(-0.8 * 0.175 * 100_000_000, within(1.0));
    }

    @Test
    void steepGradientLeavesAFifth() {
        round(100);
        round(450);
        assertThat((double) timely.rate()).isCloseTo(20_000_000, within(1.0));
    }

    @Test
    void rateThatIsNotUsedDoesNotRise() {
        round(40);
        long before = timely.rate();
        timely.onAcked(10, 0, una, una, 0);
        timely.onRoundTrip(40);
        assertThat(timely.rate()).isEqualTo(before);
    }

    @Test
    void rateHasBounds() {
        for (int i = 0; i < 200; i++) {
            round(100_000);
        }
        assertThat(timely.rate()).isEqualTo(STEP);
        assertThat(timely.window()).as("of the least rate").isEqualTo(2 * 125_000);
        Timely fast = new Timely(MSS, 1 << 30, 1 << 30, LOW_US, HIGH_US);
        fast.onAcked(1, 0, 1, 2, 0);
        fast.onRoundTrip(0);
        assertThat(fast.rate()).isEqualTo(12_500_000_000L);
    }

    @Test
    void lossHalvesOnceAWindow() {
        round(100);
        timely.onFastRetransmit(1000, 9000);
        timely.onFastRetransmit(2000, 9000);
        assertThat(timely.rate()).isEqualTo(50_000_000);
        timely.onAcked(1, 0, 9000, 20_000, 0);
        timely.onFastRetransmit(9000, 20_000);
        assertThat(timely.rate()).isEqualTo(25_000_000);
    }

    @Test
    void timeoutHalvesAndBeginsWithOneSegment() {
        round(100);
        timely.onTimeout(20_000, false);
        assertThat(timely.rate()).isEqualTo(50_000_000);
        assertThat(timely.window()).isEqualTo(MSS);
        timely.onTimeout(20_000, true);
        assertThat(timely.rate()).isEqualTo(STEP);
        timely.onAcked(5000, 0, 5000, 20_000, 0);
        assertThat(timely.window()).isEqualTo(6 * MSS);
        timely.onAcked(50_000, 0, 55_000, 60_000, 0);
        assertThat(timely.window()).isEqualTo(WINDOW);
    }

    @Test
    void idlenessEndsWithTheInitialRate() {
        round(100);
        for (int i = 0; i < 100; i++) {
            round(40);
        }
        assertThat(timely.rate()).isEqualTo(100_000_000 + 100 * STEP);
        timely.onIdle();
        assertThat(timely.window()).isEqualTo(WINDOW);
        assertThat(timely.rate()).isEqualTo(225_000_000); // ten segments a round trip would be 250 MB/s
    }

    @Test
    void marksAreNothingToIt() {
        round(100);
        assertThat(timely.onAcked(1000, 1000, 1000, 2000, 0)).isFalse();
        assertThat(timely.rate()).isEqualTo(100_000_000);
    }
}
