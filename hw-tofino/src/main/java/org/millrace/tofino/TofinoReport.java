package org.millrace.tofino;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.machine.Machine;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.placement.Placement;
import org.millrace.tofino.placement.Resources;

/**
 * All that is known of a program in the pipe.
 *
 * @param program     its name
 * @param machine     the machine
 * @param capacity    for how many keys
 * @param fit         the decision
 * @param placement   tables in stages; of what could be placed, if the program is refused
 * @param graph       its operations, as far as they could be placed
 * @param registers   by stage name, the ALU instructions derived
 * @param assumptions what saturating subtraction takes values to be
 */
public record TofinoReport(String program, Machine machine, Capacity capacity, FitReport fit, Placement placement, Graph graph,
                           Map<String, RegisterPlan> registers, List<String> assumptions) {
    /** Beside whose counts the dissertation's stand. */
    private static final String OF_THE_DISSERTATION = "tcp-laminar";

    /**
     * A row of Table 5.2.
     *
     * @param name         the resource
     * @param used         how much
     * @param of           how much there is in the pipe
     * @param dissertation how much the dissertation's Laminar uses, for 32 K connections and 1 K contexts; 0: another program
     */
    public record Row(String name, int used, int of, int dissertation) {
        /** {@return percent used} */
        public double share() {
            return 100.0 * used / of;
        }

        /** {@return whether the count is within a third, or 2, of the dissertation's} */
        public boolean isNear() {
            return Math.abs(used - dissertation) <= Math.max(2, dissertation / 3);
        }
    }

    /** {@return whether the dissertation has figures for this program} */
    public boolean isOfTheDissertation() {
        return program.equals(OF_THE_DISSERTATION);
    }

    /** {@return the rows of Table 5.2 that are counts; the dissertation's counts are its shares of 20 stages} */
    public List<Row> rows() {
        int stages = machine.pipe().stages();
        Machine.Stage s = machine.stage();
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("stages", placement.stages(), stages, isOfTheDissertation() ? 14 : 0));
        rows.add(row("SRAM", Resources::sram, s.sramBlocks(), 317));
        rows.add(row("map RAM", Resources::mapRam, s.mapRams(), 139));
        rows.add(row("TCAM", Resources::tcam, s.tcamBlocks(), 2));
        rows.add(row("VLIW", r -> (r.vliw() + s.vliwColours() - 1) / s.vliwColours(), s.vliwRows(), 61));
        rows.add(row("stateful ALU", Resources::alus, s.meterAlus(), 21));
        rows.add(row("match crossbar bytes", Resources::crossbarBytes, s.exactCrossbarBytes(), 276));
        rows.add(row("gateways", Resources::gateways, s.gateways(), 85));
        return rows;
    }

    private Row row(String name, ToIntFunction<Resources> amount, int perStage, int dissertation) {
        int used = placement.used().stream().mapToInt(amount).sum();
        return new Row(name, used, perStage * machine.pipe().stages(), isOfTheDissertation() ? dissertation : 0);
    }

    /** {@return time through ingress and egress without queueing, nanoseconds; the dissertation's is 395} */
    public double latencyNs() {
        return placement.latencyCycles() * 1000.0 / machine.pipe().packetClockMhz();
    }

    /** {@return worst-case watts of the match-action units of one pipe; the dissertation's are 2.8} */
    public double wattsPerPipe() {
        return placement.powerMicrowatt() / 1e6;
    }

    /** {@return what the machine does otherwise than it is asked to, and what the figures leave out or take for granted} */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(fit.notes());
        notes.add("payload checksums are computed by the MAC: the pipeline cannot (§5.4)");
        notes.add(
            "latency counts ingress and egress stages; of parser, deparser, traffic manager and MAC nothing is public");
        notes.add("power is of one pipe, the costliest workflow, a packet each clock; the public compiler's log counts "
            + machine.pipe().pipes() + " pipes");
        notes.addAll(Uncounted.of(this));
        if (isOfTheDissertation()) {
            notes.addAll(Differences.of(this));
        }
        assumptions.forEach(a -> notes.add("assumed for saturating subtraction: " + a));
        return notes;
    }
}
