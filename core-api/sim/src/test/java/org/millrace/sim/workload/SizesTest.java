package org.millrace.sim.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
    private static final int UNSCHEDULED = 9_328;

    @ParameterizedTest
    @CsvSource({"1,185", "2,440.8", "3,2927.4", "4,127797", "5,2515857"})
    void meansAreThePublishedOnes(int workload, double mean) {
        assertThat(Sizes.homa(workload).mean()).isCloseTo(mean, within(mean / 100));
    }

    @ParameterizedTest
    @CsvSource({"1,28,500,1853", "2,269,512,3151", "3,268,1755,31013", "4,662,120000,3430000"})
    void quantilesAreThePublishedOnes(int workload, int p50, int p90, int p99) {
        Sizes sizes = Sizes.homa(workload);
        assertThat((double) sizes.size(0.5)).isCloseTo(p50, within(p50 * 0.03));
        assertThat((double) sizes.size(0.9)).isCloseTo(p90, within(p90 * 0.03));
        assertThat((double) sizes.size(0.99)).isCloseTo(p99, within(p99 * 0.03));
    }

    @ParameterizedTest
    @CsvSource({"1,.996", "2,.770", "3,.291", "4,.026", "5,.003"})
    void unscheduledPartsAreTheKnownOnes(int workload, double part) {
        Sizes sizes = Sizes.homa(workload);
        assertThat(sizes.meanUpTo(UNSCHEDULED) / sizes.mean()).isCloseTo(part, within(0.003));
    }

    @Test
    void cutOffsAreThePublishedOnes() {
        assertThat(Sizes.homa(2).cuts(6, UNSCHEDULED)).containsExactly(301, 366, 465, 1_024, 2_926);
        assertThat(Sizes.homa(3).cuts(2, UNSCHEDULED)).containsExactly(5_643);
        int[] published = {187, 339, 520, 772, 1_180, 2_081};
        int[] ours = Sizes.homa(1).cuts(7, UNSCHEDULED);
        for (int i = 0; i < published.length; i++) {
            assertThat((double) ours[i]).isCloseTo(published[i], within(published[i] * 0.02));
        }
    }

    @Test
    void linesAreJoinedWhereTheyArePublishedSo() {
        assertThat(Sizes.webSearch().size(0.25)).isEqualTo(25_000);
        assertThat(Sizes.webSearch().mean()).isCloseTo(1_724_500, within(20_000.0));
    }

    @Test
    void whatIsDrawnHasTheMean() {
        SplittableRandom random = new SplittableRandom(9);
        Sizes sizes = Sizes.homa(1);
        double sum = 0;
        for (int i = 0; i < 1_000_000; i++) {
            sum += sizes.next(random);
        }
        assertThat(sum / 1_000_000).as("seed 9").isCloseTo(sizes.mean(), within(5.0));
        assertThatThrownBy(() -> Sizes.homa(6)).hasMessage("no workload W6; there are W1 to W5");
    }
}
