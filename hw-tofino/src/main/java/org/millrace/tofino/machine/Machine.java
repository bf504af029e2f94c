package org.millrace.tofino.machine;

import java.util.Map;
import org.millrace.execution.machine.MachineFile;
import org.millrace.execution.machine.MachineFileException;
import org.millrace.execution.machine.MachineText;

/** One pipe of an RMT machine. Every number stands in the machine file, with its source. */
public record Machine(Pipe pipe, Stage stage, Exact exact, Alu alu, Phv phv, Latency latency,
                      Power power, Mirror mirror, Generator generator, TrafficManager trafficManager) {
    /** The pipe. Keys: {@code pipe}. */
    public record Pipe(int pipes, int stages, int packetClockMhz) {
    }

    /** What one match-action stage has. Keys: {@code stage}. */
    public record Stage(int logicalTables, int sramBlocks, int sramWords, int sramWordBits, int mapRams,
        int tcamBlocks, int tcamEntries, int halves, int meterAlus, int gateways, int gatewayRows, int gatewayBytes, int gatewayHashBits, int vliwRows,
        int vliwColours, int alwaysRunActions, int exactCrossbarBytes, int ternaryCrossbarBytes, int hashBits,
        int actionBusBytes) {
    }

    /** Exact-match tables. Keys: {@code exact}. */
    public record Exact(int indexBits, int versionBits, int hashBitsPerTable, int minWays) {
    }

    /** What one stateful ALU may do. Keys: {@code alu}. */
    public record Alu(int instructions, int operands, int compares, int valuesPerHalf, int outputs, int fields,
        int fieldBits, int constantMin, int constantMax, int compareConstantMin, int compareConstantMax,
        int constantRows) {
    }

    /** Header vector containers that can be deparsed, and of them those whose ALU computes. Keys: {@code phv}. */
    public record Phv(int containers8, int containers16, int containers32, int computing8, int computing16,
        int computing32) {
    }

    /** Cycles of a stage by its dependency on the one before. Keys: {@code latency}. */
    public record Latency(int matchDependent, int actionDependent, int tcamExtra, int statefulExtra) {
    }

    /** Power of one access each clock, per pipe, and the budget of all pipes. Keys: {@code power}. */
    public record Power(int sramReadUw, int sramWriteUw, int tcamSearchUw, int mapReadUw, int mapWriteUw,
        int budgetMilliwatt) {
    }

    /** The mirror; cycles from a pass to that of its copy. Keys: {@code mirror}. */
    public record Mirror(int sessions, int headerBytes, int reentryCycles) {
    }

    /** The packet generator. Keys: {@code generator}. */
    public record Generator(int applications) {
    }

    /** The traffic manager, and how the queues of a port to the wire are set up. Keys: {@code tm}. */
    public record TrafficManager(int priorities, int cells, int cellBytes, int portMbit, int frameGapBytes, int queueCells, int ecnCells, int pauseOnCells,
        int pauseOffCells) {
    }

    private static final String FILE = "tofino2.machine";

    /** {@return a Tofino2} */
    public static Machine tofino2() {
        return parse(shipped(), Map.of());
    }

    /** {@return the file that is shipped} */
    public static MachineText shipped() {
        return MachineText.shipped(Machine.class, FILE);
    }

    /**
     * Reads a machine file.
     *
     * @param file its name and text
     * @param set  values by key that stand in place of the file's
     * @return the machine
     * @throws MachineFileException if it is malformed
     */
    public static Machine parse(MachineText file, Map<String, String> set) {
        MachineFile f = new MachineFile(file, set);
        Machine machine = new Machine(pipe(f), stage(f), exact(f), alu(f), phv(f), latency(f),
            power(f), mirror(f), generator(f), trafficManager(f));
        f.end();
        return machine;
    }

    private static Pipe pipe(MachineFile f) {
        return new Pipe(f.positive("pipe.pipes"), f.positive("pipe.stages"),
            f.positive("pipe.packet-clock-mhz"));
    }

    private static Stage stage(MachineFile f) {
        return new Stage(f.positive("stage.logical-tables"), f.positive("stage.sram-blocks"),
            f.positive("stage.sram-words"), f.positive("stage.sram-word-bits"), f.positive("stage.map-rams"),
            f.positive("stage.tcam-blocks"), f.positive("stage.tcam-entries"), f.positive("stage.halves"),
            f.positive("stage.meter-alus"), f.positive("stage.gateways"), f.positive("stage.gateway-rows"), f.positive("stage.gateway-bytes"), f.positive("stage.gateway-hash-bits"),
            f.positive("stage.vliw-rows"), f.positive("stage.vliw-colours"),
            f.positive("stage.always-run-actions"), f.positive("stage.exact-crossbar-bytes"), f.positive("stage.ternary-crossbar-bytes"),
            f.positive("stage.hash-bits"), f.positive("stage.action-bus-bytes"));
    }

    private static Exact exact(MachineFile f) {
        return new Exact(f.positive("exact.index-bits"), f.positive("exact.version-bits"),
            f.positive("exact.hash-bits-per-table"), f.positive("exact.min-ways"));
    }

    private static Alu alu(MachineFile f) {
        return new Alu(f.positive("alu.instructions"), f.positive("alu.operands"), f.positive("alu.compares"),
            f.positive("alu.values-per-half"), f.positive("alu.outputs"), f.positive("alu.fields"),
            f.positive("alu.field-bits"), f.any("alu.constant-min"), f.any("alu.constant-max"),
            f.any("alu.compare-constant-min"), f.any("alu.compare-constant-max"),
            f.positive("alu.constant-rows"));
    }

    private static Phv phv(MachineFile f) {
        return new Phv(f.positive("phv.containers-8"), f.positive("phv.containers-16"),
            f.positive("phv.containers-32"), f.positive("phv.computing-8"), f.positive("phv.computing-16"),
            f.positive("phv.computing-32"));
    }

    private static Latency latency(MachineFile f) {
        return new Latency(f.positive("latency.match-dependent"), f.positive("latency.action-dependent"),
            f.positive("latency.tcam-extra"), f.positive("latency.stateful-extra"));
    }

    private static Power power(MachineFile f) {
        return new Power(f.positive("power.sram-read-uw"), f.positive("power.sram-write-uw"),
            f.positive("power.tcam-search-uw"), f.positive("power.map-read-uw"),
            f.positive("power.map-write-uw"), f.positive("power.budget-milliwatt"));
    }

    private static Mirror mirror(MachineFile f) {
        return new Mirror(f.positive("mirror.sessions"), f.positive("mirror.header-bytes"), f.positive("mirror.reentry-cycles"));
    }

    private static Generator generator(MachineFile f) {
        return new Generator(f.positive("generator.applications"));
    }

    private static TrafficManager trafficManager(MachineFile f) {
        return new TrafficManager(f.positive("tm.priorities"), f.positive("tm.cells"), f.positive("tm.cell-bytes"),
            f.positive("tm.port-mbit"), f.positive("tm.frame-gap-bytes"), f.positive("tm.queue-cells"),
            f.positive("tm.ecn-cells"), f.positive("tm.pause-on-cells"), f.positive("tm.pause-off-cells"));
    }
}
