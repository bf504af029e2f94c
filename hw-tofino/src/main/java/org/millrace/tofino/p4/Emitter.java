package org.millrace.tofino.p4;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.TofinoReport;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.graph.Graph;

/** Writes a program that fits as P4_16, from the operations that were placed. */
public final class Emitter {
    private final Program<?> program;
    private final int protocol;
    private final TofinoReport report;
    private final Target target;
    private final List<String> refused = new ArrayList<>();

    private Emitter(Program<?> program, int protocol, TofinoReport report, Target target) {
        this.program = program;
        this.protocol = protocol;
        this.report = report;
        this.target = target;
    }

    /**
     * {@return texts by the names of their files: the program, and the control plane's manifest}
     *
     * @param program  the program
     * @param protocol its number in the IP header
     * @param report   of its fit
     * @param target   the architecture
     * @throws NotEmittedException with every reason
     */
    public static Map<String, String> emit(Program<?> program, int protocol, TofinoReport report, Target target)
            throws NotEmittedException {
        return new Emitter(program, protocol, report, target).files();
    }

    private Map<String, String> files() throws NotEmittedException {
        report.fit().refused().forEach(reason -> refused.add(String.valueOf(reason)));
        HeaderFormat format = program.codec().format();
        Map<String, String> carried = program.codec().carried();
        if (format == null || carried.isEmpty()) {
            refused.add("header: " + program.name() + " does not declare its format and which fields of it the metadata has");
        }
        Graph graph = report.graph();
        Map<String, Integer> widths = new TreeMap<>();
        Layout.of(program.newMeta().getClass()).fields().forEach(f -> widths.put(f.name(), f.bits()));
        carried.values().stream().filter(f -> !widths.containsKey(f)).forEach(f -> refused.add("header: " + f
            + " is no field of the metadata"));
        Set<Workflow> served = EnumSet.noneOf(Workflow.class);
        graph.tables().forEach(t -> served.addAll(t.table().workflows()));
        Registers registers = new Registers(target, registers(graph), sizes(graph));
        if (!refused.isEmpty()) {
            throw new NotEmittedException(refused);
        }
        Parts parts = new Parts(program, protocol, graph, widths, format, carried, registers, report.capacity(), served, target, refused);
        Map<String, String> files = new LinkedHashMap<>();
        String name = Names.of(program.name());
        String text = target == Target.T2NA ? new T2naProgram(parts).text() : new V1Program(parts).text();
        if (!refused.isEmpty()) {
            throw new NotEmittedException(refused);
        }
        files.put(name + ".p4", text);
        files.put("manifest.json", Manifest.json(parts.manifest()));
        return files;
    }

    private static Map<String, RegisterPlan> registers(Graph graph) {
        Map<String, RegisterPlan> used = new TreeMap<>();
        graph.registers().forEach((stage, plan) -> {
            if (!plan.fields().isEmpty()) {
                used.put(stage, plan);
            }
        });
        return used;
    }

    private Map<String, Integer> sizes(Graph graph) {
        Map<String, Integer> sizes = new TreeMap<>();
        graph.tables().forEach(t -> {
            if (!t.table().index().isEmpty()) {
                sizes.put(t.table().stage(), t.table().index().equals("context") ? report.capacity().contexts()
                    : report.capacity().flows() + (target == Target.T2NA ? 0 : 1)); // number 0 is no flow
            }
        });
        return sizes;
    }
}
