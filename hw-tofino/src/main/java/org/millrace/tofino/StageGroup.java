package org.millrace.tofino;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.millrace.api.pipeline.KeyTable;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.Recorder;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Analyser;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.code.Violation;

/** The stages of one name: they share one state, so one place in the pipe. */
final class StageGroup {
    final StageSpec<?> spec;
    final Set<Workflow> workflows = EnumSet.noneOf(Workflow.class);
    final Map<Class<?>, Stage<?, ?>> stages = new LinkedHashMap<>();
    final List<Violation> violations = new ArrayList<>();
    final Map<Class<?>, Set<Workflow>> runsIn = new HashMap<>();
    /** Its classes that are the first stage of TX and stand nowhere else. */
    private final Set<Class<?>> isFirst = new HashSet<>();
    List<StageAnalysis> analyses = List.of();

    private StageGroup(StageSpec<?> spec) {
        this.spec = spec;
    }

    String name() {
        return spec.name();
    }

    void analyse(Analyser analyser, Class<?> meta) {
        analyses = stages.values().stream().map(stage -> analyser.analyse(stage, meta)).toList();
        if (isRegister()) {
            analyses = analyses.stream().map(a -> Deferral.of(a, name())).toList();
        }
        analyses = analyses.stream().map(a -> Words.of(a, violations)).toList();
        for (StageAnalysis analysis : analyses) {
            analysis.calls().forEach(call -> check(call, analysis));
        }
        if (spec.externs().contains(Recorder.class)) {
            violations.add(violation("records every item at a trace point",
                "a pass leaves one copy, on a mirror session to a port; there is no recorder"));
        }
    }

    private void check(Path.Call call, StageAnalysis analysis) {
        Optional<ExternModel> model = ExternModel.of(call.extern(), call.method());
        String what = call.extern().getSimpleName() + '.' + call.method();
        if (KeyTable.class.isAssignableFrom(call.extern()) && model.isEmpty()) {
            violate(call, "key table: " + call.method(), "tables are written by the control plane");
        } else if (model.isEmpty()) {
            violate(call, "calls " + what, "the machine has no such service");
        } else if (model.get().kind() == ExternModel.Kind.PARSED && !isFirst.contains(analysis.stage())) {
            violate(call, "takes what the host pushes", "it comes with the packet, to the first stage of TX");
        } else if (model.get().kind() == ExternModel.Kind.SEND && usesPlace(analysis)) {
            violate(call, "uses where " + what + " has found room", "only the host knows, after the pass");
        } else if (model.get().kind() == ExternModel.Kind.CHANNEL && call.result() != null && isUsed(call.result(), analysis)) {
            violate(call, "uses what " + what + " answers", "what the host answers comes after the pass");
        } else if (!Exprs.isStateFree(call.guard()) || call.arguments().stream().anyMatch(a -> !Exprs.isStateFree(a))) {
            if (isRegister()) {
                violate(call, "calls " + what + " by what its own register holds",
                    "put it into a field, and the call into a stage behind");
            }
        }
    }

    private void violate(Path.Call call, String operation, String limit) {
        Violation violation = new Violation(call.site(), operation, limit);
        if (!violations.contains(violation)) {
            violations.add(violation);
        }
    }

    private static boolean usesPlace(StageAnalysis analysis) {
        return isUsed(in -> in.source() == Expr.Source.META && in.name().equals("position"), analysis);
    }

    private static boolean isUsed(Input answer, StageAnalysis analysis) {
        return isUsed(answer::equals, analysis);
    }

    private static boolean isUsed(Predicate<Input> which, StageAnalysis analysis) {
        boolean[] found = new boolean[1];
        Consumer<Expr> look = e -> e.inputs(in -> found[0] |= which.test(in));
        analysis.meta().values().forEach(w -> look.accept(w.value()));
        analysis.state().values().forEach(w -> look.accept(w.value()));
        analysis.calls().forEach(c -> {
            look.accept(c.guard());
            c.arguments().forEach(look);
        });
        if (analysis.verdict() != null) {
            look.accept(analysis.verdict());
        }
        return found[0];
    }

    /** {@return its classes, and where each runs} */
    Map<StageAnalysis, Set<Workflow>> byWorkflows() {
        Map<StageAnalysis, Set<Workflow>> all = new LinkedHashMap<>();
        analyses.forEach(a -> all.put(a, runsIn.get(a.stage())));
        return all;
    }

    /**
     * {@return whether its state is a register: it changes in the pipe, or the control plane changes it under way and it is small;
     * what no stage writes and is larger is a table's data}
     */
    boolean isRegister() {
        long fields = analyses.stream().flatMap(a -> a.stateSites().keySet().stream()).distinct().count();
        return analyses.stream().anyMatch(a -> !a.state().isEmpty())
            || spec.concurrency() != StageSpec.Concurrency.STATELESS && fields > 0 && fields <= 2;
    }

    /** {@return whether a verdict that mirrors can be given in a workflow, and is of a kind} */
    boolean mirrors(Workflow workflow, LongPredicate kind) {
        return byWorkflows().entrySet().stream().filter(e -> e.getValue().contains(workflow) && e.getKey().verdict() != null)
            .flatMap(e -> Exprs.leaves(e.getKey().given("workflow", workflow.ordinal()).verdict()).stream())
            .anyMatch(leaf -> leaf instanceof Expr.Const c && (c.value() & Verdict.MIRROR) != 0 && kind.test(c.value()));
    }

    private Violation violation(String operation, String limit) {
        return new Violation(new Site(Code.name(stages.keySet().iterator().next()) + ".process", 0), operation,
            limit);
    }

    /** {@return the program's groups, in an order that its workflows agree with; violations are in the groups} */
    static List<StageGroup> of(Program<?> program) {
        Map<String, StageGroup> groups = new LinkedHashMap<>();
        Map<String, Set<String>> before = new LinkedHashMap<>();
        for (Workflow workflow : Workflow.values()) {
            String previous = null;
            for (Stage<?, ?> stage : program.stages(workflow)) {
                StageGroup group = groups.computeIfAbsent(stage.spec().name(), n -> new StageGroup(stage.spec()));
                group.stages.putIfAbsent(stage.getClass(), stage);
                group.runsIn.computeIfAbsent(stage.getClass(), c -> EnumSet.noneOf(Workflow.class)).add(workflow);
                if (!group.workflows.add(workflow)) {
                    group.violations.add(group.violation("stands twice in " + workflow,
                        "a pass touches each state once"));
                }
                Set<String> earlier = before.computeIfAbsent(group.name(), n -> new LinkedHashSet<>());
                if (previous != null) {
                    earlier.add(previous);
                }
                if (workflow == Workflow.TX && previous == null) {
                    group.isFirst.add(stage.getClass());
                }
                previous = group.name();
            }
        }
        return sorted(groups, before);
    }

    private static List<StageGroup> sorted(Map<String, StageGroup> groups, Map<String, Set<String>> before) {
        List<StageGroup> order = new ArrayList<>();
        Set<String> done = new LinkedHashSet<>();
        while (done.size() < groups.size()) {
            String next = groups.keySet().stream().filter(n -> !done.contains(n) && done.containsAll(before.get(n)))
                .findFirst().orElse(null);
            if (next == null) {
                next = groups.keySet().stream().filter(n -> !done.contains(n)).findFirst().orElseThrow();
                StageGroup group = groups.get(next);
                group.violations.add(group.violation("workflows pass it in different order: after "
                    + before.get(next).stream().filter(n -> !done.contains(n)).toList() + " and before",
                    "registers lie in one order"));
            }
            done.add(next);
            order.add(groups.get(next));
        }
        return order;
    }
}
