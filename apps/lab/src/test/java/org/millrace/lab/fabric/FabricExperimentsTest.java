package org.millrace.lab.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.lab.experiment.Cells;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;
import org.millrace.lab.output.Csv;

class FabricExperimentsTest {
    private static Result run(Experiment experiment, Map<String, String> settings) throws LabException {
        return experiment.run(new Run(experiment, new Run.Wishes(1, settings), Progress.NONE));
    }

    /** The groups' means as the publication's readers have them. */
    @ParameterizedTest
    @CsvSource({"1,1.88,2.17,4.24,9.46", "2,1.97,2.27,3.53,6.01", "3,2.15,1.95,2.44,6.04", "4,1.97,2.06,3.99,25.6", "5,1.44,2.05,8.66,17.5"})
    void groupsOfThePublishedRowsHaveThePublishedMeans(int workload, double a, double b, double c, double d) {
        List<PublishedSlowdown.Row> rows = PublishedSlowdown.of(workload, "Homa", "0.8");
        Slowdowns one = new Slowdowns(rows);
        rows.forEach(row -> one.add(row.most(), 1));
        double[] expected = {a, b, c, d};
        List<SizeGroup> groups = SizeGroup.of(rows);
        for (int i = 0; i < expected.length; i++) {
            assertThat(groups.get(i).published(rows, one, true)).as(groups.get(i).name()).isCloseTo(expected[i], within(expected[i] * 0.02));
        }
    }

    /** A slice of a hundredth, of the smallest nine tenths of the messages, whose queues are short-lived. */
    @Test
    void aSliceOfW3IsNearThePublishedFigures() throws LabException {
        Result result = run(new HomaExperiment(3), Map.of("messages", "100000", "others", "0"));
        for (List<Object> row : result.rows().subList(0, 2)) {
            assertThat(row.get(9)).isInstanceOf(Cells.Percent.class);
            assertThat(((Cells.Percent) row.get(9)).value()).as(row.toString()).isBetween(-25.0, 25.0);
        }
        assertThat(result.rows().get(3).get(9)).as("fewer than 1,000").isEqualTo("open");
        assertThat(result.calibrated()).isEmpty();
        assertThat(result.notes()).anyMatch(note -> note.contains("cut-offs [5643]"));
    }

    @Test
    void homaIsWellAheadOfTcpForSmallMessages() throws LabException {
        Result result = run(new HomaExperiment(2), Map.of("messages", "40000", "others", "1"));
        List<Object> smallest = result.rows().getFirst();
        assertThat((double) smallest.get(10)).isGreaterThan((double) smallest.get(7));
        assertThat(result.plots()).hasSize(2).allMatch(plot -> plot.series().size() == 4);
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws LabException {
        Map<String, String> settings = Map.of("messages", "5000", "others", "0.5");
        assertThat(Csv.of(run(new HomaExperiment(3), settings))).isEqualTo(Csv.of(run(new HomaExperiment(3), settings)));
    }

    @Test
    void anIncastOf128IsWithinAFifthOfLineRate() throws LabException {
        Result result = run(new IncastExperiment(), Map.of());
        List<Object> homa = result.rows().stream().filter(row -> row.get(0).equals("Homa") && row.get(1).equals(128)).findFirst().orElseThrow();
        assertThat((double) homa.get(4)).isBetween(1.0, 1.2);
    }

    @Test
    void waitsOfAQueueAreTheKnownOnes() throws LabException {
        for (List<Object> row : run(new QueueExperiment(), Map.of("messages", "300000")).rows().subList(0, 5)) {
            assertThat(((Cells.Percent) row.get(3)).value()).as(row.toString()).isBetween(-3.0, 3.0);
        }
    }

    @Test
    void onlyPublishedLoadsAreCompared() {
        assertThatThrownBy(() -> run(new HomaExperiment(3), Map.of("load", "0.7")))
            .hasMessage("--set load=0.7: allowed is 0.5 or 0.8, for which there are published figures");
    }
}
