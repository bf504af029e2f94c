package org.millrace.tofino.placement;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Case;

/** Cases that read one field in place of another. */
final class Copies {
    private Copies() {
    }

    static Case reading(Case c, Input field, Input copy) {
        UnaryOperator<Expr> with = e -> e.equals(field) ? copy : e;
        Action a = c.action();
        List<List<Case.Condition>> guard = c.guard().stream().map(all -> all.stream()
            .map(one -> new Case.Condition(Exprs.replace(one.test(), with), one.answer())).toList()).toList();
        return new Case(c.workflows(), guard, new Action(
            a.assignments().stream().map(x -> new Action.Assignment(x.target(), Exprs.replace(x.value(), with))).toList(),
            a.register().map(r -> new Action.Access(r.instruction(),
                r.operands().stream().map(e -> Exprs.replace(e, with)).toList(), r.compares(), r.rows())),
            a.calls().stream().map(x -> new Action.Call(x.extern(), x.method(),
                x.arguments().stream().map(e -> Exprs.replace(e, with)).toList(), x.result(), x.isAtEnd())).toList(),
            a.verdict() == null ? null : Exprs.replace(a.verdict(), with), a.site()));
    }

    static void inputs(Case c, Consumer<Input> visitor) {
        c.guard().forEach(all -> all.forEach(one -> {
            one.test().compare().left().inputs(visitor);
            one.test().compare().right().inputs(visitor);
        }));
        c.action().assignments().forEach(a -> a.value().inputs(visitor));
        c.action().register().ifPresent(r -> r.operands().forEach(e -> e.inputs(visitor)));
        c.action().calls().forEach(call -> call.arguments().forEach(e -> e.inputs(visitor)));
        if (c.action().verdict() != null) {
            c.action().verdict().inputs(visitor);
        }
    }
}
