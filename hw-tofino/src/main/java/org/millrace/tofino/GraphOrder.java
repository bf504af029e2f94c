package org.millrace.tofino;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.graph.Table;

/** Puts placed tables into an order in which, within a stage, who reads a field comes before who writes it. */
final class GraphOrder {
    private GraphOrder() {
    }

    static Graph graph(Program<?> program, Layout meta, Map<Table, Integer> places, Map<String, RegisterPlan> plans) {
        Map<String, Graph.Field> fields = new LinkedHashMap<>();
        for (String now : List.of("$now.low", "$now.high")) { // the time, set as the item enters
            fields.put(now, new Graph.Field(now, 32, true));
        }
        meta.fields().forEach(f -> fields.put(f.name(), new Graph.Field(f.name(), f.bits(), false)));
        List<Graph.Placed> placed = new ArrayList<>();
        places.forEach((t, at) -> {
            if (t.kind() == Table.Kind.SWITCH) {
                return; // no operation of the program's
            }
            placed.add(new Graph.Placed(t, at));
            t.cases().forEach(c -> {
                c.action().assignments().forEach(a -> fields.putIfAbsent(a.target().name(),
                    new Graph.Field(a.target().name(), a.target().bits(), true)));
                c.action().calls().stream().filter(call -> call.result() != null).forEach(call -> fields.putIfAbsent(
                    call.result().name(), new Graph.Field(call.result().name(), 32, true)));
            });
        });
        placed.sort(Comparator.comparingInt(Graph.Placed::at));
        return new Graph(program.name(), List.copyOf(fields.values()), readersFirst(placed), plans, program.mirrors());
    }

    private static List<Graph.Placed> readersFirst(List<Graph.Placed> placed) {
        List<Graph.Placed> open = new ArrayList<>(placed);
        List<Graph.Placed> order = new ArrayList<>();
        while (!open.isEmpty()) {
            int at = open.getFirst().at();
            List<Graph.Placed> here = open.stream().filter(p -> p.at() == at).toList();
            Graph.Placed next = here.stream().filter(p -> here.stream().noneMatch(o -> o != p && reads(o.table(), p.table())))
                .findFirst().orElse(here.getFirst());
            order.add(next);
            open.remove(next);
        }
        return List.copyOf(order);
    }

    private static boolean reads(Table reader, Table writer) {
        for (Workflow w : reader.workflows()) {
            if (writer.workflows().contains(w)) {
                Access mine = Access.of(reader, w);
                Access theirs = Access.of(writer, w);
                if (theirs.writes().stream().anyMatch(n -> mine.matches().contains(n) || mine.reads().contains(n)
                    || mine.sees().contains(n))) {
                    return true;
                }
            }
        }
        return false;
    }
}
