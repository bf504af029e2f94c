package org.millrace.tofino.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Exprs;

/** Sums are taken apart so that nobody waits for an operand longer than he must. */
final class EarlyTest {
    private static final Set<Workflow> RX = Set.of(Workflow.RX);

    private final Map<String, Integer> arrivals = Map.of("late", 7, "c", 2);
    private final Early early = new Early("stage", (field, workflow) -> arrivals.getOrDefault(field, 0));

    private static Expr field(String name) {
        return new Expr.Input(Expr.Source.META, name, 0, 32);
    }

    private static Expr sum(int constant, String... names) {
        TreeMap<Expr, Integer> terms = new TreeMap<>();
        for (String name : names) {
            terms.put(field(name), 1);
        }
        return Exprs.sum(terms, constant);
    }

    @Test
    void aFieldIsThereWhenItIs() {
        assertThat(early.value(field("late"), RX)).isEqualTo(new Early.Operand("late", 7));
        assertThat(early.instructions()).isEmpty();
    }

    @Test
    void theLateOperandIsAddedLast() {
        assertThat(early.value(sum(0, "a", "b", "c", "late"), RX).ready()).isEqualTo(8);
        assertThat(early.instructions()).hasSize(3);
        assertThat(early.lastOperands(sum(0, "a", "b", "c", "late"), RX)).extracting(Early.Operand::ready)
            .containsExactlyInAnyOrder(3, 7);
    }

    @Test
    void fourAtOnceTakeTwoLevels() {
        assertThat(early.value(sum(5, "a", "b", "d"), RX).ready()).isEqualTo(2);
    }

    @Test
    void aTablesOwnInstructionIsTheLast() {
        assertThat(early.lastOperands(sum(0, "a", "b"), RX)).extracting(Early.Operand::name)
            .containsExactlyInAnyOrder("a", "b");
        assertThat(early.lastOperands(Exprs.sum(new TreeMap<>(Map.of(field("a"), 4)), 0), RX))
            .extracting(Early.Operand::name).containsExactly("a");
        assertThat(early.instructions()).isEmpty();
    }

    @Test
    void whatIsComputedTwiceIsComputedOnceInBothWorkflows() {
        early.value(sum(0, "a", "b"), RX);
        early.value(sum(0, "a", "b"), Set.of(Workflow.TX));
        assertThat(early.instructions()).hasSize(1);
        assertThat(early.instructions().values().iterator().next()).containsOnlyKeys(Workflow.RX, Workflow.TX);
    }
}
