package org.millrace.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.benchmarks.bench.Result.Goal;
import org.millrace.benchmarks.figures.Figures;

class ResultTest {
    private static final Figures PAUSES = new Figures("pause", "ms", 1, 2, 12);

    @Test
    void medianIsHeldAgainstTheGoal() {
        assertThat(Result.of("pause", PAUSES, Goal.atMost(2)).verdict()).isEqualTo("<= 2.00, met");
        assertThat(Result.of("pause", PAUSES, Goal.atMost(1.9)).verdict()).isEqualTo("<= 1.90, MISSED");
        assertThat(Result.of("rate", PAUSES, Goal.atLeast(2)).met()).isTrue();
        assertThat(Result.of("rate", PAUSES, Goal.atLeast(2.1)).met()).isFalse();
    }

    @Test
    void worstRoundIsHeldAgainstAGoalForAllOfThem() {
        assertThat(Result.of("pause", PAUSES, Goal.worstAtMost(10)).verdict()).isEqualTo("<= 10.0 at worst, MISSED");
        assertThat(Result.of("pause", PAUSES, Goal.worstAtMost(12)).met()).isTrue();
    }

    @Test
    void withoutAGoalThereIsNoVerdict() {
        assertThat(Result.of("pause", PAUSES).verdict()).isEmpty();
        assertThat(Result.of("pause", PAUSES).met()).isTrue();
    }
}
