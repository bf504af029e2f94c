package org.millrace.tofino.placement;

import java.util.Map;
import java.util.Set;
import org.millrace.api.pipeline.Workflow;

/**
 * One operation to place: a logical table with its gateway, its memory and its actions.
 *
 * @param stage     the stage it comes from
 * @param name      which part of it
 * @param accesses  what it does with fields, by the workflows where it runs
 * @param isIngress whether it belongs to the ingress thread
 * @param inputs    bytes that it has on the match crossbar, by field; tables of a physical stage share them
 * @param needs     what it takes, alone in a stage
 * @param reads128  RAM reads of one lookup; a register's read and write beside
 */
public record Table(String stage, String name, Map<Workflow, Access> accesses, boolean isIngress,
                    Map<String, Integer> inputs, Resources needs, int reads128) {
    /** What the order of two tables rests on, the strictest last. */
    public enum Dependency { NONE, REVERSE, ACTION, MATCH }

    /** {@return where it runs} */
    public Set<Workflow> workflows() {
        return accesses.keySet();
    }

    /** {@return whether it is part of its physical stage's always-run action} */
    boolean isAlways() {
        return needs.equals(Resources.NONE);
    }

    /** {@return how this table depends on one before it, in any workflow of both}
     * @param before the other */
    Dependency on(Table before) {
        Dependency strictest = Dependency.NONE;
        if (before.isIngress == isIngress) {
            for (Map.Entry<Workflow, Access> mine : accesses.entrySet()) {
                Access theirs = before.accesses.get(mine.getKey());
                if (theirs != null) {
                    Dependency d = before.stage.equals(stage) ? mine.getValue().onSibling(theirs)
                        : mine.getValue().on(theirs);
                    strictest = d.compareTo(strictest) > 0 ? d : strictest;
                }
            }
        }
        return strictest;
    }

    @Override
    public String toString() {
        return name.isEmpty() ? stage : stage + '.' + name;
    }
}
