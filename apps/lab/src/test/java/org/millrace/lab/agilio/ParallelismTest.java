package org.millrace.lab.agilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.lab.experiment.Experiment;
import org.millrace.lab.experiment.LabException;
import org.millrace.lab.experiment.Result;
import org.millrace.lab.experiment.Run;

/** Table 4.4 with few calls: what is fitted fits, and what is not comes out. The long form is the experiment itself. */
class ParallelismTest {
    private static final int MB_PUBLISHED = 1;
    private static final int MB_OURS = 2;

    private static Result run(Experiment experiment, Map<String, String> settings) throws LabException {
        return experiment.run(new Run(experiment, new Run.Wishes(1, settings), (part, what) -> { }));
    }

    private static double error(List<Object> row) {
        return ((Double) row.get(MB_OURS)) / ((Double) row.get(MB_PUBLISHED)) - 1;
    }

    @Test
    void rowsThatAreNotFittedComeOut() throws LabException {
        Result result = run(new Parallelism(), Map.of("calls", "1000", "warm-up", "1", "control", "dctcp"));
        assertThat(error(result.rows().get(2))).as("fitted, with so few calls").isBetween(-0.10, 0.10);
        assertThat(error(result.rows().get(3))).as("replicated").isBetween(-0.12, 0.10);
        assertThat(result.rows()).extracting(row -> (Double) row.get(MB_OURS)).isSorted();
        assertThat(String.valueOf(result.rows().get(3).getLast())).startsWith("protocol's FPC");
    }

    @Test
    void theLastRowIsHeldByItsRates() throws LabException {
        double mbit = new EchoWorld(Machine.nfp4000(), Mapping.fig48(), new EchoWorld.Load(64, 16, 2_048, 2_048, 1, AgilioExperiment.HOST_NS, 120),
            AgilioExperiment.LINK, 1).run(1_500).callsPerSecond() * 2_048 * 8 / 1e6;
        assertThat(mbit).as("islands").isBetween(0.8 * 22_685, 1.25 * 22_685);
    }

    @Test
    void theSameSeedGivesTheSameResult() throws LabException {
        Map<String, String> few = Map.of("calls", "200", "warm-up", "1");
        assertThat(run(new Bottleneck(), few).rows()).isEqualTo(run(new Bottleneck(), few).rows());
    }

    @Test
    void aSlowerClockIsSlowerAndAnUnknownKeyIsRefused() throws LabException {
        EchoWorld.Load load = new EchoWorld.Load(4, 1, 64, 64, 1, 1_500);
        double slow = new EchoWorld(Machine.nfp4000(Map.of("fpc.clock-mhz", "400")), Mapping.fig48(), load, AgilioExperiment.LINK, 1)
            .run(200).latenciesUs().mean();
        double fast = new EchoWorld(Machine.nfp4000(), Mapping.fig48(), load, AgilioExperiment.LINK, 1).run(200).latenciesUs().mean();
        assertThat(slow).isGreaterThan(fast + 3);
        assertThatThrownBy(() -> run(new Latency(), Map.of("machine.emem.speed", "3")))
            .isInstanceOf(LabException.class).hasMessageStartingWith("set emem.speed: unknown, allowed is one of ");
    }

    @Test
    void whatAMappingMustNotDoIsRefusedWithTheStage() throws LabException {
        Bottleneck experiment = new Bottleneck();
        Run run = new Run(experiment, new Run.Wishes(1, Map.of("calls", "100", "mapping.protocol.steer", "group", "mapping.protocol.fpcs",
            "2", "mapping.extra.fpcs", "2")), (part, what) -> { });
        assertThatThrownBy(() -> experiment.run(run)).isInstanceOf(LabException.class)
            .hasMessageContaining("protocol: it is FLOW_ATOMIC and may not be replicated");
    }
}
