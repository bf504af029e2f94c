package org.millrace.tofino.graph;

import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;

/**
 * What a table does with fields in one workflow.
 *
 * @param matches fields it matches or gates on
 * @param reads   fields its actions read
 * @param sees    fields its calls read as its own stage leaves them
 * @param shows   fields that its calls read at the end of the pass
 * @param writes  fields its actions write
 * @param ends    whether it may end an item
 * @param isGated whether it must not run for an item that has ended
 */
public record Access(Set<String> matches, Set<String> reads, Set<String> sees, Set<String> shows,
                     Set<String> writes, boolean ends, boolean isGated) {
    /** {@return what a table does in a workflow}
     * @param table    the table
     * @param workflow the workflow */
    public static Access of(Table table, Workflow workflow) {
        Set<String> matches = new TreeSet<>();
        Set<String> reads = new TreeSet<>();
        Set<String> sees = new TreeSet<>();
        Set<String> shows = new TreeSet<>();
        Set<String> writes = new TreeSet<>();
        boolean ends = false;
        boolean isGated = table.kind() == Table.Kind.REGISTER || table.kind() == Table.Kind.EXTERN;
        if (!table.index().isEmpty()) {
            matches.add(table.index());
        }
        for (Case c : table.cases()) {
            if (!c.workflows().contains(workflow)) {
                continue;
            }
            c.guard().forEach(all -> all.forEach(one -> {
                fields(one.test().compare().left(), matches);
                fields(one.test().compare().right(), matches);
            }));
            Action action = c.action();
            action.assignments().forEach(a -> {
                writes.add(a.target().name());
                fields(a.value(), reads);
            });
            ends |= ends(action.verdict());
            isGated |= isGated(action.verdict());
            if (action.register().isPresent()) {
                Action.Access access = action.register().get();
                access.operands().forEach(e -> fields(e, reads));
                for (Action.Row row : access.rows()) {
                    if (row != null) {
                        row.assignments().forEach(a -> writes.add(a.target().name()));
                        ends |= ends(row.verdict());
                    }
                }
            }
            for (Action.Call call : action.calls()) {
                call.arguments().forEach(e -> fields(e, table.kind() == Table.Kind.LOOKUP ? matches : reads));
                (table.kind() == Table.Kind.LOOKUP ? matches : call.isAtEnd() ? shows : sees).addAll(ExternModel.of(call).reads());
                if (call.result() != null) {
                    writes.add(call.result().name());
                }
            }
        }
        return new Access(matches, reads, sees, shows, writes, ends, isGated);
    }

    private static void fields(Expr e, Set<String> names) {
        e.inputs(in -> {
            if (in.source() == Expr.Source.META) {
                names.add(in.name());
            }
        });
    }

    static boolean ends(Expr verdict) {
        return verdict != null && (!(verdict instanceof Expr.Const c) || Verdict.action(c.value()) != Verdict.NEXT);
    }

    private static boolean isGated(Expr verdict) {
        return verdict != null && (!(verdict instanceof Expr.Const c) || (c.value() & (Verdict.DIGEST | Verdict.MIRROR)) != 0);
    }
}
