package org.millrace.tcp.control.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A sender with 100 segments in flight, 10 ms there and back: 10 segments leave and 10 are acknowledged each millisecond. */
class DeliveryRateTest {
    private static final long MS = 1_000_000;
    private static final int SEGMENT = 1_000;

    private final DeliveryRate rate = new DeliveryRate();
    private final Delivery d = new Delivery();

    private boolean look(int acked, int lost, int sent, boolean isLimited) {
        d.nowNs += MS;
        d.ackedBytes = acked * SEGMENT;
        d.lostBytes = lost * SEGMENT;
        d.max += sent * SEGMENT;
        d.inFlightBytes += (sent - acked - lost) * SEGMENT;
        d.isLimited = isLimited;
        return rate.look(d, 10 * MS);
    }

    private void begin() {
        d.max = 100 * SEGMENT;
        d.inFlightBytes = 100 * SEGMENT;
        for (int i = 0; i < 50; i++) {
            look(10, 0, 10, false);
        }
    }

    @Test
    void steadyFlowsRateIsWhatIsAcknowledged() {
        begin();
        assertThat(look(10, 0, 10, false)).isTrue();
        assertThat(rate.bytesPerSecond()).isEqualTo(10_000_000);
        assertThat(rate.sampleInFlight()).isEqualTo(100 * SEGMENT);
        assertThat(rate.sampleDelivered()).isBetween(100L * SEGMENT, 110L * SEGMENT);
        assertThat(rate.delivered() - rate.priorDelivered()).isEqualTo(rate.sampleDelivered());
    }

    /** §4.1.2.3: acknowledgements that come at once show no more than what had been sent in its time. */
    @Test
    void acknowledgementsHeldBackDoNotRaiseIt() {
        begin();
        for (int i = 0; i < 8; i++) {
            look(0, 0, 0, false);
        }
        look(80, 0, 80, false);
        assertThat(rate.bytesPerSecond()).isBetween(9_000_000L, 10_500_000L);
    }

    @Test
    void lossesOfASampleAreCounted() {
        begin();
        look(8, 2, 10, false);
        for (int i = 0; i < 5; i++) {
            look(10, 0, 10, false);
        }
        assertThat(rate.sampleLost()).isEqualTo(2 * SEGMENT);
        for (int i = 0; i < 12; i++) {
            look(10, 0, 10, false);
        }
        assertThat(rate.sampleLost()).isZero();
        assertThat(rate.lost()).isEqualTo(2 * SEGMENT);
    }

    /** §4.1.2.4: until all is acknowledged that was in flight when there was nothing more to send. */
    @Test
    void whatTheApplicationLimitsIsMarked() {
        begin();
        look(10, 0, 0, true);
        look(10, 0, 20, false);
        boolean isMarked = false;
        for (int i = 0; i < 15; i++) {
            look(10, 0, 10, false);
            isMarked |= rate.isSampleLimited();
        }
        assertThat(isMarked).isTrue();
        for (int i = 0; i < 15; i++) {
            look(10, 0, 10, false);
        }
        assertThat(rate.isSampleLimited()).isFalse();
    }
}
