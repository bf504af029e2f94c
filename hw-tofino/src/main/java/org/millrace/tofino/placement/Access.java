package org.millrace.tofino.placement;

import java.util.Set;
import java.util.TreeSet;

/** What a table does with fields in one workflow. Filled while tables are made. */
final class Access {
    /** Fields it matches or gates on. */
    final Set<String> matches = new TreeSet<>();
    /** Fields its actions read. */
    final Set<String> reads = new TreeSet<>();
    /** Fields its actions write. */
    final Set<String> writes = new TreeSet<>();

    void add(Access other) {
        matches.addAll(other.matches);
        reads.addAll(other.reads);
        writes.addAll(other.writes);
    }

    private static boolean meet(Set<String> a, Set<String> b) {
        return a.stream().anyMatch(b::contains);
    }

    /** {@return what the order of two tables rests on} */
    Table.Dependency on(Access before) {
        if (meet(matches, before.writes)) {
            return Table.Dependency.MATCH;
        }
        if (meet(reads, before.writes) || meet(writes, before.writes)) {
            return Table.Dependency.ACTION;
        }
        return meet(writes, before.matches) || meet(writes, before.reads) ? Table.Dependency.REVERSE
            : Table.Dependency.NONE;
    }

    /** {@return the same for two tables of one stage: its values are those on entry, so they wait for intermediate
     *          results alone} */
    Table.Dependency onSibling(Access before) {
        return matches.stream().anyMatch(name -> isOwn(name, before)) ? Table.Dependency.MATCH
            : reads.stream().anyMatch(name -> isOwn(name, before)) ? Table.Dependency.ACTION : Table.Dependency.NONE;
    }

    private static boolean isOwn(String name, Access before) {
        return name.charAt(0) == '$' && !name.equals(Part.VERDICT) && before.writes.contains(name);
    }
}
