package org.millrace.lab.tofino;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Progress;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** The experiments with little of everything; their long forms are themselves. */
class TofinoExperimentsTest {
    private static Result run(Experiment experiment, Map<String, String> settings) throws LabException {
        return experiment.run(new Run(experiment, new Run.Wishes(1, settings), Progress.NONE));
    }

    /** Two passes recirculated, two not: 2 us more than RDMA, and with half of the recirculated ones' time 0.75 us less. */
    @Test
    void whatLaminarAddsIsItsPasses() throws LabException {
        List<List<Object>> rows = run(new UnloadedLatency(), Map.of("calls", "100", "rows", "1")).rows();
        assertThat((double) rows.getFirst().get(5)).isBetween(1.8, 2.2);
        List<List<Object>> faster = run(new UnloadedLatency(), Map.of("calls", "100", "rows", "1", "recirculation-ns", "375")).rows();
        assertThat((double) rows.getFirst().get(1) - (double) faster.getFirst().get(1)).isBetween(0.74, 0.76);
    }

    @Test
    void aCallIsEightPacketsAndTheRecirculationFills() throws LabException {
        List<List<Object>> rows = run(new PipeScalability(), Map.of("calls", "200", "connections", "112", "recirculation-ports", "1", "hosts", "2")).rows();
        assertThat((double) rows.getFirst().get(4)).isBetween(7.9, 8.1);
        assertThat((double) rows.getLast().get(6)).as("a third of the recirculation, three times as busy").isBetween(50.0, 56.0);
    }

    @Test
    void callersDoNotNoticeStreams() throws LabException {
        Result result = run(new Isolation(), Map.of("microseconds", "300"));
        double alone = (double) result.rows().getFirst().get(1);
        assertThat((double) result.rows().getFirst().get(2)).isBetween(0.95 * alone, 1.05 * alone);
        assertThat((double) result.rows().getLast().get(2)).as("Gbit/s beside calls").isBetween(18.0, 22.0);
    }

    @Test
    void anUnknownNumberOfTheMachineIsRefused() {
        assertThatThrownBy(() -> run(new PipeScalability(), Map.of("machine.pipe.colour", "1"))).isInstanceOf(LabException.class)
            .hasMessageStartingWith("set pipe.colour: unknown, allowed is one of ");
    }
}
