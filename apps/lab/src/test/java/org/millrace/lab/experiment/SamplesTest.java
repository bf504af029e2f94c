package org.millrace.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void quantilesAreByNearestRank() {
        Samples samples = new Samples();
        for (int i = 10_000; i > 0; i--) {
            samples.add(i);
        }
        assertThat(samples.quantile(0)).isEqualTo(1);
        assertThat(samples.quantile(0.5)).isEqualTo(5_000);
        assertThat(samples.quantile(0.9999)).isEqualTo(9_999);
        assertThat(samples.quantile(1)).isEqualTo(10_000);
        assertThat(samples.median()).isEqualTo(5_000.5);
        samples.add(0);
        assertThat(samples.median()).as("a later value counts").isEqualTo(5_000);
    }

    @Test
    void jainsIndexIsOneIfAllAreAlikeAndOneByTheirNumberIfOneHasAll() {
        assertThat(new Samples(3, 3, 3, 3).jain()).isEqualTo(1);
        assertThat(new Samples(0, 0, 5, 0).jain()).isEqualTo(0.25);
        assertThat(new Samples(1, 2, 3).jain()).isCloseTo(36 / 42.0, within(1e-12));
    }

    @Test
    void nothingHasNoFigures() {
        Samples samples = new Samples(1, 2);
        samples.clear();
        assertThat(samples.count()).isZero();
        assertThat(samples.quantile(0.5)).isNaN();
        assertThat(samples.median()).isNaN();
        assertThat(samples.mean()).isNaN();
        assertThat(samples.jain()).isNaN();
    }
}
