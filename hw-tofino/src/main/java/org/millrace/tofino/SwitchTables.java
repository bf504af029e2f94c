package org.millrace.tofino;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.Table;

/** Tables that a program's frames need beside its stages, where its header format is declared: they are charged, placed, and in the text. */
final class SwitchTables {
    /** By flow: the ports towards the network and the host, and the host's mirror session. Ingress. */
    static final String FORWARDING = "forwarding";
    /** By the peer's address: link addresses. Egress. */
    static final String NEIGHBOURS = "neighbours";

    private SwitchTables() {
    }

    static List<Table> of(Program<?> program, int order) {
        if (program.codec() == null || program.codec().format() == null || program.codec().carried().isEmpty()) {
            return List.of();
        }
        Set<Workflow> served = EnumSet.noneOf(Workflow.class);
        for (Workflow w : Workflow.values()) {
            if (!program.stages(w).isEmpty()) {
                served.add(w);
            }
        }
        Set<Workflow> first = EnumSet.copyOf(served);
        first.remove(Workflow.MIRROR); // a copy's session knows its port
        return List.of(table(FORWARDING, true, order, "flow", first), table(NEIGHBOURS, false, order, "peerAddress", served));
    }

    private static Table table(String name, boolean isIngress, int order, String key, Set<Workflow> workflows) {
        Expr.Input found = new Expr.Input(Expr.Source.META, '$' + name, -1, 32);
        Action action = new Action(List.of(new Action.Assignment(found, new Expr.Const(0, false))), Optional.empty(), List.of(), null,
            new Site(name, 0));
        return new Table(name, "", Table.Kind.SWITCH, isIngress, order, key, List.of(new Case(workflows, List.of(List.of()), action)));
    }
}
