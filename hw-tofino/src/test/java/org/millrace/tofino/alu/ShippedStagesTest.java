package org.millrace.tofino.alu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.Programs;
import org.millrace.code.analysis.Analyser;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;

/**
 * Every register of the shipped Laminar with all its options: its real classes against the paths and the ALU instructions derived from them.
 * {@code -Dmillrace.differential.inputs=200000} for the full run; the default one draws fewer.
 */
final class ShippedStagesTest {
    private static final int INPUTS = Integer.getInteger("millrace.differential.inputs", 3_000);

    private static final Map<String, String> ALL_OPTIONS = Map.of("sack", "on", "delayed-ack-segments", "2");

    static Stream<String> registers() {
        return stages().entrySet().stream().filter(e -> e.getValue().stream().anyMatch(ShippedStagesTest::isRegister))
            .map(Map.Entry::getKey);
    }

    private static boolean isRegister(Stage<?, ?> stage) {
        StageSpec<?> spec = stage.spec();
        return Layout.of(spec.state().get().getClass()).words() != 0 && spec.concurrency() != StageSpec.Concurrency.STATELESS;
    }

    private static Map<String, List<Stage<?, ?>>> stages() {
        Map<String, List<Stage<?, ?>>> byName = new LinkedHashMap<>();
        Program<?> program = Programs.laminar(ALL_OPTIONS);
        for (Workflow workflow : Workflow.values()) {
            for (Stage<?, ?> stage : program.stages(workflow)) {
                List<Stage<?, ?>> same = byName.computeIfAbsent(stage.spec().name(), n -> new ArrayList<>());
                if (same.stream().noneMatch(s -> s.getClass() == stage.getClass())) {
                    same.add(stage);
                }
            }
        }
        return byName;
    }

    @ParameterizedTest
    @MethodSource("registers")
    void agrees(String name) {
        List<Stage<?, ?>> stages = stages().get(name);
        SegmentMeta meta = Programs.laminar().newMeta();
        Analyser analyser = new Analyser(2048);
        List<StageAnalysis> analyses = stages.stream().map(s -> analyser.analyse(s, meta.getClass())).toList();
        RegisterPlan plan = new RegisterChecker(Machine.tofino2().alu(), analyses).plan();
        assertThat(plan.violations()).isEmpty();
        for (int i = 0; i < stages.size(); i++) {
            long seed = 31 * name.hashCode() + i;
            int emulated = run(stages.get(i), meta, seed, analyses.get(i), plan);
            System.out.println(name + ", seed " + seed + ": " + INPUTS + " inputs, " + emulated + " to the ALU");
            assertThat(emulated).isGreaterThan(INPUTS / 20);
        }
    }

    @SuppressWarnings("unchecked")
    private static <M extends SegmentMeta, S extends State> int run(Stage<?, ?> stage, SegmentMeta meta, long seed,
                                                                    StageAnalysis analysis, RegisterPlan plan) {
        return new Differential<>((Stage<M, S>) stage, (M) meta, seed).run(analysis, plan, INPUTS);
    }
}
