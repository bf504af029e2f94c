package org.millrace.tofino.p4;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.code.analysis.Expr;

/** What a control declares: its text, names that are taken, and fields that the metadata must have beside the graph's. */
final class Declared {
    private final Target target;
    private final Text text = new Text();
    private final Set<String> names = new TreeSet<>();
    private final Set<Expr.Input> temporaries = new LinkedHashSet<>();

    Declared(Target target) {
        this.target = target;
    }

    Target target() {
        return target;
    }

    Text text() {
        return text;
    }

    Set<Expr.Input> temporaries() {
        return temporaries;
    }

    String unique(String name) {
        String free = name;
        for (int i = 2; !names.add(free); i++) {
            free = name + "_" + i;
        }
        return free;
    }
}
