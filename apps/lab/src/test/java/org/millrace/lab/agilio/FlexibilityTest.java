package org.millrace.lab.agilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Table 4.3 with few calls. */
class FlexibilityTest {
    private static final int OURS = 2;

    private static List<List<Object>> rows() throws LabException {
        Flexibility experiment = new Flexibility();
        Result result = experiment.run(new Run(experiment, new Run.Wishes(1, Map.of("calls", "1000", "connections", "256")), (part, what) -> { }));
        return result.rows();
    }

    @Test
    void whatDoesMoreCostsMoreAndTheSameSeedGivesTheSame() throws LabException {
        List<List<Object>> rows = rows();
        assertThat(rows).isEqualTo(rows());
        double baseline = (double) rows.getFirst().get(OURS);
        assertThat((double) rows.get(1).get(OURS)).as("statistics").isLessThan(baseline);
        assertThat((double) rows.get(2).get(OURS)).as("tcpdump").isLessThan(baseline);
        assertThat((double) rows.get(3).get(OURS)).as("null").isGreaterThan(0.9 * baseline);
    }
}
