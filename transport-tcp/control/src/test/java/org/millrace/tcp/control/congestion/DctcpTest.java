package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DctcpTest {
    private static final int MSS = 1000;

    private final Dctcp dctcp = new Dctcp(MSS, 100 * MSS, 100 * MSS);
    private int una;

    private boolean round(double markedShare) {
        int window = dctcp.window();
        una += window;
        return dctcp.onAcked(window, (int) (window * markedShare), una, una + window, 0);
    }

    @Test
    void firstMarkHalves() { // alpha starts at 1
        assertThat(round(0.01)).isTrue();
        assertThat(dctcp.window()).isEqualTo(50 * MSS);
    }

    @Test
    void alphaFollowsTheShareOfMarks() {
        for (int i = 0; i < 200; i++) {
            round(0.25);
        }
        assertThat(dctcp.alpha()).isCloseTo(0.25, within(0.02));
    }

    @Test
    void oneQuietWindowTakesASixteenthOff() {
        round(0);
        round(0);
        assertThat(dctcp.alpha()).isCloseTo(15.0 / 16, within(1e-9));
    }

    @Test
    void fewMarksCutLittle() {
        for (int i = 0; i < 100; i++) {
            round(0);
        }
        double alpha = dctcp.alpha();
        int before = dctcp.window();
        assertThat(before).isEqualTo(100 * MSS);
        assertThat(round(0.1)).isTrue();
        assertThat(alpha).isLessThan(0.01);
        assertThat(dctcp.window()).isBetween(98 * MSS, before - 1);
    }

    @Test
    void oneCutAWindow() {
        round(1);
        int max = una + 100 * MSS;
        int window = dctcp.window();
        assertThat(dctcp.onAcked(10 * MSS, 10 * MSS, una + 10 * MSS, max, 0)).isFalse();
        assertThat(dctcp.window()).isEqualTo(window);
    }

    @Test
    void withoutMarksItGrowsByASegmentARoundTrip() {
        dctcp.onFastRetransmit(una, una + 100 * MSS);
        una += 100 * MSS;
        round(0);
        assertThat(dctcp.window()).isEqualTo(51 * MSS);
    }

    @Test
    void lossStillHalves() {
        for (int i = 0; i < 100; i++) {
            round(0);
        }
        dctcp.onFastRetransmit(una, una + 100 * MSS);
        assertThat(dctcp.window()).isEqualTo(50 * MSS);
    }
}
