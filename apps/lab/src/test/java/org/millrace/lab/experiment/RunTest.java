package org.millrace.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.execution.machine.MachineText;

class RunTest {
    private static final Experiment EXPERIMENT = new Experiment() {
        @Override
        public String name() {
            return "some";
        }

        @Override
        public String reproduces() {
            return "nothing";
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(Parameter.whole("messages", 10, 1, 100, "how many"), Parameter.real("load", 0.5, 0.1, 0.9, "of the links"),
                Parameter.text("policy", "dctcp", "which"), Parameter.group("machine.", "of the machine"));
        }

        @Override
        public Set<String> parts() {
            return Set.of("replication", "islands");
        }

        @Override
        public Result run(Run run) {
            return new Result("some", "a");
        }
    };

    private static final Optional<MachineText> FILE = Optional.of(new MachineText("own", ""));

    private static Run run(Map<String, String> settings) throws LabException {
        return run(new Run.Wishes(7, settings));
    }

    private static Run run(Run.Wishes wishes) throws LabException {
        return new Run(EXPERIMENT, wishes, Progress.NONE);
    }

    @Test
    void whatIsSetHoldsAndTheRestIsStandard() throws LabException {
        Run run = run(Map.of("messages", "20", "machine.emem", "250", "machine.fpcs", "12"));
        assertThat(run.whole("messages")).isEqualTo(20);
        assertThat(run.real("load")).isEqualTo(0.5);
        assertThat(run.text("policy")).isEqualTo("dctcp");
        assertThat(run.under("machine.")).isEqualTo(Map.of("emem", "250", "fpcs", "12"));
    }

    @Test
    void whatIsNotAllowedIsRefusedInALine() {
        assertThatThrownBy(() -> run(Map.of("size", "1")))
            .hasMessage("--set size: some has no such parameter; there are messages, load, policy, machine.…");
        assertThatThrownBy(() -> run(Map.of("messages", "many"))).hasMessage("--set messages=many: not a whole number");
        assertThatThrownBy(() -> run(Map.of("messages", "101"))).hasMessage("--set messages=101: allowed is 1 to 100");
        assertThatThrownBy(() -> run(Map.of("load", "NaN"))).hasMessage("--set load=NaN: allowed is 0.100 to 0.900");
        assertThatThrownBy(() -> run(new Run.Wishes(1, Map.of(), FILE, Optional.empty(), Set.of())))
            .hasMessage("--machine: some runs on no machine that a file describes");
        assertThatThrownBy(() -> run(new Run.Wishes(1, Map.of(), Optional.empty(), FILE, Set.of())))
            .hasMessage("--mapping: some places no stages");
        assertThatThrownBy(() -> run(new Run.Wishes(1, Map.of(), Optional.empty(), Optional.empty(), Set.of("luck"))))
            .hasMessage("--without luck: some can leave out islands, replication");
    }

    @Test
    void diceAreTheSeedsAndThePurposes() throws LabException {
        assertThat(run(Map.of()).random(1).nextLong()).isEqualTo(run(Map.of()).random(1).nextLong())
            .isNotEqualTo(run(Map.of()).random(2).nextLong());
    }
}
