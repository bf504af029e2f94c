package org.millrace.lab.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Run;

/** Table 5.3 with few background flows. */
class ReassemblyTest {
    private static final int FIGURES = 2;
    private static final int NOT_KEPT = 19;

    private static List<List<Object>> rows() throws LabException {
        ReassemblyExperiment experiment = new ReassemblyExperiment();
        return experiment.run(new Run(experiment, new Run.Wishes(1, Map.of("flows", "150")), Progress.NONE)).rows();
    }

    @Test
    void fewerIntervalsKeepLess() throws LabException {
        List<List<Object>> rows = rows();
        assertThat(rows).hasSize(8);
        for (int first : new int[] {0, 4}) {
            long[] notKept = rows.subList(first, first + 4).stream().mapToLong(row -> (long) row.get(NOT_KEPT)).toArray();
            assertThat(notKept[0]).as("max").isZero();
            assertThat(notKept[1]).as("none").isGreaterThan(notKept[2]);
            assertThat(notKept[2]).as("one").isGreaterThan(notKept[3]).isPositive();
        }
        double published = (double) rows.get(4).get(FIGURES);
        assertThat((double) rows.get(4).get(FIGURES + 1)).as("DCTCP's foreground, 90 %, which hardly depends on the number of flows").isBetween(0.9 * published, 1.1 * published);
    }
}
