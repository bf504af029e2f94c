package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.ContextQueue;
import org.millrace.api.pipeline.FlowLookup;
import org.millrace.api.pipeline.FlowScheduler;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.alu.Selection;
import org.millrace.tofino.analysis.Compare;
import org.millrace.tofino.analysis.Decision;
import org.millrace.tofino.analysis.Expr;
import org.millrace.tofino.analysis.Expr.Input;
import org.millrace.tofino.analysis.Expr.Source;
import org.millrace.tofino.analysis.Exprs;
import org.millrace.tofino.analysis.Operator;
import org.millrace.tofino.analysis.Path;
import org.millrace.tofino.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;

/**
 * Makes a stage's tables: what must be computed before (operands and conditions that are no plain fields), the table
 * with the register, data or gateways, and what follows when the comparators' answers are known.
 *
 * <p>DESIGN NOTES. An action is a row of VLIW instructions. An action that does something under a condition takes a
 * gateway; more than {@link #MAX_BRANCHES} of them, all on equality with constants, are a ternary table instead. A
 * stage that may end the pass writes {@code $verdict}, on which every later register and extern of its workflows
 * gates.
 */
public final class TableBuilder {
    private static final String VERDICT = "$verdict";
    private static final int MAX_BRANCHES = 6;
    private static final int LOOKUP_KEY_BITS = 96;
    private static final int LOOKUP_OVERHEAD_BITS = 19; // action 4, flow number 15 (reference: 109 b an entry)

    private final Machine machine;
    private final Capacity capacity;
    private final Blocks blocks;
    private final StageSpec<?> spec;
    private final List<StageAnalysis> analyses;
    private final RegisterPlan plan;
    private final Set<Workflow> workflows;
    private final boolean isIngress;

    private final Set<String> matches = new TreeSet<>();
    private final Set<String> reads = new TreeSet<>();
    private final Set<String> writes = new TreeSet<>();
    private final Set<String> before = new TreeSet<>();
    private final Set<String> after = new TreeSet<>();
    private final Set<String> gatewayFields = new LinkedHashSet<>();
    private final Set<Object> actions = new HashSet<>();
    private final Set<Object> laterActions = new HashSet<>();
    private int gatewayBits;
    private int conditional;
    private boolean isTernary = true;
    private int levelsBefore;
    private int levelsAfter;

    /**
     * A stage to make tables of.
     *
     * @param machine   the machine
     * @param capacity  for how many keys
     * @param spec      what the stage is
     * @param analyses  its classes
     * @param plan      its register's plan, or null if it has none
     * @param workflows where it runs
     * @param isIngress whether in the ingress thread
     */
    public TableBuilder(Machine machine, Capacity capacity, StageSpec<?> spec, List<StageAnalysis> analyses,
                        RegisterPlan plan, Set<Workflow> workflows, boolean isIngress) {
        this.machine = machine;
        this.capacity = capacity;
        this.spec = spec;
        this.analyses = analyses;
        this.plan = plan;
        this.workflows = workflows;
        this.isIngress = isIngress;
        blocks = new Blocks(machine);
    }

    /** {@return its tables, in order} */
    public List<Table> tables() {
        List<Path.Call> calls = analyses.stream().flatMap(a -> a.paths().stream()).flatMap(p -> p.calls().stream())
            .toList();
        if (plan == null) {
            analyses.forEach(a -> a.paths().forEach(this::path));
        } else {
            plan.selections().values().forEach(list -> list.forEach(this::selection));
        }
        boolean gatesOnVerdict = plan != null || !calls.isEmpty();
        if (gatesOnVerdict) {
            matches.add(VERDICT);
        }
        List<Table> tables = new ArrayList<>();
        for (int level = 1; level <= levelsBefore; level++) {
            tables.add(table("pre" + level, Set.of(), level == 1 ? before : Set.of(temp("pre", level - 1)),
                Set.of(temp("pre", level)), new Resources(1, 0, 0, 0, 1, 0, 0, 0, 0), 0));
        }
        if (levelsBefore > 0) {
            reads.add(temp("pre", levelsBefore));
        }
        boolean isLookup = calls.stream().anyMatch(c -> FlowLookup.class.isAssignableFrom(c.extern()));
        if (isLookup) {
            tables.add(lookup());
        }
        externs(calls);
        if (plan == null && !stateFields().isEmpty()) {
            data(tables);
        } else if (plan != null || !writes.isEmpty() || !calls.isEmpty() && !isPushed(calls)) {
            tables.add(main());
        }
        for (int level = 1; level <= levelsAfter; level++) {
            boolean isLast = level == levelsAfter;
            tables.add(table("post" + level, Set.of(temp("out", level - 1)), Set.of(),
                isLast ? after : Set.of(temp("out", level)), new Resources(1, 0, 0, 0,
                    isLast ? Math.max(laterActions.size(), 1) : 1, 0, isLast ? Math.max(laterActions.size(), 1) : 0,
                    1, 0), 0));
        }
        return tables;
    }

    private Table table(String name, Set<String> match, Set<String> read, Set<String> write, Resources needs,
                        int rams) {
        return new Table(spec.name(), name, workflows, isIngress, match, Set.copyOf(read), Set.copyOf(write), needs,
            rams);
    }

    private String temp(String kind, int level) {
        return '$' + spec.name() + '.' + kind + level;
    }

    /** What the host pushes comes with its fields set: the scheduler is no table. */
    private static boolean isPushed(List<Path.Call> calls) {
        return calls.stream().allMatch(c -> FlowScheduler.class.isAssignableFrom(c.extern())
            && c.method().equals("push"));
    }

    private void externs(List<Path.Call> calls) {
        for (Path.Call call : calls) {
            if (PayloadDma.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("position", "length", "payloadOffset", "connection"));
            } else if (ContextQueue.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("connection", "rxBump", "txBump", "hostFlags", "position", "length"));
            } else if (FlowScheduler.class.isAssignableFrom(call.extern())) {
                reads.add("flow");
            }
        }
    }

    private void path(Path path) {
        path.decisions().stream().map(Decision::test).forEach(this::gateway);
        path.meta().forEach((field, write) -> write(field, write.value(), false));
        List<Expr> values = path.meta().values().stream().map(Path.Write::value).toList();
        action(path.verdict(), values, !path.decisions().isEmpty());
        if (ends(path.verdict())) {
            writes.add(VERDICT);
        }
    }

    private void action(Expr verdict, Object effect, boolean isConditional) {
        if (actions.add(List.of(effect, verdict)) && isConditional) {
            conditional++;
        }
    }

    private static boolean ends(Expr verdict) {
        return !(verdict instanceof Expr.Const c) || Verdict.action(c.value()) != Verdict.NEXT;
    }

    private void selection(Selection s) {
        s.gateways().keySet().forEach(this::gateway);
        s.operands().forEach(this::operand);
        List<Selection.Effect> effects = s.effects().stream().filter(e -> e != null).distinct().toList();
        boolean isPredicated = effects.size() > 1;
        for (Selection.Effect effect : effects) {
            effect.meta().forEach((field, value) -> {
                boolean isSame = effects.stream().allMatch(e -> value.equals(e.meta().get(field)));
                write(field, value, !isSame);
            });
            boolean isVerdictSame = effects.stream().allMatch(e -> e.verdict().equals(effect.verdict()));
            if (ends(effect.verdict())) {
                (isVerdictSame ? writes : after).add(VERDICT);
                levelsAfter = Math.max(levelsAfter, isVerdictSame ? 0 : 1);
            }
            if (isPredicated) {
                laterActions.add(effect);
            }
        }
        action(Exprs.ZERO, List.of(s.instruction(), isPredicated ? "" : effects), !s.gateways().isEmpty());
    }

    private void operand(Expr e) {
        int depth = depth(e);
        (depth == 0 ? reads : before).addAll(fields(e));
        levelsBefore = Math.max(levelsBefore, depth);
    }

    /** A field that is written: by the table itself if one instruction does it, else in levels before or after. */
    private void write(Input field, Expr value, boolean isPredicated) {
        int depth = depth(value);
        if (isPredicated || plan != null && depth > 1) {
            after.add(field.name());
            reads.addAll(fields(value));
            levelsAfter = Math.max(levelsAfter, isPredicated ? Math.max(depth, 1) : depth - 1);
            return;
        }
        writes.add(field.name());
        if (depth > 1) {
            before.addAll(fields(value));
            levelsBefore = Math.max(levelsBefore, depth - 1);
        } else {
            reads.addAll(fields(value));
        }
    }

    /** A gateway tests a field, also masked, with a constant, and two fields for equality; the rest comes before. */
    private void gateway(Decision.Test test) {
        Compare c = test.compare();
        isTernary &= test.outcomes() == Compare.EQ && c.right() instanceof Expr.Const && depth(c.left()) == 0;
        boolean isPlain = c.right() instanceof Expr.Const && isField(c.left())
            || test.outcomes() == Compare.EQ && c.left() instanceof Expr.Sum s && s.terms().size() == 2
            && s.terms().keySet().stream().allMatch(TableBuilder::isField);
        Set<String> fields = fields(c.left());
        fields.addAll(fields(c.right()));
        if (isPlain) {
            matches.addAll(fields);
            for (Input in : inputs(c.left())) {
                if (gatewayFields.add(in.name())) {
                    gatewayBits += in.bits();
                }
            }
            return;
        }
        before.addAll(fields);
        levelsBefore = Math.max(levelsBefore, Math.max(1, Math.max(depth(c.left()), depth(c.right()))));
        matches.add(temp("pre", levelsBefore));
        if (gatewayFields.add(test.text())) {
            gatewayBits++;
        }
    }

    private static boolean isField(Expr e) {
        return e instanceof Input || e instanceof Expr.Operation o && o.arguments().getFirst() instanceof Input
            && o.operator() == Operator.AND && o.arguments().get(1) instanceof Expr.Const
            || e instanceof Expr.Operation s && s.arguments().getFirst() instanceof Input
            && s.operator() == Operator.USHR;
    }

    /** {@return VLIW instructions in a row that an expression takes} */
    static int depth(Expr e) {
        return switch (e) {
            case Expr.Const c -> 0;
            case Input in -> 0;
            case Expr.Sum s -> {
                int deepest = s.terms().keySet().stream().mapToInt(TableBuilder::depth).max().orElse(0);
                int operands = s.terms().size() + (s.constant() == 0 ? 0 : 1);
                boolean isScaled = s.terms().values().stream().anyMatch(f -> Math.abs((long) f) != 1);
                int levels = operands == 1 ? 0 : 32 - Integer.numberOfLeadingZeros(operands - 1);
                yield deepest + Math.max(levels + (isScaled ? 1 : 0), 1);
            }
            case Expr.Operation o -> 1 + o.arguments().stream().mapToInt(TableBuilder::depth).max().orElse(0);
        };
    }

    private static Set<Input> inputs(Expr e) {
        Set<Input> found = new LinkedHashSet<>();
        e.inputs(found::add);
        return found;
    }

    private static Set<String> fields(Expr e) {
        Set<String> names = new TreeSet<>();
        inputs(e).stream().filter(in -> in.source() == Source.META).forEach(in -> names.add(in.name()));
        inputs(e).stream().filter(in -> in.source() == Source.RESULT && in.offset() >= 0)
            .forEach(in -> names.add('$' + in.name()));
        return names;
    }

    private Set<Input> stateFields() {
        Set<Input> found = new LinkedHashSet<>();
        analyses.forEach(a -> found.addAll(a.stateSites().keySet()));
        return found;
    }

    private int entries() {
        return spec.key() == StageSpec.Key.CONTEXT ? capacity.contexts() : capacity.flows();
    }

    private int keyBits() {
        return Math.max(32 - Integer.numberOfLeadingZeros(entries() - 1), 1);
    }

    private String key() {
        return spec.key() == StageSpec.Key.CONTEXT ? "context" : "flow";
    }

    private Table lookup() {
        int sram = blocks.exact(capacity.flows(), LOOKUP_KEY_BITS, LOOKUP_OVERHEAD_BITS);
        Set<String> results = new TreeSet<>();
        analyses.forEach(a -> a.paths().forEach(p -> p.calls().stream().filter(c -> c.result() != null)
            .forEach(c -> results.add('$' + c.result().name()))));
        return table("lookup", Set.of("localAddress", "peerAddress", "localPort", "peerPort"), Set.of(), results,
            new Resources(1, sram, 0, 0, 1, 0, 0, LOOKUP_KEY_BITS / 8, machine.exact().hashBitsPerTable()),
            machine.exact().minWays());
    }

    /** Data written by the control plane, addressed by key: a table a word of action data. */
    private void data(List<Table> tables) {
        int wordBytes = machine.stage().sramWordBits() / 8;
        matches.add(key());
        int words = stateFields().stream().mapToInt(f -> f.offset() / wordBytes + 1).max().orElseThrow();
        for (int word = 0; word < words; word++) {
            int first = word * wordBytes;
            Set<String> written = new TreeSet<>();
            int bytes = 0;
            for (Input field : stateFields()) {
                if (field.offset() / wordBytes == word) {
                    bytes = Math.max(bytes, field.offset() + field.bits() / 8 - first);
                    analyses.forEach(a -> a.paths().forEach(p -> p.meta().forEach((to, write) -> {
                        if (Exprs.stateInputs(write.value()).contains(field)) {
                            written.add(to.name());
                        }
                    })));
                }
            }
            if (bytes > 0) {
                tables.add(table("data" + word, Set.copyOf(matches), reads, written, new Resources(1,
                    blocks.actionData(entries(), bytes), 0, 0, 1, 0, 0, (keyBits() + 7) / 8, keyBits()), 1));
            }
        }
    }

    private Table main() {
        boolean asTernary = isTernary && conditional > MAX_BRANCHES;
        int gateways = asTernary ? 0 : conditional;
        Resources needs = new Resources(Math.max(asTernary ? 1 : gateways, 1), asTernary ? 1 : 0, 0, asTernary ? 1 : 0,
            Math.max(actions.size(), 1), 0, gateways, (gatewayBits + 7) / 8, 0);
        int rams = asTernary ? 1 : 0;
        if (levelsAfter > 0) {
            writes.add(temp("out", 0));
        }
        if (plan != null) {
            int bits = plan.fields().stream().mapToInt(Input::bits).max().orElse(32);
            int sram = blocks.register(entries(), bits * plan.fields().size());
            int operands = plan.instructions().stream().mapToInt(i -> i.operands()).max().orElse(0);
            needs = needs.plus(new Resources(0, sram, sram, 0, 0, 1, 0,
                (keyBits() + 7) / 8 + operands * bits / 8, keyBits()));
            matches.add(key());
        }
        return table("", Set.copyOf(matches), reads, writes, needs, rams);
    }
}
