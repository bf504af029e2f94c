package org.millrace.tofino.placement;

import java.util.Set;
import java.util.function.Predicate;
import org.millrace.api.pipeline.Workflow;

/**
 * One operation to place: a logical table with its gateway, its memory and its actions.
 *
 * @param stage     the stage it comes from
 * @param name      which part of it
 * @param workflows where it runs
 * @param isIngress whether it belongs to the ingress thread
 * @param matches   fields it matches or gates on
 * @param reads     fields its actions read
 * @param writes    fields its actions write
 * @param needs     what it takes
 * @param reads128  RAM reads of one lookup; a register's read and write beside
 */
public record Table(String stage, String name, Set<Workflow> workflows, boolean isIngress, Set<String> matches,
                    Set<String> reads, Set<String> writes, Resources needs, int reads128) {
    /** What the order of two tables rests on. */
    public enum Dependency { NONE, REVERSE, ACTION, MATCH }

    /** {@return how this table depends on one before it}
     * @param before the other */
    Dependency on(Table before) {
        if (before.isIngress != isIngress || workflows.stream().noneMatch(before.workflows::contains)) {
            return Dependency.NONE;
        }
        if (before.stage.equals(stage)) {
            return onSameStage(before);
        }
        if (meet(matches, before.writes)) {
            return Dependency.MATCH;
        }
        if (meet(reads, before.writes) || meet(writes, before.writes)) {
            return Dependency.ACTION;
        }
        return meet(writes, before.matches) || meet(writes, before.reads) ? Dependency.REVERSE : Dependency.NONE;
    }

    /** Values of a stage are those on entry, so its tables wait for each other's intermediate results alone. */
    private Dependency onSameStage(Table before) {
        Predicate<String> isOwn = name -> name.charAt(0) == '$' && !name.startsWith("$verdict.")
            && before.writes.contains(name);
        return matches.stream().anyMatch(isOwn) ? Dependency.MATCH
            : reads.stream().anyMatch(isOwn) ? Dependency.ACTION : Dependency.NONE;
    }

    private static boolean meet(Set<String> a, Set<String> b) {
        return a.stream().anyMatch(b::contains);
    }

    @Override
    public String toString() {
        return name.isEmpty() ? stage : stage + '.' + name;
    }
}
