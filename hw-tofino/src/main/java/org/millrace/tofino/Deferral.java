package org.millrace.tofino;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.analysis.StageAnalysis;

/**
 * What no comparator can do and the register does not depend on comes after it: both halves are given to the packet as they
 * were, and tables behind compare them.
 */
final class Deferral {
    private Deferral() {
    }

    /** {@return the same stage, in which fields that depend on both halves at once do so through two fields of their own} */
    static StageAnalysis of(StageAnalysis a, String stage) {
        boolean isOfRegister = a.state().values().stream().anyMatch(w -> joins(w.value()));
        if (isOfRegister || a.stateSites().size() > 2 || a.verdict() == null) {
            return a;
        }
        Map<Input, Path.Write> meta = new LinkedHashMap<>();
        Set<Input> halves = new LinkedHashSet<>();
        a.meta().forEach((field, write) -> meta.put(field, joins(write.value())
            ? new Path.Write(behind(write.value(), stage, halves), write.site()) : write));
        Expr verdict = joins(a.verdict()) ? behind(a.verdict(), stage, halves) : a.verdict();
        halves.forEach(half -> meta.put(temporary(stage, half), new Path.Write(half, a.stateSites().get(half))));
        return new StageAnalysis(a.stage(), a.state(), meta, a.calls(), verdict, a.refused(), a.stateSites(), a.testSites());
    }

    private static Input temporary(String stage, Input half) {
        return new Input(Expr.Source.META, '$' + stage + ".was." + half.name(), -2, half.bits());
    }

    private static Expr behind(Expr value, String stage, Set<Input> halves) {
        return Exprs.replace(value, e -> {
            if (e instanceof Input in && in.source() == Expr.Source.STATE) {
                halves.add(in);
                return temporary(stage, in);
            }
            return e;
        });
    }

    /** {@return whether a test or a value takes two state fields} */
    private static boolean joins(Expr value) {
        boolean joins = Exprs.leaves(value).stream().anyMatch(e -> Exprs.stateInputs(e).size() > 1);
        return joins || Exprs.tests(value).stream().anyMatch(t -> {
            Set<Input> both = Exprs.stateInputs(t.compare().left());
            both.addAll(Exprs.stateInputs(t.compare().right()));
            return both.size() > 1;
        });
    }
}
