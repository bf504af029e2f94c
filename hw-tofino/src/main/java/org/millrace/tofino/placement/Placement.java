package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.machine.Machine;

/**
 * Tables in physical stages: each as early as its dependencies and what is left there allow. Ingress and egress share
 * the stages. A register lies in one half of a stage.
 */
public final class Placement {
    private final Machine machine;
    private final Map<Table, Integer> places = new LinkedHashMap<>();
    private final List<Table> homeless = new ArrayList<>();
    private final Resources[] used;
    private final int[][] halfAlus;
    private final int[][] halfMaps;

    /**
     * Places tables.
     *
     * @param machine the machine
     * @param tables  in an order that all workflows agree with
     */
    public Placement(Machine machine, List<Table> tables) {
        this.machine = machine;
        used = new Resources[machine.pipe().stages()];
        Arrays.fill(used, Resources.NONE);
        halfAlus = new int[used.length][machine.stage().halves()];
        halfMaps = new int[used.length][machine.stage().halves()];
        tables.forEach(this::place);
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
            Resources sum = used[stage].plus(table.needs());
            int half = half(stage, table);
            if (fits(sum) && (table.needs().alus() == 0 || half >= 0)) {
                used[stage] = sum;
                places.put(table, stage);
                if (half >= 0) {
                    halfAlus[stage][half] += table.needs().alus();
                    halfMaps[stage][half] += table.needs().mapRam();
                }
                return;
            }
        }
        homeless.add(table);
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
        return List.of(used);
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
