package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.program.TcpConfig;

class RttEstimatorTest {
    private final RttEstimator rtt = new RttEstimator(TcpConfig.parse(Map.of("rto-min-ms", "1")));

    private double timeoutMs() {
        return rtt.timeoutNs() / 1e6;
    }

    @Test
    void oneSecondAtFirst() { // RFC 6298 (2.1)
        assertThat(timeoutMs()).isEqualTo(1000);
    }

    @Test
    void firstSample() { // (2.2): R + 4 * R/2
        rtt.sample(100_000);
        assertThat(timeoutMs()).isEqualTo(300);
    }

    @Test
    void secondSample() { // (2.3): RTTVAR = 3/4 * 50 + 1/4 * 40, SRTT = 7/8 * 100 + 1/8 * 140
        rtt.sample(100_000);
        rtt.sample(140_000);
        assertThat(rtt.smoothedUs()).isEqualTo(105_000);
        assertThat(timeoutMs()).isEqualTo(105 + 4 * 47.5);
    }

    @Test
    void variationIsAtLeastTheClocksTick() {
        for (int i = 0; i < 100; i++) {
            rtt.sample(50);
        }
        assertThat(rtt.timeoutNs()).isEqualTo(1_050_000);
    }

    @Test
    void boundsHold() {
        RttEstimator usual = new RttEstimator(TcpConfig.DEFAULT);
        usual.sample(50);
        assertThat(usual.timeoutNs()).isEqualTo(200_000_000);
        usual.sample(1_000_000_000);
        assertThat(usual.timeoutNs()).isEqualTo(60_000_000_000L);
    }

    @Test
    void backOffDoublesUpToAMinuteAndEnds() {
        rtt.sample(100_000);
        rtt.doubleTimeout();
        rtt.doubleTimeout();
        assertThat(timeoutMs()).isEqualTo(1200);
        for (int i = 0; i < 100; i++) {
            rtt.doubleTimeout();
        }
        assertThat(timeoutMs()).isEqualTo(60_000);
        rtt.endBackOff();
        assertThat(timeoutMs()).isEqualTo(300);
    }

    @Test
    void lostSynMeansThreeSeconds() { // (5.7)
        rtt.synTimedOut();
        assertThat(timeoutMs()).isEqualTo(3000);
    }
}
