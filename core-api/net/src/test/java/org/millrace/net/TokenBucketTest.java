package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private final TokenBucket bucket = new TokenBucket(1_000, 3);

    @Test
    void burstThenRate() {
        assertThat(taken(10, 0)).isEqualTo(3);
        assertThat(taken(10, 999_999)).isZero();
        assertThat(taken(10, 1_000_000)).isEqualTo(1);
        assertThat(taken(10, 3_500_000)).isEqualTo(2);
        assertThat(taken(10, 4_000_000)).isEqualTo(1);
    }

    @Test
    void neverMoreThanABurstAfterAnyPause() {
        assertThat(taken(10, Long.MAX_VALUE / 2)).isEqualTo(3);
        assertThat(taken(10, Long.MAX_VALUE)).isEqualTo(3);
    }

    private int taken(int tries, long nowNs) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.take(nowNs) ? 1 : 0;
        }
        return taken;
    }
}
