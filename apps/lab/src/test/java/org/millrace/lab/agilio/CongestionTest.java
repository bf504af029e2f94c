package org.millrace.lab.agilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Run;
import org.millrace.tcp.control.congestion.CongestionPolicy;

/** Table 4.5's first row with few calls. */
class CongestionTest {
    private static final int GBIT = 4;
    private static final int DROPPED = 11;

    private static List<List<Object>> rows() throws LabException {
        Congestion experiment = new Congestion();
        return experiment.run(new Run(experiment, new Run.Wishes(1, Map.of("warm-up-ms", "20", "ms", "10", "rows", "1")), (part, what) -> { })).rows();
    }

    @Test
    void whatNobodyAcknowledgesIsSentAgainAtTheFourthLook() {
        CongestionPolicy alone = new ConstantRate(0).make(1_448, 14_480, 65_536);
        assertThat(alone.timeoutNs()).as("two round trips of 50 us, as long as none is measured").isEqualTo(4 * 100_000);
        alone.onRoundTrip(850);
        assertThat(alone.lookGapNs()).isEqualTo(2 * 150_000);
        assertThat(alone.timeoutNs()).isEqualTo(4 * 2 * 150_000);
        assertThat(new RateControl(1_000_000).make(1_448, 14_480, 65_536).timeoutNs()).as("many connections").isEqualTo(4 * 1_000_000);
    }

    @Test
    void controlDropsLessAndTheSameSeedGivesTheSame() throws LabException {
        List<List<Object>> rows = rows();
        assertThat(rows).isEqualTo(rows());
        List<Object> on = rows.getFirst();
        List<Object> off = rows.getLast();
        assertThat((double) on.get(GBIT)).as("rates rise to the port's").isBetween(1.0, 10.0);
        assertThat((double) off.get(GBIT)).isBetween(6.0, 10.0);
        assertThat((long) on.get(DROPPED)).isLessThan((long) off.get(DROPPED) / 2);
    }
}
