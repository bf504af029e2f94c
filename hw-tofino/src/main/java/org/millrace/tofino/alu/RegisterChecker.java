package org.millrace.tofino.alu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.Code;
import org.millrace.code.Site;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.code.Violation;
import org.millrace.tofino.machine.Machine;

/** Fits all accesses to one register, of however many stages, into one stateful ALU; reports all that does not fit. */
public final class RegisterChecker {
    private static final int MAX_SELECTIONS = 512;
    private static final int MAX_TESTS = 8;
    private static final int MAX_PATHS = 4096;

    private final Machine.Alu alu;
    private final List<StageAnalysis> stages;
    private final List<Input> fields;
    private final Set<Violation> violations = new LinkedHashSet<>();
    private final Set<Expr> assumptions = new LinkedHashSet<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<Class<?>, List<Selection>> selections = new LinkedHashMap<>();

    /**
     * @param alu    the limits
     * @param stages the stages that share the state
     */
    public RegisterChecker(Machine.Alu alu, List<StageAnalysis> stages) {
        this.alu = alu;
        this.stages = stages;
        Set<Input> touched = new LinkedHashSet<>();
        stages.forEach(s -> touched.addAll(s.stateSites().keySet()));
        fields = touched.stream().sorted(Comparator.comparingInt(Input::offset)).toList();
    }

    /** {@return the plan} */
    public RegisterPlan plan() {
        stages.forEach(s -> violations.addAll(s.refused()));
        checkFields();
        boolean areFew = fields.size() <= alu.fields();
        for (StageAnalysis stage : stages) {
            if (!areFew) {
                checkCombinations(stage);
            } else if (stage.refused().isEmpty()) {
                derive(stage);
            }
        }
        if (areFew) {
            arrange();
            checkShared();
        }
        return new RegisterPlan(fields, instructions, selections, assumptions, List.copyOf(violations));
    }

    /** {@return what an access decides: state fields, and what depends on them}
     * @param stage the stage */
    public static List<Input> columns(StageAnalysis stage) {
        List<Input> columns = new ArrayList<>(stage.state().keySet());
        stage.meta().forEach((field, write) -> {
            if (!Exprs.isStateFree(write.value())) {
                columns.add(field);
            }
        });
        if (stage.verdict() != null && !Exprs.isStateFree(stage.verdict())) {
            columns.add(StageAnalysis.VERDICT);
        }
        return columns;
    }

    private Site start() {
        StageAnalysis stage = stages.getFirst();
        return stage.stateSites().isEmpty() ? new Site(Code.name(stage.stage()) + ".process", 0)
            : stage.stateSites().values().iterator().next();
    }

    private Site site(Input field) {
        return stages.stream().filter(s -> s.stateSites().containsKey(field))
            .map(s -> s.stateSites().get(field)).findFirst().orElseThrow();
    }

    private void checkFields() {
        if (fields.size() > alu.fields()) {
            int bits = fields.stream().mapToInt(Input::bits).sum();
            violations.add(new Violation(start(), "touches " + fields.size() + " state fields, " + bits + " bits: "
                + fields.stream().map(f -> f.name() + ':' + site(f).line()).collect(Collectors.joining(" ")),
                "one register access holds " + alu.fields() + " fields of " + alu.fieldBits() + " bits"));
        } else if (fields.stream().map(Input::bits).distinct().count() > 1) {
            violations.add(new Violation(start(), "fields of different width: "
                + fields.stream().map(f -> f.name() + ' ' + f.bits()).collect(Collectors.joining(", ")),
                "both halves of a register have the same width"));
        }
    }

    /** What no split into registers could cure. */
    private void checkCombinations(StageAnalysis stage) {
        Map<Input, Set<Input>> needs = new LinkedHashMap<>();
        for (Path path : stage.paths(columns(stage), MAX_PATHS)) {
            for (Decision d : path.decisions()) {
                Set<Input> both = Exprs.stateInputs(d.compare().left());
                both.addAll(Exprs.stateInputs(d.compare().right()));
                if (both.size() > 1) {
                    violations.add(new Violation(d.site(), "compares state fields with each other: " + names(both)
                        + " in " + d.test().text(), "no comparator takes two fields"));
                }
            }
            path.state().forEach((field, write) -> {
                Set<Input> sources = Exprs.stateInputs(write.value());
                if (sources.size() > 1) {
                    violations.add(new Violation(write.site(), "combines state fields " + names(sources) + " into "
                        + field.name(), "no ALU combines two fields"));
                }
                path.decisions().forEach(d -> {
                    sources.addAll(Exprs.stateInputs(d.compare().left()));
                    sources.addAll(Exprs.stateInputs(d.compare().right()));
                });
                needs.computeIfAbsent(field, f -> new LinkedHashSet<>()).addAll(sources);
            });
        }
        checkMutual(needs);
    }

    private void checkMutual(Map<Input, Set<Input>> needs) {
        List<String> pairs = new ArrayList<>();
        needs.forEach((a, of) -> of.forEach(b -> {
            if (a.compareTo(b) < 0 && needs.getOrDefault(b, Set.of()).contains(a)) {
                pairs.add(a.name() + ':' + site(a).line() + " <-> " + b.name() + ':' + site(b).line());
            }
        }));
        if (!pairs.isEmpty()) {
            violations.add(new Violation(start(), "cannot be split into one register per stage as written; each needs "
                + "the other's old value: " + pairs.stream().limit(6).collect(Collectors.joining(", "))
                + (pairs.size() > 6 ? " and " + (pairs.size() - 6) + " more" : ""),
                "a pass goes through the registers in one order"));
        }
    }

    private static String names(Set<Input> fields) {
        return fields.stream().map(Input::name).sorted().collect(Collectors.joining(", "));
    }

    private void derive(StageAnalysis stage) {
        List<Path> paths = stage.paths(columns(stage), MAX_PATHS);
        GatewayTree tree = new GatewayTree(paths, MAX_SELECTIONS);
        if (paths.isEmpty() || tree.isTooLarge()) {
            violations.add(new Violation(start(), "more than " + MAX_SELECTIONS + " combinations of conditions",
                "gateways of a stage"));
            return;
        }
        for (GatewayTree.Leaf leaf : tree.leaves()) {
            Site site = site(stage, leaf.paths());
            try {
                derive(stage, leaf, site);
            } catch (UnfitException e) {
                violations.add(new Violation(siteOf(leaf.paths(), e, site), e.getMessage(), e.limit()));
            }
        }
    }

    private static Site site(StageAnalysis stage, List<Path> paths) {
        return paths.stream().flatMap(p -> p.state().values().stream()).map(Path.Write::site).findFirst()
            .orElseGet(() -> paths.stream().flatMap(p -> p.decisions().stream()).map(Decision::site).findFirst()
                .orElse(new Site(Code.name(stage.stage()) + ".process", 0)));
    }

    /** The line of the comparison or write that the message names. */
    private static Site siteOf(List<Path> paths, UnfitException e, Site otherwise) {
        for (Path path : paths) {
            for (Decision d : path.decisions()) {
                if (e.getMessage().equals("comparison " + d.test().text())) {
                    return d.site();
                }
            }
            for (Path.Write write : path.state().values()) {
                if (e.getMessage().endsWith(write.value().text())) {
                    return write.site();
                }
            }
        }
        return otherwise;
    }

    private void derive(StageAnalysis stage, GatewayTree.Leaf leaf, Site site) {
        Rows rows = new Rows(leaf.paths());
        if (rows.tests().size() > MAX_TESTS) {
            violations.add(new Violation(site, rows.tests().size() + " comparisons of the register",
                "an instruction has " + alu.compares() + " comparators"));
            return;
        }
        rows.fill(leaf.paths());
        Deriver deriver = new Deriver(fields, rows, alu.valuesPerHalf());
        List<Selection.Effect> effects = deriver.effects();
        Instruction instruction = deriver.instruction();
        check(instruction, deriver.shapes().operands(), rows, site);
        assumptions.addAll(deriver.shapes().assumptions());
        List<Expr> operands = deriver.shapes().operands();
        selections.computeIfAbsent(stage.stage(), s -> new ArrayList<>()).add(add(instruction,
            new Selection(leaf.answers(), operands, deriver.compares(), effects, -1)));
    }

    private void check(Instruction i, List<Expr> operands, Rows rows, Site site) {
        if (i.compares().size() > alu.compares()) {
            violations.add(new Violation(site, i.compares().size() + " comparisons: " + rows.tests().stream()
                .map(Decision.Test::text).collect(Collectors.joining(", ")),
                "an instruction has " + alu.compares() + " comparators"));
        }
        for (int half = 0; half < fields.size(); half++) {
            if (i.values(half) > alu.valuesPerHalf()) {
                violations.add(new Violation(site, i.values(half) + " different new values of "
                    + fields.get(half).name(), "a half has " + alu.valuesPerHalf() + " ALUs"));
            }
        }
        if (operands.size() > alu.operands()) {
            violations.add(new Violation(site, operands.size() + " operands: "
                + operands.stream().map(Expr::text).collect(Collectors.joining(", ")),
                "a register access reads " + alu.operands() + " operands"));
        }
        if (i.outputs().size() > alu.outputs()) {
            violations.add(new Violation(site, i.outputs().size() + " output words", "a register access gives "
                + alu.outputs() + " words"));
        }
    }

    /** Finds an instruction that does it already, or can be made to, with its operands in either order. */
    private Selection add(Instruction wanted, Selection selection) {
        if (wanted.isNothing()) {
            return selection;
        }
        boolean isSwappable = selection.operands().size() <= 2;
        for (int i = 0; i < instructions.size(); i++) {
            for (boolean swap : isSwappable ? new boolean[] {false, true} : new boolean[] {false}) {
                Instruction candidate = swap ? wanted.swapped() : wanted;
                Instruction merged = instructions.get(i).merge(candidate, alu);
                if (merged != null) {
                    instructions.set(i, merged);
                    return selection.with(swap ? swap(selection.operands()) : selection.operands(),
                        candidate.compares(), i);
                }
            }
        }
        instructions.add(wanted);
        return selection.with(selection.operands(), selection.compares(), instructions.size() - 1);
    }

    /** Exchanges the operands of some instructions, so that each operand comes from as few places as can be. */
    private void arrange() {
        int count = instructions.size();
        int best = 0;
        for (int swaps = 1; count <= alu.instructions() && swaps < 1 << count; swaps++) {
            if (sources(swaps) < sources(best)) {
                best = swaps;
            }
        }
        for (int i = 0; i < count; i++) {
            if ((best >> i & 1) != 0) {
                int swapped = i;
                instructions.set(i, instructions.get(i).swapped());
                selections.values().forEach(all -> all.replaceAll(s -> s.instruction() == swapped
                    ? s.with(swap(s.operands()), s.compares().stream().map(c -> c.slot() < 0 ? c : c.withSlot(1 - c.slot()))
                        .toList(), swapped) : s));
            }
        }
    }

    /** {@return how many values the two operands get, a second one of an operand counted ten times} */
    private int sources(int swaps) {
        int sources = 0;
        for (int slot = 0; slot < 2; slot++) {
            Set<Expr> different = new LinkedHashSet<>();
            for (List<Selection> all : selections.values()) {
                for (Selection s : all) {
                    List<Expr> operands = s.instruction() >= 0 && (swaps >> s.instruction() & 1) != 0 ? swap(s.operands())
                        : s.operands();
                    if (s.instruction() >= 0 && slot < operands.size()) {
                        different.add(operands.get(slot));
                    }
                }
            }
            different.remove(Exprs.ZERO);
            sources += different.size() > 1 ? 10 * different.size() : different.size();
        }
        return sources;
    }

    private static List<Expr> swap(List<Expr> operands) {
        List<Expr> two = new ArrayList<>(operands);
        while (two.size() < 2) {
            two.add(Exprs.ZERO);
        }
        return two.reversed();
    }

    private void checkShared() {
        if (instructions.size() > alu.instructions()) {
            violations.add(new Violation(start(), instructions.size() + " different instructions: "
                + instructions.stream().map(Instruction::toString).collect(Collectors.joining(" ")),
                "a register has " + alu.instructions() + " instructions"));
        }
        Set<Integer> constants = new TreeSet<>();
        instructions.forEach(i -> constants.addAll(i.storedConstants(alu)));
        if (constants.size() > alu.constantRows()) {
            violations.add(new Violation(start(), "constants " + constants, "a register has " + alu.constantRows()
                + " rows for constants that are no immediates (" + alu.constantMin() + ".." + alu.constantMax()
                + ", compared " + alu.compareConstantMin() + ".." + alu.compareConstantMax() + ")"));
        }
    }
}
