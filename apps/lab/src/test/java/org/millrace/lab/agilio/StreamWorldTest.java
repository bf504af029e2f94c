package org.millrace.lab.agilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Samples;

class StreamWorldTest {
    private static final long MS = 1_000_000;

    private static TwoHosts.Hardware modelled() {
        return TwoHosts.Hardware.modelled(Machine.nfp4000(), Mapping.fig48());
    }

    private static StreamWorld.Outcome bulk(int flows, int answerBytes, Wire.Shape shape) throws LabException {
        return new StreamWorld(modelled(), modelled(), new StreamWorld.Load(flows, flows, flows, 1 << 17, answerBytes, 0, 0, 1 << 16), shape, 1)
            .run(MS / 4, MS / 2);
    }

    @Test
    void aHostIsHeldBackByItsPortAndSharesItEvenly() throws LabException {
        StreamWorld.Outcome outcome = new StreamWorld(modelled(), modelled(), new StreamWorld.Load(32, 4, 4, 1 << 14, 0, 0, 0, 1 << 14),
            new Wire.Shape(10_000, 1_000, 600_000, Long.MAX_VALUE, 0, 64), 1).run(MS / 2, MS);
        assertThat(outcome.dropped()).as("its queue has room for 390 frames, its buffers are 64").isZero();
        assertThat(outcome.gbitPerSecond()).isCloseTo(10.0 * 1_448 / 1_538, within(0.1));
        assertThat(new Samples(outcome.bytes()).jain()).isGreaterThan(0.98);
    }

    @ParameterizedTest
    @ValueSource(longs = {10_000, 1_025})
    void aThreadIsBusyForWhatItDoes(long workNs) throws LabException {
        StreamWorld.Outcome outcome = new StreamWorld(TwoHosts.Hardware.timeless(), modelled(),
            new StreamWorld.Load(8, 8, 1, 1_000, 0, 0, workNs, 1 << 14), AgilioExperiment.LINK, 1).run(MS, 2 * MS);
        assertThat(outcome.gbitPerSecond()).isCloseTo(8_000.0 / (workNs + StreamWorld.CALL_NS), withinPercentage(5));
    }

    @Test
    void lossesCostAndWhatIsLostIsSentAgain() throws LabException {
        StreamWorld.Outcome without = bulk(4, 32, AgilioExperiment.BETWEEN);
        StreamWorld.Outcome with = bulk(4, 32, AgilioExperiment.BETWEEN.losing(0.01));
        assertThat(without.lost()).isZero();
        assertThat(with.lost()).isPositive();
        assertThat(with.gbitPerSecond()).isBetween(0.1, without.gbitPerSecond());
        assertThat(with.bytes()).as("every stream goes on").doesNotContain(0);
    }

    @Test
    void whatIsSentBackIsSlowerThanAShortAnswer() throws LabException {
        StreamWorld.Outcome answered = bulk(1, 32, AgilioExperiment.BETWEEN);
        StreamWorld.Outcome echoed = bulk(1, 1 << 17, AgilioExperiment.BETWEEN);
        assertThat(echoed.gbitPerSecond()).isBetween(1.0, answered.gbitPerSecond());
        assertThat(echoed.taking().utilisation().bottleneck()).contains("protocol");
    }
}
