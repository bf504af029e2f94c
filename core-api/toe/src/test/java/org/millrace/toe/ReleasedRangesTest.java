package org.millrace.toe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleasedRangesTest {
    private final ReleasedRanges ranges = new ReleasedRanges();

    @Test
    void touchingRangesJoin() {
        assertThat(ranges.add(10, 20)).isTrue();
        assertThat(ranges.add(30, 40)).isTrue();
        assertThat(ranges.add(20, 30)).isTrue();
        assertThat(ranges.takeFrom(0)).isZero();
        assertThat(ranges.takeFrom(10)).isEqualTo(40);
        assertThat(ranges.isEmpty()).isTrue();
    }

    @Test
    void overlapIsRefused() {
        ranges.add(10, 20);
        assertThat(ranges.add(19, 25)).isFalse();
        assertThat(ranges.add(5, 11)).isFalse();
        assertThat(ranges.add(12, 13)).isFalse();
        assertThat(ranges.takeFrom(10)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithAFlagForEachByte(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        boolean[] given = new boolean[600];
        int front = 0;
        while (front < given.length) {
            int start = front + random.nextInt(Math.min(60, given.length - front));
            int end = Math.min(given.length, start + 1 + random.nextInt(20));
            boolean free = true;
            for (int i = start; i < end; i++) {
                free &= !given[i];
            }
            assertThat(ranges.add(start, end)).isEqualTo(free);
            if (free) {
                Arrays.fill(given, start, end, true);
            }
            int expected = front;
            while (expected < given.length && given[expected]) {
                expected++;
            }
            front = (int) ranges.takeFrom(front);
            assertThat(front).isEqualTo(expected);
        }
    }
}
