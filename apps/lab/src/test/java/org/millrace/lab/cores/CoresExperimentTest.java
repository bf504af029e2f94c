package org.millrace.lab.cores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.millrace.lab.cores.ShardedMachine.Load;
import org.millrace.lab.cores.ShardedMachine.Outcome;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Run;

class CoresExperimentTest {
    private static final double ECHO_PS = 500_000;
    private static final long MS_PS = 1_000_000_000;
    private static final int CPU = 2;
    private static final int OF_N_TIMES_ONE = 4;

    private static Outcome machine(double sharedPs, double handOverPs, double strays, int cores) {
        return new ShardedMachine(new Load(ECHO_PS, sharedPs, handOverPs, strays, 64, 8), cores, new SplittableRandom(5)).run(2 * MS_PS);
    }

    private static Map<String, List<Object>> rows(double twoNs) throws LabException {
        Map<String, List<Object>> rows = new HashMap<>();
        new CoresExperiment().run(new Run(new CoresExperiment(), new Run.Wishes(1, Map.of("echo-ns", "500", "two-ns", Double.toString(twoNs),
            "ms", "2", "connections", "64")), Progress.NONE)).rows().forEach(row -> rows.put(row.get(1) + " " + row.get(0), row));
        return rows;
    }

    @Test
    void coresThatShareNothingDoTheirTimesAsMuch() {
        for (int cores : new int[] {1, 4, 16}) {
            assertThat(machine(0, 0, 0, cores).echoesPerSecond()).isCloseTo(cores * 2e6, within(cores * 0.02e6));
            assertThat(machine(0, 0, 0, cores).cpuNs()).isCloseTo(500, within(5.0));
        }
    }

    @Test
    void coresThatShareAllDoAsMuchAsOneAndTwoCachesTwice() {
        assertThat(machine(ECHO_PS, 0, 0, 8).echoesPerSecond()).isCloseTo(2e6, within(0.02e6));
        assertThat(machine(ECHO_PS, 0, 0, 8).cpuNs()).isCloseTo(8 * 500, within(40.0));
        assertThat(machine(ECHO_PS, 0, 0, 16).echoesPerSecond()).isCloseTo(4e6, within(0.04e6));
    }

    @Test
    void aFrameThatStraysCostsBothSides() {
        assertThat(machine(0, 100_000, 1, 4).cpuNs()).isCloseTo(500 + 2 * 100, within(7.0));
        assertThat(machine(0, 100_000, 0.5, 4).cpuNs()).isCloseTo(500 + 100, within(6.0));
        assertThat(machine(0, 100_000, 1, 1).cpuNs()).isCloseTo(500, within(5.0));
    }

    @Test
    void connectionsAreSpreadAsTheHashSpreadsThem() {
        Outcome sixteen = machine(0, 0, 0, 16);
        assertThat(sixteen.busiest()).isBetween(1.1, 1.6); // the fullest of 16 bins of 64 on average, binomial
        assertThat(sixteen.alike()).isCloseTo(sixteen.echoesPerSecond() / sixteen.busiest(), within(1.0));
        assertThat(machine(0, 0, 0, 1).busiest()).isEqualTo(1);
    }

    @Test
    void modelIsAsSlowAsItWasMeasuredOnOneAndTwoAndNeverFasterBeyond() throws LabException {
        Map<String, List<Object>> rows = rows(540);
        assertThat((double) rows.get("model 1").get(CPU)).isCloseTo(500, within(5.0));
        assertThat((double) rows.get("model 2").get(CPU)).isCloseTo(540, within(5.0));
        assertThat((double) rows.get("projection 4").get(CPU)).isGreaterThan(550);
        assertThat((double) rows.get("projection 8").get(OF_N_TIMES_ONE)).isLessThan((double) rows.get("projection 4").get(OF_N_TIMES_ONE));
        assertThat((double) rows.get("projection 16").get(CPU)).isCloseTo((double) rows.get("projection 8").get(CPU), within(10.0));
    }

    @Test
    void twoThatWereMeasuredFasterThanOneStillShareMemory() throws LabException {
        assertThat((double) rows(480).get("projection 8").get(CPU)).isGreaterThan(500);
    }

    @Test
    void whatContentionCannotExplainIsRefused() {
        assertThatThrownBy(() -> rows(950)).isInstanceOf(LabException.class).hasMessageContaining("--set two-ns=950.0")
            .hasMessageContaining("900");
    }
}
