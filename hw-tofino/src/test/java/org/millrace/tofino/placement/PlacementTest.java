package org.millrace.tofino.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/** Where tables go, by what they do with fields in which workflow. */
final class PlacementTest {
    private static final Resources ONE = new Resources(1, 0, 0, 0, 1, 0, 1, 4, 0);

    private final Placement placement = new Placement(Machine.tofino2());

    private static Table table(String stage, Workflow workflow, Set<String> matches, Set<String> writes,
                               Resources needs) {
        Access access = new Access();
        access.matches.addAll(matches);
        access.writes.addAll(writes);
        Map<Workflow, Access> accesses = new EnumMap<>(Map.of(workflow, access));
        return new Table(stage, "", accesses, false, needs == ONE ? Map.of("flow", 4) : Map.of(), needs, 0);
    }

    @Test
    void aReaderWaitsForItsWriterInTheSameWorkflowOnly() {
        Table writer = table("writer", Workflow.RX, Set.of(), Set.of("end"), ONE);
        Table reader = table("reader", Workflow.RX, Set.of("end"), Set.of(), ONE);
        Table other = table("other", Workflow.TX, Set.of("end"), Set.of(), ONE);
        placement.place(List.of(writer, reader, other));
        assertThat(placement.places()).containsEntry(writer, 0).containsEntry(reader, 1).containsEntry(other, 0);
    }

    @Test
    void aByteIsOnAStagesCrossbarOnce() {
        placement.place(List.of(table("a", Workflow.RX, Set.of("flow"), Set.of(), ONE),
            table("b", Workflow.RX, Set.of("flow"), Set.of(), ONE)));
        assertThat(placement.used().getFirst().crossbarBytes()).isEqualTo(4);
        assertThat(placement.used().getFirst().gateways()).isEqualTo(2);
    }

    @Test
    void whatRunsAlwaysIsOneActionAndAsLateAsItsReadersAllow() {
        Table first = table("x", Workflow.RX, Set.of(), Set.of("$x.pre1"), Resources.NONE);
        Table second = table("x", Workflow.TX, Set.of(), Set.of("$x.pre2"), Resources.NONE);
        Table late = table("w", Workflow.RX, Set.of(), Set.of("f"), ONE);
        Table later = table("v", Workflow.RX, Set.of("f"), Set.of("g"), ONE);
        Table reader = table("r", Workflow.RX, Set.of("g", "$x.pre1"), Set.of(), ONE);
        placement.place(List.of(first, second, late, later, reader));
        assertThat(placement.places()).containsEntry(first, 0).containsEntry(reader, 2);
        assertThat(placement.used().getFirst().vliw()).isEqualTo(2);
        placement.settle();
        assertThat(placement.places()).containsEntry(first, 1);
        assertThat(placement.temporaries()).isEqualTo(1);
    }
}
