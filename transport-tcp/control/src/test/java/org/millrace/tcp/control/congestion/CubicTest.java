package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Against the formulas of RFC 9438. */
class CubicTest {
    private static final int MSS = 1000;
    private static final long MS = 1_000_000;
    private static final long RTT_US = 100_000;

    private final Cubic cubic = new Cubic(MSS, 10 * MSS, 100_000 * MSS);
    private long nowNs = 1_000 * MS;
    private int una;

    /** A window is sent and acknowledged. */
    private void round() {
        int window = cubic.window();
        una += window;
        nowNs += RTT_US * 1000;
        cubic.onAcked(window, 0, una, una + window, nowNs);
        cubic.onRoundTrip(RTT_US);
    }

    private void loss() {
        cubic.onFastRetransmit(una, una + cubic.window());
        una += cubic.window() * 2; // all that was in flight
    }

    private void upTo(int segments) {
        while (cubic.window() < segments * MSS) {
            round();
        }
    }

    @Test
    void slowStartDoublesAndALossLeavesSevenTenths() {
        round();
        assertThat(cubic.window()).isEqualTo(20 * MSS);
        upTo(1000);
        int before = cubic.window();
        loss();
        assertThat(cubic.window()).isCloseTo((int) (0.7 * before), within(1));
        assertThat(cubic.slowStartThreshold()).isEqualTo(cubic.window());
    }

    /** K = cbrt(W_max (1 - beta) / C): 1280 segments are back after cbrt(1280 * 0.3 / 0.4) = 9.9 s. */
    @Test
    void windowIsBackAtItsPeakAfterK() {
        upTo(1280);
        loss();
        long cutNs = nowNs;
        double peak = cubic.window() / 0.7;
        double kS = Math.cbrt(peak / MSS * 0.3 / 0.4);
        while (cubic.window() < peak * 0.999 && nowNs - cutNs < 60_000 * MS) {
            round();
        }
        assertThat((nowNs - cutNs) / 1e9).isCloseTo(kS, within(kS * 0.15));
        int atPeak = cubic.window();
        round();
        assertThat(cubic.window() - atPeak).as("flat around the peak").isLessThan(2 * MSS);
    }

    /** §4.3: on a short path the cube is slow, and Reno's growth is the window. */
    @Test
    void itIsNeverSlowerThanReno() {
        upTo(20);
        loss();
        double segments = cubic.window() / (double) MSS;
        for (int i = 0; i < 10; i++) {
            int window = cubic.window();
            una += window;
            nowNs += 1 * MS;
            cubic.onAcked(window, 0, una, una + window, nowNs);
        }
        assertThat(cubic.window() / (double) MSS - segments).isCloseTo(10 * 0.529, within(0.5));
    }

    @Test
    void oneCutAWindowAndMarksCountAsLosses() {
        upTo(100);
        int before = cubic.window();
        assertThat(cubic.onAcked(MSS, MSS, una + MSS, una + before, nowNs)).isTrue();
        int cut = cubic.window();
        assertThat(cut).isLessThan(before);
        cubic.onFastRetransmit(una + MSS, una + before);
        assertThat(cubic.onAcked(MSS, MSS, una + 2 * MSS, una + before, nowNs)).isFalse();
        assertThat(cubic.window()).isEqualTo(cut);
    }

    @Test
    void fastConvergenceGivesWay() {
        upTo(1000);
        loss();
        round();
        int lower = cubic.window();
        loss();
        double kS = Math.cbrt(lower / (double) MSS * ((1 + 0.7) / 2 - 0.7) / 0.4);
        long cutNs = nowNs;
        while (cubic.window() < lower * 0.85 * 0.999 && nowNs - cutNs < 60_000 * MS) {
            round();
        }
        assertThat((nowNs - cutNs) / 1e9).as("flat already below where it was cut").isCloseTo(kS, within(kS * 0.25));
    }

    @Test
    void whatWasNeedlessIsUndone() {
        upTo(100);
        int before = cubic.window();
        cubic.onFastRetransmit(una, una + before);
        cubic.onSpuriousRetransmit();
        assertThat(cubic.window()).isEqualTo(before);
        cubic.onSpuriousRetransmit();
        assertThat(cubic.window()).isEqualTo(before);
    }

    @Test
    void timeoutLeavesOneSegment() {
        upTo(100);
        cubic.onTimeout(cubic.window(), false);
        assertThat(cubic.window()).isEqualTo(MSS);
        assertThat(cubic.slowStartThreshold()).isBetween(70 * MSS, 120 * MSS);
    }

    /** RFC 9406: a round trip that has grown by an eighth, and stays so, ends slow start after five slower rounds. */
    @Test
    void slowStartEndsWhenAQueueGrows() {
        for (int i = 0; i < 4; i++) {
            round();
        }
        int window = cubic.window();
        for (int i = 0; i < 8 && cubic.slowStartThreshold() == Integer.MAX_VALUE; i++) {
            int flight = cubic.window();
            cubic.onRoundTrip(RTT_US + 15_000);
            una += flight;
            nowNs += RTT_US * 1000;
            cubic.onAcked(flight, 0, una, una + flight, nowNs);
        }
        assertThat(cubic.slowStartThreshold()).isLessThan(Integer.MAX_VALUE);
        assertThat(cubic.window()).isLessThan(window * 7);
    }

    @Test
    void onlyLongPathsArePaced() {
        assertThat(cubic.rate()).isZero();
        round();
        assertThat(cubic.rate()).as("twice a window a round trip").isEqualTo(2L * cubic.window() * 10);
        Cubic near = new Cubic(MSS, 10 * MSS, 1000 * MSS);
        near.onRoundTrip(100);
        assertThat(near.rate()).isZero();
    }
}
