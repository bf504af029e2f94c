package org.millrace.net.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final int MEAN = 100;

    private static int taken(RateLimit limit, long second) {
        int count = 0;
        while (limit.take(second * 1_000_000_000 + count)) {
            count++;
        }
        return count;
    }

    @Test
    void eachSecondsLimitIsDrawnAroundTheMean() {
        RateLimit limit = new RateLimit(new SipHash(new byte[16]), 7, MEAN);
        Set<Integer> limits = new HashSet<>();
        int sum = 0;
        for (int second = -100; second < 100; second++) {
            int taken = taken(limit, second);
            assertThat(taken).isBetween(MEAN / 2, MEAN / 2 + MEAN);
            limits.add(taken);
            sum += taken;
        }
        assertThat(sum / 200).isBetween(MEAN - 10, MEAN + 10);
        assertThat(limits).as("who counts learns nothing").hasSizeGreaterThan(40);
    }
}
