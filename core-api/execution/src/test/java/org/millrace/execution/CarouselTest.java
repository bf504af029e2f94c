package org.millrace.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CarouselTest {
    private final Carousel carousel = new Carousel(100);

    @Test
    void unpacedFlowsAreServedRoundRobinAndOnce() {
        carousel.submit(3, 10);
        carousel.submit(1, 10);
        carousel.submit(3, 10);
        assertThat(carousel.deadlineNs()).isEqualTo(Long.MIN_VALUE);
        assertThat(new int[] {carousel.next(10), carousel.next(10), carousel.next(10)}).containsExactly(3, 1, 0);
        assertThat(carousel.deadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void pacedFlowWaitsForItsTime() {
        carousel.charge(5, 1_000_000, 300_000);
        carousel.submit(5, 1_000_000);
        assertThat(carousel.next(1_160_000)).isZero();
        assertThat(carousel.deadlineNs()).isBetween(1_168_928L, 1_168_928L + Carousel.SLOT_NS);
        assertThat(carousel.next(carousel.deadlineNs())).isEqualTo(5);
    }

    @Test
    void flowBeyondTheHorizonIsPutBack() {
        long horizon = (long) Carousel.SLOTS * Carousel.SLOT_NS;
        carousel.charge(5, 0, 5 * horizon / 2);
        carousel.submit(5, 0);
        int turns = 0;
        while (carousel.next(carousel.deadlineNs()) == 0) {
            assertThat(++turns).isLessThan(4);
        }
        assertThat(turns).isEqualTo(2);
    }

    @Test
    void resetForgetsTheCharge() {
        carousel.charge(5, 0, 1_000_000);
        carousel.reset(5);
        carousel.submit(5, 1);
        assertThat(carousel.next(1)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void ratesConformWithinHalfAPercent(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long[] costNs = new long[11];
        int[] served = new int[11];
        for (int flow = 1; flow <= 10; flow++) {
            costNs[flow] = 5_000 + random.nextInt(200_000);
            carousel.submit(flow, 0);
        }
        long endNs = 500_000_000;
        for (long now = 0; now < endNs; now += 1 + random.nextInt(3000)) {
            for (int flow = carousel.next(now); flow != 0; flow = carousel.next(now)) {
                served[flow]++;
                carousel.charge(flow, now, costNs[flow]);
                carousel.submit(flow, now);
            }
        }
        for (int flow = 1; flow <= 10; flow++) {
            assertThat(served[flow]).as("flow " + flow + " every " + costNs[flow] + " ns")
                .isBetween((int) (endNs / costNs[flow] * 0.995), (int) (endNs / costNs[flow] * 1.005) + 30);
        }
    }
}
