package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Path;

/** Splits a stage's paths by their decisions on metadata, until those of a group differ by the register alone. */
final class GatewayTree {
    record Leaf(Map<Decision.Test, Boolean> answers, List<Path> paths) {
    }

    private final int maxLeaves;
    private final List<Leaf> leaves = new ArrayList<>();

    GatewayTree(List<Path> paths, int maxLeaves) {
        this.maxLeaves = maxLeaves;
        split(paths, new LinkedHashMap<>());
    }

    List<Leaf> leaves() {
        return leaves;
    }

    boolean isTooLarge() {
        return leaves.size() >= maxLeaves;
    }

    private void split(List<Path> paths, Map<Decision.Test, Boolean> answers) {
        if (paths.isEmpty() || isTooLarge()) {
            return;
        }
        Decision.Test open = firstOpen(paths, answers);
        if (open == null) {
            leaves.add(new Leaf(answers, paths));
            return;
        }
        for (boolean answer : new boolean[] {true, false}) {
            Map<Decision.Test, Boolean> more = new LinkedHashMap<>(answers);
            more.put(open, answer);
            split(paths.stream().filter(p -> allows(p, open, answer)).toList(), more);
        }
    }

    private static Decision.Test firstOpen(List<Path> paths, Map<Decision.Test, Boolean> answers) {
        for (Path path : paths) {
            for (Decision d : path.decisions()) {
                if (d.compare().isStateFree() && !answers.containsKey(d.test())) {
                    return d.test();
                }
            }
        }
        return null;
    }

    private static boolean allows(Path path, Decision.Test test, boolean answer) {
        return path.decisions().stream().noneMatch(d -> d.test().equals(test) && d.isTest() != answer);
    }
}
