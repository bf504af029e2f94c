package org.millrace.tofino.alu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.code.analysis.Analyser;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;
import org.millrace.tofino.stages.RegisterMeta;
import org.millrace.tofino.stages.Registers;

/** The stage table of the reference: fits, with its counts, and does what the classes do. */
final class RegisterStagesTest {
    private static final int INPUTS = Integer.getInteger("millrace.differential.inputs", 3_000);

    record Case(Stage<RegisterMeta, ? extends State> stage, String instructions) {
        @Override
        public String toString() {
            return stage.spec().name();
        }
    }

    static Stream<Case> stages() {
        return Stream.of(
            new Case(new Registers.RxNext(), "[3,2,3,2] [0,1,2,1] [0,0,2,0]"),
            new Case(new Registers.OooTail(), "[0,1,1,1] [3,2,2,2] [0,0,1,0]"),
            new Case(new Registers.OooHead(), "[0,1,1,1] [0,1,1,1] [2,2,2,2] [0,0,1,0]"),
            new Case(new Registers.NextAck(), "[1,0,2,1] [2,1,2,1]"),
            new Case(new Registers.DupAck(), "[1,1,1,0] [0,1,0,0]"),
            new Case(new Registers.TxAvail(), "[0,1,0,1] [1,1,1,1]"),
            new Case(new Registers.Credits(), "[0,1,0,1] [1,1,1,1]"),
            new Case(new Registers.Remote(), "[1,0,1,1] [0,1,0,1]"));
    }

    @ParameterizedTest
    @MethodSource("stages")
    void fitsAndAgreesWithTheRealClass(Case c) {
        check(c, c.stage());
    }

    private static <S extends State> void check(Case c, Stage<RegisterMeta, S> stage) {
        StageAnalysis analysis = new Analyser(4096).analyse(stage, RegisterMeta.class);
        assertThat(analysis.refused()).isEmpty();
        RegisterPlan plan = new RegisterChecker(Machine.tofino2().alu(), List.of(analysis)).plan();
        assertThat(plan.violations()).isEmpty();
        long seed = 20_000 + c.toString().hashCode();
        int emulated = new Differential<>(stage, new RegisterMeta(), seed).run(analysis, plan, INPUTS);
        System.out.println(c + ": " + analysis.testSites().size() + " tests, " + plan.instructions() + ", seed " + seed
            + ", " + emulated + " of " + INPUTS + " inputs met "
            + plan.assumptions().stream().map(e -> e.text()).toList());
        assertThat(emulated).isGreaterThan(INPUTS / 20);
        assertThat(String.join(" ", plan.instructions().stream().map(Instruction::toString).toList()))
            .isEqualTo(c.instructions());
    }
}
