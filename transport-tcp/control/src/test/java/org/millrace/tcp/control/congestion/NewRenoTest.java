package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NewRenoTest {
    private static final int MSS = 1000;
    private static final int BASE = Integer.MAX_VALUE - 20_000; // sequence numbers wrap during the tests

    private final NewReno reno = new NewReno(MSS, 10 * MSS, 1000 * MSS);
    private int una = BASE;

    /** One round trip with the window full. */
    private boolean round(int ecnBytes) {
        int window = reno.window();
        una += window;
        return reno.onAcked(window, ecnBytes, una, una + window, 0);
    }

    @Test
    void slowStartDoubles() {
        round(0);
        assertThat(reno.window()).isEqualTo(20 * MSS);
        round(0);
        assertThat(reno.window()).isEqualTo(40 * MSS);
    }

    @Test
    void windowIsBounded() {
        for (int i = 0; i < 40; i++) {
            round(0);
        }
        assertThat(reno.window()).isEqualTo(1000 * MSS);
    }

    @Test
    void fastRetransmitHalvesOnceAWindow() {
        round(0);
        int max = una + 20 * MSS;
        reno.onFastRetransmit(una, max);
        assertThat(reno.window()).isEqualTo(10 * MSS);
        reno.onFastRetransmit(una + 5 * MSS, max);
        assertThat(reno.window()).isEqualTo(10 * MSS);
        reno.onFastRetransmit(max, max + 10 * MSS);
        assertThat(reno.window()).isEqualTo(5 * MSS);
    }

    @Test
    void avoidanceGrowsOneSegmentAWindow() {
        reno.onFastRetransmit(una, una + 10 * MSS);
        una += 10 * MSS;
        assertThat(reno.window()).isEqualTo(5 * MSS);
        round(0);
        assertThat(reno.window()).isEqualTo(6 * MSS);
        round(0);
        assertThat(reno.window()).isEqualTo(7 * MSS);
    }

    @Test
    void growthIsTheSameHoweverAcksAreSplit() {
        reno.onFastRetransmit(una, una + 10 * MSS);
        una += 10 * MSS;
        for (int i = 0; i < 500; i++) {
            una += 10;
            reno.onAcked(10, 0, una, una + 5 * MSS, 0);
        }
        assertThat(reno.window()).isEqualTo(6 * MSS);
    }

    @Test
    void timeoutGoesToOneSegmentAndSlowStartsToHalf() {
        reno.onTimeout(10 * MSS, false);
        assertThat(reno.window()).isEqualTo(MSS);
        assertThat(reno.slowStartThreshold()).isEqualTo(5 * MSS);
        reno.onTimeout(MSS, true);
        assertThat(reno.slowStartThreshold()).as("same data again").isEqualTo(5 * MSS);
        round(0);
        round(0);
        assertThat(reno.window()).isEqualTo(4 * MSS);
        round(0);
        assertThat(reno.window()).isEqualTo(5 * MSS);
    }

    @Test
    void thresholdIsAtLeastTwoSegments() {
        reno.onTimeout(100, false);
        assertThat(reno.slowStartThreshold()).isEqualTo(2 * MSS);
    }

    @Test
    void marksHalveOnceAWindow() {
        assertThat(round(1)).isTrue();
        assertThat(reno.window()).isEqualTo(5 * MSS);
        int max = una + 10 * MSS;
        assertThat(reno.onAcked(MSS, MSS, una + MSS, max, 0)).isFalse();
        assertThat(reno.window()).isEqualTo(5 * MSS);
        assertThat(reno.onAcked(9 * MSS, MSS, max, max + 5 * MSS, 0)).isTrue();
    }

    @Test
    void idleGoesBackToTheInitialWindowNotAboveTheOwn() {
        round(0);
        reno.onIdle();
        assertThat(reno.window()).isEqualTo(10 * MSS);
        reno.onTimeout(MSS, false);
        reno.onIdle();
        assertThat(reno.window()).isEqualTo(MSS);
    }

    @Test
    void unusedWindowDoesNotGrow() {
        reno.onAcked(MSS, 0, una + MSS, una + MSS, 0);
        assertThat(reno.window()).isEqualTo(10 * MSS);
    }
}
