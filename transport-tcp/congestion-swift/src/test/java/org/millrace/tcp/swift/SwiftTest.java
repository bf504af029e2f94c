package org.millrace.tcp.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.millrace.tcp.control.congestion.Delivery;

class SwiftTest {
    private static final int MSS = 1_448;
    private static final long LEAST_US = 20;

    private final Swift swift = new Swift(MSS, 10 * MSS, 1 << 20);
    private final Delivery delivery = new Delivery();
    private int una = 1;
    private long nowNs = 1_000_000_000;

    /** A round trip passes, and so many segments of it are acknowledged. */
    private void round(long rttUs, double segments) {
        nowNs += rttUs * 1_000;
        int bytes = (int) (segments * MSS);
        una += bytes;
        delivery.nowNs = nowNs;
        delivery.ackedBytes = bytes;
        delivery.roundTripUs = rttUs;
        swift.onAcked(bytes, 0, una, una, nowNs);
        swift.onDelivery(delivery);
    }

    private void started() {
        round(LEAST_US, 1);
        swift.onFastRetransmit(una, una); // slow start is over
        round(LEAST_US, 0.001);
    }

    /** §3.5: all of the range at a tenth of a segment, nothing from 100 segments on. */
    @Test
    void targetGrowsAsTheWindowShrinks() {
        assertThat(TargetDelay.us(LEAST_US, 0.1)).isEqualTo(LEAST_US + 25 + 125, within(1e-6));
        assertThat(TargetDelay.us(LEAST_US, 100)).isEqualTo(LEAST_US + 25, within(1e-6));
        assertThat(TargetDelay.us(LEAST_US, 1_000)).isEqualTo(LEAST_US + 25, within(1e-6));
        assertThat(TargetDelay.us(LEAST_US, 1)).isBetween(LEAST_US + 25 + 25.0, LEAST_US + 25 + 45.0);
        assertThat(TargetDelay.us(LEAST_US, 4)).isLessThan(TargetDelay.us(LEAST_US, 1));
    }

    /** Algorithm 1: one segment a round trip below the target. */
    @Test
    void belowTheTargetItGrowsByASegmentARoundTrip() {
        started();
        double before = swift.segments();
        round(LEAST_US, before);
        assertThat(swift.segments()).isEqualTo(before + 1, within(0.01));
    }

    /** Algorithm 1: by beta times the part that is too much, half at most. */
    @Test
    void aboveTheTargetItShrinksInProportion() {
        started();
        double before = swift.segments();
        double target = TargetDelay.us(LEAST_US, before);
        long rttUs = (long) (1.25 * target);
        round(rttUs, 1);
        assertThat(swift.segments()).isEqualTo(before * (1 - 0.8 * (rttUs - target) / rttUs), within(0.001));
        before = swift.segments();
        round(10_000, 1);
        assertThat(swift.segments()).isEqualTo(before * 0.5, within(0.001));
    }

    @Test
    void shrinksOnceARoundTrip() {
        started();
        round(500, 1);
        double before = swift.segments();
        nowNs -= 500_000; // the next look is at the same time
        round(500, 1);
        assertThat(swift.segments()).isEqualTo(before);
        round(500, 1);
        assertThat(swift.segments()).isLessThan(before);
    }

    /** §3.4: below one segment it is a rate; the least is a tenth. */
    @Test
    void windowBelowASegmentIsARate() {
        started();
        for (int i = 0; i < 50; i++) {
            round(2_000, 1);
        }
        assertThat(swift.segments()).isEqualTo(0.1, within(1e-9));
        assertThat(swift.window()).isEqualTo(MSS);
        assertThat(swift.rate()).isEqualTo((long) (0.1 * MSS * 1e6 / 2_000));
        round(LEAST_US, 0.5);
        assertThat(swift.segments()).isEqualTo(0.6, within(1e-9));
    }

    @Test
    void manyTimeoutsLeaveTheLeast() {
        started();
        for (int i = 0; i < Swift.RESET_AFTER; i++) {
            swift.onTimeout(10 * MSS, i > 0);
        }
        assertThat(swift.segments()).isEqualTo(0.1, within(1e-9));
    }

    /** 20 flows at one queue of 10 Gbit/s: the delay settles between the base target and that of their windows, and shares are alike. */
    @Test
    void delayOfManyFlowsSettlesAtTheirTarget() {
        int flows = 20;
        double segmentUs = MSS * 8 / 10_000.0;
        Swift[] all = new Swift[flows];
        for (int i = 0; i < flows; i++) {
            all[i] = new Swift(MSS, (1 + i) * MSS, 1 << 20);
            all[i].onFastRetransmit(1, 1);
        }
        double rtt = LEAST_US;
        for (int round = 0; round < 3_000; round++) {
            nowNs += (long) (rtt * 1_000);
            double sum = 0;
            for (Swift flow : all) {
                sum += flow.segments();
            }
            rtt = Math.max(LEAST_US, sum * segmentUs);
            for (Swift flow : all) {
                delivery.ackedBytes = (int) (flow.segments() * MSS);
                delivery.roundTripUs = round == 0 ? LEAST_US : (long) rtt;
                delivery.nowNs = nowNs;
                flow.onAcked(delivery.ackedBytes, 0, una, una, nowNs);
                flow.onDelivery(delivery);
            }
        }
        double least = Double.MAX_VALUE;
        double most = 0;
        for (Swift flow : all) {
            least = Math.min(least, flow.segments());
            most = Math.max(most, flow.segments());
        }
        assertThat(rtt).isBetween(LEAST_US + 25.0, TargetDelay.us(LEAST_US, least) + flows * segmentUs);
        assertThat(most / least).isLessThan(1.25);
    }
}
