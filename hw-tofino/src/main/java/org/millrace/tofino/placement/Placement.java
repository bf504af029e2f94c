package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/**
 * Tables in physical stages: each as early as its dependencies and what is left there allow. Ingress and egress share
 * the stages. A register lies in one half of a stage.
 */
public final class Placement {
    private final Machine machine;
    private final Map<Table, Integer> places = new LinkedHashMap<>();
    private final Map<Object, Integer> arrivals = new HashMap<>();
    private final List<Table> homeless = new ArrayList<>();
    private final Resources alwaysRun;
    private final Resources[] used;
    private final List<Map<String, Integer>> inputs = new ArrayList<>();
    private final boolean[] runsAlways;
    private final int[][] halfAlus;
    private final int[][] halfMaps;

    /**
     * Places nothing yet.
     *
     * @param machine the machine
     */
    public Placement(Machine machine) {
        this.machine = machine;
        alwaysRun = new Resources(0, 0, 0, 0, machine.stage().alwaysRunActions(), 0, 0, 0, 0);
        used = new Resources[machine.pipe().stages()];
        Arrays.fill(used, Resources.NONE);
        runsAlways = new boolean[used.length];
        for (int i = 0; i < used.length; i++) {
            inputs.add(new HashMap<>());
        }
        halfAlus = new int[used.length][machine.stage().halves()];
        halfMaps = new int[used.length][machine.stage().halves()];
    }

    /**
     * Places tables.
     *
     * @param tables in an order that all workflows agree with
     */
    public void place(List<Table> tables) {
        tables.forEach(this::place);
    }

    /** {@return the first stage that can read a field, as far as it is written by now} */
    int arrival(String field, Workflow workflow, boolean isIngress) {
        return arrivals.getOrDefault(List.of(field, workflow, isIngress), 0);
    }

    private void place(Table table) {
        int earliest = 0;
        for (Map.Entry<Table, Integer> other : places.entrySet()) {
            int gap = switch (table.on(other.getKey())) {
                case NONE -> Integer.MIN_VALUE / 2;
                case REVERSE -> 0;
                case ACTION, MATCH -> 1;
            };
            earliest = Math.max(earliest, other.getValue() + gap);
        }
        for (int stage = earliest; stage < used.length; stage++) {
            Resources sum = used[stage].plus(needs(table, stage));
            int half = half(stage, table);
            int at = stage;
            if (fits(withAlways(sum, runsAlways[stage] || table.isAlways()))
                && (table.needs().alus() == 0 || half >= 0)) {
                used[stage] = sum;
                places.put(table, stage);
                arrive(table, stage);
                runsAlways[stage] |= table.isAlways();
                table.inputs().forEach((field, bytes) -> inputs.get(at).merge(field, bytes, Math::max));
                if (half >= 0) {
                    halfAlus[stage][half] += table.needs().alus();
                    halfMaps[stage][half] += table.needs().mapRam();
                }
                return;
            }
        }
        homeless.add(table);
    }

    private void arrive(Table table, int stage) {
        table.accesses().forEach((workflow, access) -> access.writes.forEach(field ->
            arrivals.merge(List.of(field, workflow, table.isIngress()), stage + 1, Math::max)));
    }

    /** What it takes beside those that are there: a byte is on a stage's crossbar once. */
    private Resources needs(Table table, int stage) {
        int crossbarBytes = 0;
        for (Map.Entry<String, Integer> input : table.inputs().entrySet()) {
            crossbarBytes += Math.max(input.getValue() - inputs.get(stage).getOrDefault(input.getKey(), 0), 0);
        }
        return table.needs().withCrossbarBytes(crossbarBytes);
    }

    private Resources withAlways(Resources r, boolean runsAlways) {
        return runsAlways ? r.plus(alwaysRun) : r;
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
            for (int stage = table.isAlways() ? latest(table, order.subList(i + 1, order.size())) : from;
                 stage > from; stage--) {
                if (fits(withAlways(used[stage], true))) {
                    places.put(table, stage);
                    break;
                }
            }
        }
        Arrays.fill(runsAlways, false);
        places.forEach((table, stage) -> runsAlways[stage] |= table.isAlways());
    }

    private int latest(Table table, List<Table> after) {
        int latest = used.length - 1;
        for (Table other : after) {
            for (Map.Entry<Workflow, Access> mine : table.accesses().entrySet()) {
                Access theirs = other.accesses().get(mine.getKey());
                Table.Dependency d = theirs == null || other.isIngress() != table.isIngress() ? Table.Dependency.NONE
                    : theirs.on(mine.getValue());
                latest = Math.min(latest, switch (d) {
                    case NONE -> latest;
                    case REVERSE -> places.get(other);
                    case ACTION, MATCH -> places.get(other) - 1;
                });
            }
        }
        return latest;
    }

    /** {@return most temporaries that are alive in one stage: containers beside those of the program's fields} */
    public int temporaries() {
        Map<String, int[]> lives = new HashMap<>();
        places.forEach((table, stage) -> table.accesses().values().forEach(access -> {
            access.writes.stream().filter(name -> name.contains(Early.TEMPORARY))
                .forEach(name -> lives.computeIfAbsent(name, n -> new int[] {stage, stage}));
            Stream.concat(access.matches.stream(), access.reads.stream()).map(lives::get).filter(Objects::nonNull)
                .forEach(life -> life[1] = Math.max(life[1], stage));
        }));
        int most = 0;
        for (int stage = 0; stage < used.length; stage++) {
            int at = stage;
            most = Math.max(most, (int) lives.values().stream().filter(life -> life[0] < at && at <= life[1]).count());
        }
        return most;
    }

    private int half(int stage, Table table) {
        Machine.Stage s = machine.stage();
        for (int half = 0; half < s.halves() && table.needs().alus() > 0; half++) {
            if (halfAlus[stage][half] + table.needs().alus() <= s.meterAlus() / s.halves()
                && halfMaps[stage][half] + table.needs().mapRam() <= s.mapRams() / s.halves()) {
                return half;
            }
        }
        return -1;
    }

    private boolean fits(Resources r) {
        Machine.Stage s = machine.stage();
        return r.tables() <= s.logicalTables() && r.sram() <= s.sramBlocks() && r.mapRam() <= s.mapRams()
            && r.tcam() <= s.tcamBlocks() && r.vliw() <= s.vliwRows() * s.vliwColours() && r.alus() <= s.meterAlus()
            && r.gateways() <= s.gateways() && r.crossbarBytes() <= s.exactCrossbarBytes()
            && r.hashBits() <= s.hashBits();
    }

    /** {@return each placed table's stage} */
    public Map<Table, Integer> places() {
        return places;
    }

    /** {@return tables for which no stage was left} */
    public List<Table> homeless() {
        return homeless;
    }

    /** {@return what is used, by stage} */
    public List<Resources> used() {
        List<Resources> all = new ArrayList<>();
        for (int stage = 0; stage < used.length; stage++) {
            all.add(withAlways(used[stage], runsAlways[stage]));
        }
        return all;
    }

    /** {@return stages up to the last that is used} */
    public int stages() {
        return places.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    /** {@return cycles of ingress and egress, as the public compiler's report counts them} */
    public int latencyCycles() {
        return latency(true) + latency(false);
    }

    private int latency(boolean isIngress) {
        Machine.Latency l = machine.latency();
        int cycles = 0;
        int extra = 0;
        for (int stage = used.length - 1; stage >= 0; stage--) {
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
        for (Map.Entry<Table, Integer> t : places.entrySet()) {
            if (t.getValue() == stage && t.getKey().isIngress() == isIngress) {
                extra = Math.max(extra, t.getKey().needs().alus() > 0 ? machine.latency().statefulExtra()
                    : t.getKey().needs().tcam() > 0 ? machine.latency().tcamExtra() : 0);
            }
        }
        return extra;
    }

    private boolean isMatchDependent(int stage, boolean isIngress) {
        if (stage == 0) {
            return true;
        }
        for (Map.Entry<Table, Integer> t : places.entrySet()) {
            for (Map.Entry<Table, Integer> before : places.entrySet()) {
                if (t.getValue() == stage && before.getValue() == stage - 1 && t.getKey().isIngress() == isIngress
                    && t.getKey().on(before.getKey()) == Table.Dependency.MATCH) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return worst-case power of one pipe, microwatts: the costliest workflow, a packet each clock} */
    public long powerMicrowatt() {
        long worst = 0;
        for (Workflow workflow : Workflow.values()) {
            worst = Math.max(worst, places.keySet().stream().filter(t -> t.workflows().contains(workflow))
                .mapToLong(this::power).sum());
        }
        return worst;
    }

    private long power(Table t) {
        Machine.Power p = machine.power();
        long power = (long) t.reads128() * p.sramReadUw() + (long) t.needs().tcam() * p.tcamSearchUw();
        return t.needs().alus() == 0 ? power : power + p.sramReadUw() + p.sramWriteUw()
            + (long) t.needs().mapRam() * p.mapReadUw() + p.mapWriteUw();
    }
}
