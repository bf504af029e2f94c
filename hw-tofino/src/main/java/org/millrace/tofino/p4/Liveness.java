package org.millrace.tofino.p4;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.graph.Table;

/** Which fields must be there where. */
final class Liveness {
    private Liveness() {
    }

    /**
     * {@return fields of the program that are read in a workflow before they are surely written}
     *
     * @param placed  tables in the order in which they run
     * @param at      the end: what is read behind them
     */
    static Set<String> needed(List<Graph.Placed> placed, Workflow workflow, Set<String> at) {
        Set<String> needed = new TreeSet<>();
        Set<String> written = new TreeSet<>();
        for (Graph.Placed p : placed) {
            if (!p.table().workflows().contains(workflow)) {
                continue;
            }
            Access access = Access.of(p.table(), workflow);
            for (Set<String> read : List.of(access.matches(), access.reads(), access.sees())) {
                read.stream().filter(f -> !written.contains(f)).forEach(needed::add);
            }
            written.addAll(surely(p.table(), workflow));
        }
        at.stream().filter(f -> !written.contains(f)).forEach(needed::add);
        needed.remove("workflow");
        needed.removeIf(f -> f.startsWith("$"));
        return needed;
    }

    private static Set<String> surely(Table table, Workflow workflow) {
        List<Case> here = table.cases().stream().filter(c -> c.workflows().contains(workflow)).toList();
        Set<String> written = new TreeSet<>();
        if (here.size() == 1 && here.getFirst().isUnconditional()) {
            here.getFirst().action().assignments().forEach(a -> written.add(a.target().name()));
            here.getFirst().action().calls().stream().filter(c -> c.result() != null).forEach(c -> written.add(c.result().name()));
        }
        return written;
    }
}
