package org.millrace.tofino;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.HandedOut;
import org.millrace.tofino.alu.RegisterChecker;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.code.analysis.Analyser;
import org.millrace.code.ForeignExterns;
import org.millrace.code.check.ProgramChecker;
import org.millrace.code.Violation;
import org.millrace.tofino.machine.Machine;
import org.millrace.tofino.placement.Placement;
import org.millrace.tofino.placement.Resources;
import org.millrace.tofino.placement.Table;
import org.millrace.tofino.placement.TableBuilder;

/** Analyses a program's classes and places its operations. */
final class Fitter {
    private static final int MAX_PATHS = 768;

    private final Machine machine;
    private final Program<?> program;
    private final Capacity capacity;
    private final HandedOut externs;
    private final List<FitReport.Reason> refused = new ArrayList<>();
    private final Map<String, RegisterPlan> plans = new LinkedHashMap<>();
    private final List<String> assumptions = new ArrayList<>();

    Fitter(Machine machine, Program<?> program, Capacity capacity, HandedOut externs) {
        this.externs = externs;
        this.machine = machine;
        this.program = program;
        this.capacity = capacity;
    }

    TofinoReport report() {
        Class<?> meta = program.newMeta().getClass();
        Analyser analyser = new Analyser(MAX_PATHS);
        List<StageGroup> groups = StageGroup.of(program);
        Placement placement = new Placement(machine);
        boolean isIngress = true;
        for (StageGroup group : groups) {
            group.stages.values().forEach(stage -> ForeignExterns.of(stage, externs::contains, TofinoBackend.NAME)
                .forEach(v -> refuse(group.name(), v)));
            group.analyse(analyser, meta);
            boolean isRegister = group.isRegister();
            isIngress &= !isRegister;
            RegisterPlan plan = isRegister ? plan(group) : null;
            group.violations.forEach(v -> refuse(group.name(), v));
            if (!isRegister) {
                group.analyses.forEach(a -> a.refused().forEach(v -> refuse(group.name(), v)));
            }
            if (plan == null || plan.violations().isEmpty()) {
                placement.place(new TableBuilder(machine, capacity, group.spec, group.byWorkflows(), plan, isIngress,
                    placement).tables());
            }
        }
        placement.settle();
        checkMirrors(new Layout(Layout.of(program.newMeta().getClass()).fields()));
        checkContainers(Layout.of(program.newMeta().getClass()), placement.temporaries());
        placement.homeless().forEach(t -> refused.add(new FitReport.Reason(t.stage(), "", 0, "no stage of "
            + machine.pipe().stages() + " has room after what it depends on", t + " needs " + text(t.needs()))));
        if (refused.isEmpty()) {
            refused.addAll(ProgramChecker.check(program));
        }
        return new TofinoReport(program.name(), machine, capacity,
            new FitReport(placed(groups, placement), List.copyOf(refused), notes(groups)), placement, plans, assumptions);
    }

    private List<String> notes(List<StageGroup> groups) {
        boolean sorts = program.scheduler() instanceof PriorityQueue
            || groups.stream().anyMatch(group -> group.spec.externs().contains(PriorityQueue.class));
        return sorts ? List.of("PriorityQueue is approximate: the traffic manager tells " + machine.trafficManager().priorities()
            + " classes of ranks apart, by their number of bits, and serves each as it came") : List.of();
    }

    private RegisterPlan plan(StageGroup group) {
        RegisterPlan plan = new RegisterChecker(machine.alu(), group.analyses).plan();
        plan.violations().forEach(v -> refuse(group.name(), v));
        plan.assumptions().forEach(e -> assumptions.add(group.name() + ": 0 <= " + e.text() + " < 2^31"));
        plans.put(group.name(), plan);
        return plan;
    }

    private void refuse(String stage, Violation v) {
        refused.add(new FitReport.Reason(stage, v.site().method(), v.site().line(), v.limit(), v.operation()));
    }

    private void checkMirrors(Layout meta) {
        List<MirrorSession> mirrors = program.mirrors();
        if (mirrors.size() > machine.mirror().sessions()) {
            refused.add(new FitReport.Reason("", "", 0, "mirror sessions " + machine.mirror().sessions(),
                mirrors.size() + " mirror sessions"));
        }
        for (MirrorSession mirror : mirrors) {
            mirror.fields().stream().filter(n -> meta.fields().stream().noneMatch(f -> f.name().equals(n)))
                .forEach(n -> refused.add(new FitReport.Reason("", "", 0, "a copy carries fields of the metadata",
                    "mirror session " + mirror.id() + " carries " + n)));
        }
    }

    private void checkContainers(Layout meta, int temporaries) {
        Machine.Phv phv = machine.phv();
        checkContainers(meta, 8, 0, phv.containers8());
        checkContainers(meta, 16, 0, phv.containers16());
        checkContainers(meta, 32, temporaries, phv.containers32());
    }

    private void checkContainers(Layout meta, int bits, int temporaries, int limit) {
        long count = meta.fields().stream().filter(f -> f.bits() == bits).count();
        if (count + temporaries > limit) {
            refused.add(new FitReport.Reason("", "", 0, limit + " containers of " + bits + " bits",
                count + " metadata fields of " + bits + " bits and " + temporaries + " temporaries"));
        }
    }

    private static List<FitReport.Placement> placed(List<StageGroup> groups, Placement placement) {
        List<FitReport.Placement> placed = new ArrayList<>();
        for (Workflow workflow : Workflow.values()) {
            for (StageGroup group : groups) {
                TreeSet<Integer> stages = new TreeSet<>();
                Resources needs = Resources.NONE;
                for (Map.Entry<Table, Integer> t : placement.places().entrySet()) {
                    if (t.getKey().stage().equals(group.name())) {
                        stages.add(t.getValue());
                        needs = needs.plus(t.getKey().needs());
                    }
                }
                if (group.workflows.contains(workflow) && !stages.isEmpty()) {
                    placed.add(new FitReport.Placement(workflow.name(), group.name(), "stage " + stages.stream()
                        .map(String::valueOf).collect(java.util.stream.Collectors.joining(", ")), text(needs)));
                }
            }
        }
        return List.copyOf(placed);
    }

    static String text(Resources r) {
        StringBuilder text = new StringBuilder();
        add(text, r.alus(), "stateful ALU");
        add(text, r.sram(), "SRAM");
        add(text, r.mapRam(), "map RAM");
        add(text, r.tcam(), "TCAM");
        add(text, r.vliw(), "VLIW actions");
        add(text, r.gateways(), "gateways");
        add(text, r.crossbarBytes(), "crossbar bytes");
        return text.toString();
    }

    private static void add(StringBuilder text, int count, String what) {
        if (count != 0) {
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(what);
        }
    }
}
