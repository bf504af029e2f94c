package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptiveSpinTest {
    @Test
    void halvesWhileItDoesNotPayAndDoublesWhenItDoes() {
        AdaptiveSpin spin = new AdaptiveSpin(6400);
        assertThat(spin.spinNs()).isEqualTo(6400);
        for (int i = 0; i < 20; i++) {
            spin.spun(false);
        }
        assertThat(spin.spinNs()).isEqualTo(100);
        spin.spun(true);
        assertThat(spin.spinNs()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            spin.spun(true);
        }
        assertThat(spin.spinNs()).isEqualTo(6400);
    }

    @Test
    void anotherLimitHoldsAtOnce() {
        AdaptiveSpin spin = new AdaptiveSpin(0);
        spin.limit(6400);
        assertThat(spin.spinNs()).isEqualTo(6400);
        spin.limit(0);
        assertThat(spin.spinNs()).isZero();
    }

    @Test
    void shortLimitNeverDecaysToNothing() {
        AdaptiveSpin spin = new AdaptiveSpin(10);
        for (int i = 0; i < 10; i++) {
            spin.spun(false);
        }
        assertThat(spin.spinNs()).isEqualTo(1);
    }

    @Test
    void withoutLimitNobodySpins() {
        AdaptiveSpin spin = new AdaptiveSpin(0);
        spin.spun(true);
        spin.spun(false);
        assertThat(spin.spinNs()).isZero();
    }
}
