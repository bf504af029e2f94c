package org.millrace.tofino.alu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.code.analysis.Analyser;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;
import org.millrace.tofino.stages.RegisterMeta;
import org.millrace.tofino.stages.Traps;

/** What an analyser gets wrong: accepted with the instruction it is, or refused by name with its line. */
final class TrapsTest {
    private static final int INPUTS = 3_000;

    private static StageAnalysis analyse(Traps.OnRegister stage) {
        return new Analyser(256).analyse(stage, RegisterMeta.class);
    }

    private static RegisterPlan plan(StageAnalysis analysis) {
        return new RegisterChecker(Machine.tofino2().alu(), List.of(analysis)).plan();
    }

    static Stream<Arguments> accepted() {
        return Stream.of(
            Arguments.of(new Traps.SerialMinimum(), "[[1,1,0,1]]"),
            Arguments.of(new Traps.WrappedSum(), "[[1,0,1,1]]"),
            Arguments.of(new Traps.ByTernary(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.ByIf(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.ByMaximum(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.ByUnsigned(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.ByLong(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.ByOffset(), "[[0,1,0,1]]"),
            Arguments.of(new Traps.Ordinary(), "[[0,1,0,0], [0,1,0,0], [0,1,0,1]]"));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void isTheInstructionItIs(Traps.OnRegister stage, String instructions) {
        StageAnalysis analysis = analyse(stage);
        RegisterPlan plan = plan(analysis);
        assertThat(plan.violations()).isEmpty();
        int emulated = new Differential<>(stage, new RegisterMeta(), 4711).run(analysis, plan, INPUTS);
        assertThat(emulated).isGreaterThan(INPUTS / 20);
        assertThat(plan.instructions()).hasToString(instructions);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
            Arguments.of(new Traps.Loop(), "loop"),
            Arguments.of(new Traps.Doubling(), "value of more than 512 operations"),
            Arguments.of(new Traps.Recursion(), "recursion of Recursion.down"),
            Arguments.of(new Traps.Unresolved(), "call of Math.abs"),
            Arguments.of(new Traps.Division(), "division of value by 3"),
            Arguments.of(new Traps.TwoSteps(), "new value min(meta.end, meta.length+value)"),
            Arguments.of(new Traps.ThreeOperands(), "3 operands: meta.seq, meta.ack, meta.end"),
            Arguments.of(new Traps.Constants(), "constants [1001, 1002, 1003, 1004, 1005]"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void isRefusedByName(Traps.OnRegister stage, String operation) {
        assertThat(plan(analyse(stage)).violations()).anySatisfy(v -> {
            assertThat(v.operation()).startsWith(operation);
            assertThat(v.site().line()).isPositive();
            assertThat(v.site().method()).startsWith(stage.getClass().getSimpleName());
            assertThat(v.limit()).isNotEmpty();
        });
    }
}
