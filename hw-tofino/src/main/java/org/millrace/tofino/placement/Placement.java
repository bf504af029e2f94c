package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.tofino.graph.Access;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Action.Assignment;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.GraphBuilder;
import org.millrace.tofino.graph.Table;
import org.millrace.tofino.machine.Machine;

/**
 * Tables in physical stages: each as early as its dependencies and what is left there allow. Ingress and egress share
 * the stages. A register lies in one half of a stage.
 */
public final class Placement {
    /** What the order of two tables rests on, the strictest last. */
    public enum Dependency { NONE, REVERSE, ACTION, MATCH }

    private final Machine machine;
    private final Costs costs;
    private final Map<Table, Integer> places = new LinkedHashMap<>();
    private final Map<Object, Integer> arrivals = new HashMap<>();
    private final Map<Table, Map<Workflow, Access>> accesses = new java.util.IdentityHashMap<>();
    private final List<Homeless> homeless = new ArrayList<>();
    private final Resources alwaysRun;
    private final Overwrites overwrites;

    /**
     * A table for which no stage was left.
     *
     * @param table    the table
     * @param earliest the first stage that its dependencies allow
     * @param needs    what it takes
     * @param lacking  what there was too little of from there on; empty: the pipe is not deep enough
     */
    public record Homeless(Table table, int earliest, Resources needs, String lacking) {
    }

    /** Who writes what. */
    @FunctionalInterface
    public interface Overwrites {
        /** {@return whether a later stage writes a field}
         * @param field    its name
         * @param workflow in which workflow
         * @param order    the stage's number */
        boolean isOverwritten(String field, Workflow workflow, int order);
    }

    /**
     * Places nothing yet.
     *
     * @param machine    the machine
     * @param costs      what tables take
     * @param overwrites who writes what
     */
    public Placement(Machine machine, Costs costs, Overwrites overwrites) {
        this.overwrites = overwrites;
        this.machine = machine;
        this.costs = costs;
        alwaysRun = new Resources(0, 0, 0, 0, machine.stage().alwaysRunActions(), 0, 0, 0, 0, 0, 0);
    }

    /** {@return what is placed, for the tables of the next stage}
     * @param isIngress whether that is in the ingress thread */
    public GraphBuilder.Before before(boolean isIngress) {
        return new GraphBuilder.Before() {
            @Override
            public int arrival(String field, Workflow workflow) {
                return arrivals.getOrDefault(List.of(field, workflow, isIngress), 0);
            }

            @Override
            public boolean alias(String field, Workflow workflow, Input copy) {
                return Placement.this.alias(field, workflow, copy, isIngress);
            }

            @Override
            public boolean isOverwritten(String field, Workflow workflow, int order) {
                return overwrites.isOverwritten(field, workflow, order);
            }
        };
    }

    /**
     * Places a stage's tables.
     *
     * @param tables in an order that all workflows agree with
     */
    public void place(List<Table> tables) {
        List<Table> open = new ArrayList<>(tables);
        while (!open.isEmpty()) { // who reads a temporary after who writes it
            Table next = open.stream().filter(t -> open.stream().noneMatch(o -> o != t && on(t, o) != Dependency.NONE))
                .findFirst().orElse(open.getFirst());
            place(next);
            open.remove(next);
        }
        for (Table table : tables) {
            if (places.containsKey(table)) {
                keepOld(table, tables);
            }
        }
    }

    private Access access(Table table, Workflow w) {
        return accesses.computeIfAbsent(table, t -> {
            Map<Workflow, Access> all = new java.util.EnumMap<>(Workflow.class);
            t.workflows().forEach(each -> all.put(each, Access.of(t, each)));
            return all;
        }).get(w);
    }

    /** {@return how a table depends on one before it, in any workflow of both} */
    private Dependency on(Table table, Table before) {
        Dependency strictest = Dependency.NONE;
        if (before.isIngress() == table.isIngress()) {
            for (Workflow w : table.workflows()) {
                if (before.workflows().contains(w)) {
                    Dependency d = on(table, access(table, w), before, access(before, w));
                    strictest = d.compareTo(strictest) > 0 ? d : strictest;
                }
            }
        }
        return strictest;
    }

    private static boolean meet(Set<String> a, Set<String> b) {
        for (String name : a) {
            if (b.contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean meetOwn(Set<String> read, Set<String> written) {
        for (String name : read) {
            if (name.charAt(0) == '$' && written.contains(name)) {
                return true;
            }
        }
        return false;
    }

    private static Dependency on(Table table, Access mine, Table before, Access theirs) {
        if (table.stage().equals(before.stage())) {
            return onSibling(table, mine, theirs);
        }
        if (meet(mine.matches(), theirs.writes()) || mine.isGated() && theirs.ends() && before.order() < table.order()) {
            return Dependency.MATCH;
        }
        if (meet(mine.reads(), theirs.writes()) || meet(mine.writes(), theirs.writes()) || meet(mine.sees(), theirs.writes())) {
            return Dependency.ACTION;
        }
        return meet(mine.writes(), theirs.matches()) || meet(mine.writes(), theirs.reads()) || meet(mine.writes(), theirs.sees())
            ? Dependency.REVERSE : Dependency.NONE;
    }

    /** A stage's values are those on entry, so its tables wait for temporaries of their own alone. */
    private static Dependency onSibling(Table table, Access mine, Access theirs) {
        return meetOwn(mine.matches(), theirs.writes()) ? Dependency.MATCH : meetOwn(mine.reads(), theirs.writes())
            || meet(mine.sees(), theirs.writes()) ? Dependency.ACTION : Dependency.NONE;
    }

    private void place(Table table) {
        int earliest = 0;
        for (Map.Entry<Table, Integer> other : places.entrySet()) {
            int gap = switch (on(table, other.getKey())) {
                case NONE -> Integer.MIN_VALUE / 2;
                case REVERSE -> 0;
                case ACTION, MATCH -> 1;
            };
            earliest = Math.max(earliest, other.getValue() + gap);
        }
        Set<String> lacking = new LinkedHashSet<>();
        for (int stage = earliest; stage < machine.pipe().stages(); stage++) {
            String lacks = lacks(stage, table);
            if (lacks.isEmpty()) {
                places.put(table, stage);
                arrive(table, stage);
                return;
            }
            lacking.add(lacks);
        }
        homeless.add(new Homeless(table, earliest, needs(table), String.join(", ", lacking)));
    }

    private void arrive(Table table, int stage) {
        table.workflows().forEach(w -> access(table, w).writes().forEach(field ->
            arrivals.merge(List.of(field, w, table.isIngress()), stage + 1, Math::max)));
    }

    private List<Table> tablesOf(int stage) {
        return places.entrySet().stream().filter(e -> e.getValue() == stage).map(Map.Entry::getKey).toList();
    }

    /** {@return what a stage has too little of for a table more; empty: it has room} */
    private String lacks(int stage, Table table) {
        List<Table> all = new ArrayList<>(tablesOf(stage));
        all.add(table);
        Resources r = sum(all);
        Machine.Stage s = machine.stage();
        if (table.kind() == Table.Kind.DATA && !table.name().equals("data0") && r.sram() > s.sramBlocks() / 4 * 3) {
            return "SRAM"; // what is first of a stage's data is needed first; the rest leaves room for registers
        }
        return r.tables() > s.logicalTables() ? "logical tables" : r.sram() > s.sramBlocks() ? "SRAM"
            : r.mapRam() > s.mapRams() ? "map RAM" : r.tcam() > s.tcamBlocks() ? "TCAM"
            : r.vliw() > s.vliwRows() * s.vliwColours() ? "VLIW rows" : r.gateways() > s.gateways() ? "gateways"
            : r.crossbarBytes() > s.exactCrossbarBytes() ? "match crossbar" : r.hashBits() > s.hashBits() ? "hash bits"
            : r.ternaryBytes() > s.ternaryCrossbarBytes() ? "ternary crossbar" : r.actionBytes() > s.actionBusBytes()
            ? "action data bus" : !fitsHalves(all) ? "stateful ALUs" : "";
    }

    /** A byte is on a stage's crossbar once. */
    private Resources sum(List<Table> tables) {
        Resources sum = Resources.NONE;
        Map<String, Integer> inputs = new HashMap<>();
        boolean runsAlways = false;
        for (Table t : tables) {
            sum = sum.plus(costs.of(t).needs());
            costs.of(t).inputs().forEach((field, bytes) -> inputs.merge(field, bytes, Math::max));
            runsAlways |= t.kind() == Table.Kind.ALWAYS;
        }
        sum = sum.withCrossbarBytes(inputs.values().stream().mapToInt(Integer::intValue).sum());
        return runsAlways ? sum.plus(alwaysRun) : sum;
    }

    /** Registers, the largest first, each into a half that has room. */
    private boolean fitsHalves(List<Table> tables) {
        Machine.Stage s = machine.stage();
        int[] alus = new int[s.halves()];
        int[] maps = new int[s.halves()];
        for (Resources needs : tables.stream().map(t -> costs.of(t).needs()).filter(n -> n.alus() > 0)
            .sorted(java.util.Comparator.comparingInt(Resources::mapRam).reversed()).toList()) {
            int half = 0;
            while (half < s.halves() && (alus[half] + needs.alus() > s.meterAlus() / s.halves()
                || maps[half] + needs.mapRam() > s.mapRams() / s.halves())) {
                half++;
            }
            if (half == s.halves()) {
                return false;
            }
            alus[half] += needs.alus();
            maps[half] += needs.mapRam();
        }
        return true;
    }

    private void replace(Table old, Table other) {
        Map<Table, Integer> all = new LinkedHashMap<>();
        places.forEach((t, at) -> all.put(t == old ? other : t, at));
        places.clear();
        places.putAll(all);
    }

    /** Whoever writes a field writes a copy beside it, in the same action. */
    private boolean alias(String field, Workflow w, Input copy, boolean isIngress) {
        boolean isWritten = false;
        for (Map.Entry<Table, Integer> e : List.copyOf(places.entrySet())) {
            Table t = e.getKey();
            if (t.isIngress() == isIngress && t.workflows().contains(w) && access(t, w).writes().contains(field)) {
                Table other = t.with(t.cases().stream().flatMap(c -> aliased(c, field, w, copy).stream()).toList());
                replace(t, other);
                arrive(other, e.getValue());
                isWritten = true;
            }
        }
        return isWritten;
    }

    private static List<Case> aliased(Case c, String field, Workflow w, Input copy) {
        Optional<Assignment> write = c.action().assignments().stream().filter(a -> a.target().name().equals(field)).findFirst();
        if (write.isEmpty() || !c.workflows().contains(w)) {
            return List.of(c);
        }
        Action a = c.action();
        List<Assignment> more = new ArrayList<>(a.assignments());
        more.add(new Assignment(copy, write.get().value()));
        Case here = new Case(EnumSet.of(w), c.guard(), new Action(more, a.register(), a.calls(), a.verdict(), a.site()));
        Set<Workflow> others = EnumSet.copyOf(c.workflows());
        others.remove(w);
        return others.isEmpty() ? List.of(here) : List.of(new Case(others, c.guard(), a), here);
    }

    /** What a table needs as its stage found it, and another of the stage has overwritten by then, is copied before. */
    private void keepOld(Table table, List<Table> siblings) {
        Table reader = table;
        for (Table writer : siblings) {
            Set<String> lost = new TreeSet<>();
            if (writer != table && places.containsKey(writer) && places.get(reader) > places.get(writer)) {
                for (Workflow w : reader.workflows()) {
                    if (writer.workflows().contains(w)) {
                        Set<String> read = new TreeSet<>(access(reader, w).matches());
                        read.addAll(access(reader, w).reads());
                        read.retainAll(access(writer, w).writes());
                        lost.addAll(read);
                    }
                }
                lost.removeIf(name -> name.charAt(0) == '$');
            }
            for (String name : lost) {
                reader = keepOld(reader, name, places.get(writer));
            }
        }
    }

    private Table keepOld(Table reader, String name, int before) {
        Input[] field = new Input[1];
        reader.cases().forEach(c -> Copies.inputs(c, in -> field[0] = in.name().equals(name) ? in : field[0]));
        if (field[0] == null) {
            return reader; // addresses memory: the key of a stage is never written by it
        }
        Input copy = new Input(Expr.Source.META, '$' + reader.stage() + ".old." + name, -2, field[0].bits());
        boolean isThere = places.keySet().stream().anyMatch(t -> t.stage().equals(reader.stage())
            && t.name().equals("old." + name) && t.workflows().containsAll(reader.workflows()));
        if (!isThere) {
            Table keeper = new Table(reader.stage(), "old." + name, Table.Kind.ALWAYS, reader.isIngress(), reader.order(), "",
                List.of(new Case(reader.workflows(), List.of(List.of()), new Action(List.of(new Assignment(copy, field[0])),
                    Optional.empty(), List.of(), null, reader.site()))));
            places.put(keeper, before);
            arrive(keeper, before);
        }
        Table other = reader.with(reader.cases().stream().map(c -> Copies.reading(c, field[0], copy)).toList());
        replace(reader, other);
        return other;
    }

    /**
     * Moves what is computed early to as late as its readers allow, so that its containers are held no longer than they
     * must. Last, when all is placed.
     */
    public void settle() {
        List<Table> order = new ArrayList<>(places.keySet());
        for (int i = order.size() - 1; i >= 0; i--) {
            Table table = order.get(i);
            int from = places.get(table);
            for (int stage = table.kind() == Table.Kind.ALWAYS && !table.name().startsWith("old.") ? latest(table, order)
                : from; stage > from; stage--) {
                if (lacks(stage, table).isEmpty()) {
                    places.put(table, stage);
                    break;
                }
            }
        }
    }

    private int latest(Table table, List<Table> all) {
        int latest = machine.pipe().stages() - 1;
        for (Table other : all) {
            if (other == table || other.isIngress() != table.isIngress()) {
                continue;
            }
            for (Workflow w : table.workflows()) {
                if (!other.workflows().contains(w)) {
                    continue;
                }
                Access mine = access(table, w);
                Access theirs = access(other, w);
                int at = places.get(other);
                if (meet(theirs.matches(), mine.writes()) || meet(theirs.reads(), mine.writes()) || meet(theirs.sees(), mine.writes())) {
                    latest = Math.min(latest, at - 1);
                } else if (meet(theirs.writes(), mine.reads()) && at >= places.get(table)) {
                    latest = Math.min(latest, at);
                }
            }
        }
        return latest;
    }

    /** {@return where fields are alive, from what is placed} */
    public Containers containers() {
        return new Containers(places, this::access);
    }

    /** {@return each placed table's stage} */
    public Map<Table, Integer> places() {
        return places;
    }

    /** {@return what a table takes}
     * @param table the table */
    public Resources needs(Table table) {
        return costs.of(table).needs();
    }

    /** {@return tables for which no stage was left} */
    public List<Homeless> homeless() {
        return homeless;
    }

    /** {@return what is used, by stage} */
    public List<Resources> used() {
        List<Resources> all = new ArrayList<>();
        for (int stage = 0; stage < machine.pipe().stages(); stage++) {
            all.add(sum(tablesOf(stage)));
        }
        return all;
    }

    /** {@return stages up to the last that is used} */
    public int stages() {
        return places.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    /** {@return tables of the longest chain of dependencies, the first first} */
    public List<Table> criticalPath() {
        List<Table> order = new ArrayList<>(places.keySet());
        order.sort(java.util.Comparator.<Table>comparingInt(places::get).thenComparingInt(Table::order));
        Map<Table, Integer> depths = new java.util.IdentityHashMap<>();
        Map<Table, Table> before = new java.util.IdentityHashMap<>();
        Table deepest = null;
        for (Table table : order) {
            int depth = 0;
            for (Table other : List.copyOf(depths.keySet())) {
                int gap = switch (on(table, other)) {
                    case NONE -> Integer.MIN_VALUE / 2;
                    case REVERSE -> 0;
                    case ACTION, MATCH -> 1;
                };
                if (depths.get(other) + gap > depth) {
                    depth = depths.get(other) + gap;
                    before.put(table, other);
                }
            }
            depths.put(table, depth);
            deepest = deepest == null || depth > depths.get(deepest) ? table : deepest;
        }
        List<Table> path = new ArrayList<>();
        for (Table at = deepest; at != null; at = before.get(at)) {
            path.addFirst(at);
        }
        return path;
    }

    /** {@return cycles of ingress and egress, as the public compiler's report counts them} */
    public int latencyCycles() {
        return latencyCycles(true) + latencyCycles(false);
    }

    /**
     * {@return cycles of one of both}
     *
     * @param isIngress which
     */
    public int latencyCycles(boolean isIngress) {
        Machine.Latency l = machine.latency();
        int cycles = 0;
        int extra = 0;
        for (int stage = machine.pipe().stages() - 1; stage >= 0; stage--) {
            extra = Math.max(extra, extra(stage, isIngress));
            if (isMatchDependent(stage, isIngress)) {
                cycles += l.matchDependent() + extra;
                extra = 0;
            } else {
                cycles += l.actionDependent();
            }
        }
        return cycles;
    }

    private int extra(int stage, boolean isIngress) {
        int extra = 0;
        for (Table t : tablesOf(stage)) {
            if (t.isIngress() == isIngress) {
                extra = Math.max(extra, needs(t).alus() > 0 ? machine.latency().statefulExtra()
                    : needs(t).tcam() > 0 ? machine.latency().tcamExtra() : 0);
            }
        }
        return extra;
    }

    private boolean isMatchDependent(int stage, boolean isIngress) {
        if (stage == 0) {
            return true;
        }
        for (Table t : tablesOf(stage)) {
            for (Table before : tablesOf(stage - 1)) {
                if (t.isIngress() == isIngress && on(t, before) == Dependency.MATCH) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return worst-case power of one pipe, microwatts: the costliest workflow, a packet each clock} */
    public long powerMicrowatt() {
        return powerMicrowatt(false);
    }

    /** {@return that of all, or of registers alone}
     * @param ofRegisters of registers alone */
    public long powerMicrowatt(boolean ofRegisters) {
        long worst = 0;
        for (Workflow workflow : Workflow.values()) {
            worst = Math.max(worst, places.keySet().stream().filter(t -> t.workflows().contains(workflow)
                && (!ofRegisters || needs(t).alus() > 0)).mapToLong(this::power).sum());
        }
        return worst;
    }

    private long power(Table t) {
        Machine.Power p = machine.power();
        Resources needs = needs(t);
        long power = (long) costs.of(t).reads128() * p.sramReadUw() + (long) needs.tcam() * p.tcamSearchUw();
        return needs.alus() == 0 ? power : power + p.sramReadUw() + p.sramWriteUw()
            + (long) needs.mapRam() * p.mapReadUw() + p.mapWriteUw();
    }
}
