package org.millrace.tofino;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.FitReport;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.PriorityQueue;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.graph.GraphBuilder;
import org.millrace.tofino.graph.Table;
import org.millrace.tofino.placement.Containers;
import org.millrace.tofino.placement.Costs;
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

/** Analyses a program's classes and places its operations. */
final class Fitter {
    private static final int MAX_FORKS = 1024;

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
        Analyser analyser = new Analyser(MAX_FORKS);
        List<StageGroup> groups = StageGroup.of(program);
        for (StageGroup group : groups) {
            group.stages.values().forEach(stage -> ForeignExterns.of(stage, externs::contains, TofinoBackend.NAME)
                .forEach(v -> refuse(group.name(), v)));
            group.analyse(analyser, meta);
        }
        Fields fields = new Fields(program, groups);
        Placement placement = new Placement(machine, new Costs(machine, capacity, plans, fields.widths()),
            (field, workflow, order) -> isWritten(groups.subList(order + 1, groups.size()), field, workflow));
        boolean isIngress = true;
        for (int order = 0; order < groups.size(); order++) {
            StageGroup group = groups.get(order);
            boolean isRegister = group.isRegister();
            isIngress &= !isRegister && !group.workflows.contains(Workflow.MIRROR); // a copy enters at egress
            RegisterPlan plan = isRegister ? plan(group) : null;
            group.violations.forEach(v -> refuse(group.name(), v));
            if (!isRegister) {
                group.analyses.forEach(a -> a.refused().forEach(v -> refuse(group.name(), v)));
            }
            boolean isSound = group.violations.isEmpty() && group.analyses.stream().allMatch(a -> a.refused().isEmpty());
            if (isSound && (plan == null || plan.violations().isEmpty())) {
                placement.place(new GraphBuilder(group.spec, order, isIngress, group.byWorkflows(), plan, fields.coded(),
                    placement.before(isIngress)).tables());
            }
        }
        placement.place(SwitchTables.of(program, groups.size()));
        placement.settle();
        Layout layout = Layout.of(program.newMeta().getClass());
        checkMirrors(layout, groups);
        placement.homeless().forEach(this::refuse);
        Graph graph = GraphOrder.graph(program, layout, placement.places(), plans);
        checkContainers(graph, placement);
        checkPower(placement);
        checkGenerator(groups);
        if (refused.isEmpty()) {
            refused.addAll(ProgramChecker.check(program));
        }
        return new TofinoReport(program.name(), machine, capacity,
            new FitReport(placed(groups, placement), List.copyOf(refused), notes(groups)), placement, graph, plans, assumptions);
    }

    private List<String> notes(List<StageGroup> groups) {
        boolean sorts = program.scheduler() instanceof PriorityQueue
            || groups.stream().anyMatch(group -> group.spec.externs().contains(PriorityQueue.class));
        return sorts ? List.of("PriorityQueue is approximate: the traffic manager tells " + machine.trafficManager().priorities()
            + " classes of ranks apart, by their number of bits, and serves each as it came") : List.of();
    }

    private static boolean isWritten(List<StageGroup> groups, String field, Workflow workflow) {
        return groups.stream().anyMatch(g -> g.byWorkflows().entrySet().stream().anyMatch(e -> e.getValue().contains(workflow)
            && e.getKey().meta().keySet().stream().anyMatch(f -> f.name().equals(field))));
    }

    private void refuse(Placement.Homeless homeless) {
        Table t = homeless.table();
        boolean isDepth = homeless.lacking().isEmpty();
        refused.add(new FitReport.Reason(t.stage(), t.site().method(), t.site().line(), isDepth
            ? "the pipe has " + machine.pipe().stages() + " stages: it depends on what ends in stage " + (homeless.earliest() - 1)
            : "no stage from " + homeless.earliest() + " on has room: " + homeless.lacking(),
            t + " needs " + text(homeless.needs())));
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

    private void checkMirrors(Layout meta, List<StageGroup> groups) {
        Set<Integer> declared = new HashSet<>();
        for (MirrorSession mirror : program.mirrors()) {
            declared.add(mirror.id());
            String session = "mirror session " + mirror.id();
            if (mirror.id() < 0 || mirror.id() >= machine.mirror().sessions()) {
                refuse(session, "the mirror has sessions 0 to " + (machine.mirror().sessions() - 1));
            }
            int bits = 0;
            for (String name : mirror.fields()) {
                Optional<Layout.Field> field = meta.fields().stream().filter(f -> f.name().equals(name)).findFirst();
                if (field.isEmpty()) {
                    refuse(session + " carries " + name, "a copy carries fields of the metadata");
                }
                bits += field.map(f -> f.bits() * f.length()).orElse(0);
            }
            if (bits > 8 * machine.mirror().headerBytes()) {
                refuse(session + " carries " + bits / 8 + " bytes: " + String.join(", ", mirror.fields()),
                    "the header before a copy has " + machine.mirror().headerBytes() + " bytes");
            }
        }
        for (Workflow workflow : Workflow.values()) {
            List<StageGroup> mirroring = groups.stream().filter(g -> g.mirrors(workflow, v -> true)).toList();
            for (StageGroup group : mirroring) {
                if (group.mirrors(workflow, v -> !declared.contains(Verdict.session(v)))) {
                    refuse(group.name() + " mirrors to a session that the program does not declare",
                        "a copy without a session is lost");
                }
                if (group != mirroring.getLast() && group.mirrors(workflow, v -> Verdict.action(v) == Verdict.NEXT)) {
                    refuse(group.name() + " and " + mirroring.getLast().name() + " both mirror in " + workflow,
                        "a pass leaves one copy");
                }
            }
        }
    }

    private void checkPower(Placement placement) {
        long milliwatt = placement.powerMicrowatt() * machine.pipe().pipes() / 1000;
        if (milliwatt > machine.power().budgetMilliwatt()) {
            refuse(milliwatt + " mW in " + machine.pipe().pipes() + " pipes", machine.power().budgetMilliwatt() + " mW");
        }
    }

    private void checkGenerator(List<StageGroup> groups) {
        long clocks = groups.stream().flatMap(g -> g.analyses.stream()).flatMap(a -> a.calls().stream())
            .filter(c -> ExternModel.of(c.extern(), c.method()).map(m -> m.kind() == ExternModel.Kind.CLOCK).orElse(false)).count();
        if (clocks > machine.generator().applications()) {
            refuse(clocks + " clocks, each advanced by an application of the packet generator",
                "the generator has " + machine.generator().applications());
        }
    }

    private void refuse(String operation, String limit) {
        refused.add(new FitReport.Reason("", "", 0, limit, operation));
    }

    /** What is too much for containers of one size goes to larger ones. */
    private void checkContainers(Graph graph, Placement placement) {
        Map<String, Integer> bits = new HashMap<>();
        graph.fields().forEach(f -> bits.put(f.name(), f.bits()));
        Set<String> parsed = new HashSet<>(Fields.ofTheWire(program));
        program.mirrors().forEach(m -> parsed.addAll(m.fields()));
        Containers.Peak peak = placement.containers().peak(bits, parsed, machine.pipe().stages());
        Machine.Phv phv = machine.phv();
        check(peak, peak.containers(), new int[] {phv.containers8(), phv.containers16(), phv.containers32()}, "containers");
        check(peak, peak.computed(), new int[] {phv.computing8(), phv.computing16(), phv.computing32()}, "containers that compute");
    }

    private void check(Containers.Peak peak, int[] needed, int[] there, String what) {
        int more = 0;
        int room = 0;
        for (int size = 2; size >= 0; size--) {
            more += needed[size];
            room += there[size];
            if (more > room) {
                refused.add(new FitReport.Reason("", "", 0, room + " " + what + " of " + (8 << size) + " bits and more",
                    more + " fields are alive in stage " + peak.at() + ", longest " + String.join(", ", peak.largest())));
                return;
            }
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
                        needs = needs.plus(placement.needs(t.getKey()));
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
