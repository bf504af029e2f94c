package org.millrace.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RingGrowthTest {
    @Test
    void emptyRingGrowsAnywhere() {
        assertThat(RingGrowth.grown(12_345, 12_345, 4096, 1 << 20)).isEqualTo(1 << 20);
    }

    @Test
    void bytesOfAnEvenLapKeepTheirPlaces() {
        assertThat(RingGrowth.grown(0, 4096, 4096, 8192)).isEqualTo(8192);
        assertThat(RingGrowth.grown(8192 + 7, 8192 + 4096, 4096, 8192)).isEqualTo(8192);
    }

    @Test
    void bytesOfAnOddLapOrOfTwoDoNot() {
        assertThat(RingGrowth.grown(4096, 4097, 4096, 8192)).isEqualTo(4096);
        assertThat(RingGrowth.grown(4000, 4097, 4096, 8192)).isEqualTo(4096);
    }

    @Test
    void asMuchAsCanBe() {
        assertThat(RingGrowth.grown(8192, 8200, 4096, 1 << 20)).isEqualTo(8192);
        assertThat(RingGrowth.grown(5, 9, 4096, 1 << 20)).isEqualTo(1 << 20);
    }

    /** Whatever it answers, every byte has the same place in both rings; offsets wrap at 2^32 too. */
    @Test
    void everyByteKeepsItsPlace() {
        long seed = 7;
        Random random = new Random(seed);
        int grown = 0;
        for (int i = 0; i < 100_000; i++) {
            int bytes = 16 << random.nextInt(3);
            int first = random.nextInt(4096) - 1024;
            int length = random.nextInt(bytes + 1);
            int larger = RingGrowth.grown(first, first + length, bytes, bytes << random.nextInt(1, 5));
            grown += larger > bytes ? 1 : 0;
            for (int at = first; at < first + length; at++) {
                assertThat(at & larger - 1).as("seed %d, byte %d of %d+%d, %d to %d", seed, at, first, length, bytes, larger)
                    .isEqualTo(at & bytes - 1);
            }
        }
        assertThat(grown).isBetween(10_000, 90_000);
    }
}
