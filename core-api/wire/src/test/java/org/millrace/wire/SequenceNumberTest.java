package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceNumberTest {
    private static final long SEED = 1982;

    /** The model: unwrapped 64-bit positions less than 2^31 apart, of which the low 32 bits are the numbers. */
    @Test
    void orderAgreesWithUnwrappedPositions() {
        Random random = new Random(SEED);
        for (int round = 0; round < 100_000; round++) {
            long a = (1L << 32) + random.nextInt(1_000) - 500;
            int bits = random.nextInt(31);
            long apart = random.nextInt(1 << bits) * (random.nextBoolean() ? 1L : -1L);
            long b = a + apart;
            int x = (int) a;
            int y = (int) b;

            assertThat(SequenceNumber.lessThan(x, y)).as("seed %d: %d, %d", SEED, a, b).isEqualTo(a < b);
            assertThat(SequenceNumber.lessOrEqual(x, y)).isEqualTo(a <= b);
            assertThat(SequenceNumber.greaterThan(x, y)).isEqualTo(a > b);
            assertThat(SequenceNumber.greaterOrEqual(x, y)).isEqualTo(a >= b);
            assertThat(SequenceNumber.distance(x, y)).isEqualTo((int) apart);
            assertThat(SequenceNumber.max(x, y)).isEqualTo((int) Math.max(a, b));
            assertThat(SequenceNumber.min(x, y)).isEqualTo((int) Math.min(a, b));
            assertThat(SequenceNumber.saturatingSubtract(x, y)).isEqualTo((int) Math.max(a - b, 0));
        }
    }

    @Test
    void betweenAgreesWithUnwrappedPositions() {
        Random random = new Random(SEED);
        for (int round = 0; round < 100_000; round++) {
            long low = (1L << 32) - random.nextInt(2_000);
            long high = low + random.nextInt(4_000);
            long value = low - 2_000 + random.nextInt(8_000);

            assertThat(SequenceNumber.between((int) low, (int) value, (int) high))
                    .as("seed %d: %d ≤ %d < %d", SEED, low, value, high).isEqualTo(low <= value && value < high);
        }
    }

    @Test
    void zeroFollowsTheLargestNumber() {
        assertThat(SequenceNumber.lessThan(-1, 0)).isTrue();
        assertThat(SequenceNumber.lessThan(0x7fff_ffff, 0x8000_0000)).isTrue();
        assertThat(SequenceNumber.saturatingSubtract(5, -5)).isEqualTo(10);
        assertThat(SequenceNumber.between(7, 7, 7)).isFalse();
    }
}
