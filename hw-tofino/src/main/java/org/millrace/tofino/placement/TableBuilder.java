package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
import org.millrace.tofino.analysis.Decision;
import org.millrace.tofino.analysis.Expr;
import org.millrace.tofino.analysis.Expr.Input;
import org.millrace.tofino.analysis.Exprs;
import org.millrace.tofino.analysis.Path;
import org.millrace.tofino.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;

/**
 * Makes a stage's tables: what must be computed before (operands and conditions that are no plain fields), the tables
 * with the register, data or gateways, and what follows when the comparators' answers are known.
 *
 * <p>DESIGN NOTES. The stage is taken apart: fields that are written under the same conditions are one table, and
 * tables of one stage do not wait for each other. An action is a row of VLIW instructions; one under a condition takes
 * a gateway and a logical table; more than six, all on constants, are a ternary table instead. A stage that may end the
 * pass writes {@code $verdict}, on which every later register and extern of its workflows gates.
 */
public final class TableBuilder {
    private static final String VERDICT = "$verdict.";
    private static final String ACCESS = "$access";
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
    private final List<Table> tables = new ArrayList<>();
    private final Map<Object, String> computed = new HashMap<>();
    private final Set<String> after = new TreeSet<>();
    private final Set<Object> laterActions = new HashSet<>();
    private int levelsAfter;
    private int parts;

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
        if (calls.stream().anyMatch(c -> FlowLookup.class.isAssignableFrom(c.extern()))) {
            tables.add(lookup());
        }
        if (plan != null) {
            register();
        } else if (analyses.stream().anyMatch(a -> !a.stateSites().isEmpty())) {
            data();
        } else {
            analyses.forEach(this::stateless);
        }
        externs(calls);
        return tables;
    }

    private void add(String name, Set<String> match, Set<String> read, Set<String> write, Resources needs, int rams) {
        tables.add(new Table(spec.name(), name, workflows, isIngress, Set.copyOf(match), Set.copyOf(read),
            Set.copyOf(write), needs, rams));
    }

    private String temp(String kind, int level) {
        return '$' + spec.name() + '.' + kind + level;
    }

    private static Resources action(int gateways) {
        return new Resources(Math.max(gateways, 1), 0, 0, 0, Math.max(gateways, 1), 0, gateways, 0, 0);
    }

    /** What comes before a part, level by level. */
    private void before(Part part, String prefix) {
        if (part.levelsBefore == 0) {
            return;
        }
        Object key = List.of(part.before, part.levelsBefore);
        String name = computed.getOrDefault(key, prefix);
        boolean isNew = computed.putIfAbsent(key, name) == null;
        for (int level = 1; level <= part.levelsBefore && isNew; level++) {
            add(name + "pre" + level, Set.of(), level == 1 ? part.before : Set.of(temp(name + "pre", level - 1)),
                Set.of(temp(name + "pre", level)), action(0), 0);
        }
        part.follow(temp(name + "pre", part.levelsBefore));
    }

    private void stateless(StageAnalysis analysis) {
        List<Part.Way> ways = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>();
        for (Path path : analysis.paths()) {
            Map<Decision.Test, Boolean> answers = new LinkedHashMap<>();
            path.decisions().forEach(d -> answers.put(d.test(), d.isTest()));
            Map<String, Object> values = new LinkedHashMap<>();
            path.meta().forEach((field, write) -> values.put(field.name(), write.value()));
            if (ends(path.verdict())) {
                verdicts(answers).forEach(v -> values.put(v, path.verdict()));
            }
            columns.addAll(values.keySet());
            ways.add(new Part.Way(answers, values));
        }
        for (Part part : Part.of(ways, columns).values()) {
            ways.forEach(w -> part.writes.forEach(column -> {
                if (w.values().get(column) instanceof Expr value && !column.startsWith(VERDICT)) {
                    part.compute(value, 1);
                }
            }));
            String name = "part" + ++parts + '.';
            before(part, name);
            add(name.substring(0, name.length() - 1), part.matches, part.reads, part.writes, part.needs(),
                part.needs().tcam());
        }
    }

    /** {@return the verdicts of the workflows that these answers leave possible} */
    private Set<String> verdicts(Map<Decision.Test, Boolean> answers) {
        Set<String> names = new TreeSet<>();
        for (Workflow workflow : workflows) {
            boolean isPossible = answers.entrySet().stream()
                .filter(a -> Part.fields(a.getKey().compare().left()).equals(Set.of("workflow")))
                .allMatch(a -> a.getKey().holds(in -> workflow.ordinal()) == a.getValue());
            if (isPossible) {
                names.add(VERDICT + workflow);
            }
        }
        return names;
    }

    private static boolean ends(Expr verdict) {
        return !(verdict instanceof Expr.Const c) || Verdict.action(c.value()) != Verdict.NEXT;
    }

    private void register() {
        List<Part.Way> ways = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>(List.of(ACCESS));
        Part operands = new Part();
        Set<String> ofRegister = new TreeSet<>();
        plan.selections().values().forEach(list -> list.forEach(s -> {
            s.operands().forEach(e -> operands.compute(e, 0));
            Map<String, Object> values = new LinkedHashMap<>(effects(s, operands, ofRegister));
            values.put(ACCESS, List.of(s.instruction(), s.operands(), List.copyOf(values.values().stream()
                .filter(v -> v instanceof Expr e && !isFree(e)).toList())));
            columns.addAll(values.keySet());
            ways.add(new Part.Way(s.gateways(), values));
        }));
        columns.removeAll(ofRegister);
        for (Part part : Part.of(ways, columns).values()) {
            boolean isMain = part.writes.remove(ACCESS);
            String name = isMain ? "" : "part" + ++parts + '.';
            for (Part.Way way : ways) {
                part.writes.forEach(column -> {
                    if (way.values().get(column) instanceof Expr value && !column.startsWith(VERDICT)) {
                        part.compute(value, 1);
                    }
                });
            }
            if (isMain) {
                main(part, operands, ofRegister);
            } else {
                before(part, name);
                add(name.substring(0, name.length() - 1), part.matches, part.reads, part.writes, part.needs(), 0);
            }
        }
        later();
    }

    private void main(Part part, Part operands, Set<String> ofRegister) {
        part.before.addAll(operands.before);
        part.reads.addAll(operands.reads);
        part.levelsBefore = Math.max(part.levelsBefore, operands.levelsBefore);
        before(part, "");
        part.writes.addAll(ofRegister);
        part.matches.addAll(verdicts(Map.of()));
        part.matches.add(key());
        if (levelsAfter > 0) {
            part.writes.add(temp("out", 0));
        }
        int bits = plan.fields().stream().mapToInt(Input::bits).max().orElseThrow();
        int sram = blocks.register(entries(), bits * plan.fields().size());
        int slots = plan.instructions().stream().mapToInt(i -> i.operands()).max().orElse(0);
        add("", part.matches, part.reads, part.writes, part.needs().plus(new Resources(0, sram, sram, 0, 0, 1, 0,
            (keyBits() + 7) / 8 + slots * bits / 8, keyBits())), 0);
    }

    /** What a selection writes in the register's stage; what waits for the comparators goes to {@link #later}. */
    private Map<String, Object> effects(Selection s, Part main, Set<String> ofRegister) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<Selection.Effect> effects = s.effects().stream().filter(e -> e != null).distinct().toList();
        for (Selection.Effect effect : effects) {
            Map<String, Object> predicated = new LinkedHashMap<>();
            effect.meta().forEach((field, value) -> {
                boolean isSame = effects.stream().allMatch(e -> value.equals(e.meta().get(field)));
                int depth = Part.depth(value);
                if (isSame && (isFree(value) || depth <= 1)) {
                    values.put(field.name(), value);
                    if (!isFree(value)) {
                        ofRegister.add(field.name());
                        main.reads.addAll(Part.fields(value));
                    }
                } else if (isCode(effects, field)) {
                    ofRegister.add(field.name());
                } else {
                    predicated.put(field.name(), value);
                    main.reads.addAll(Part.fields(value));
                    levelsAfter = Math.max(levelsAfter, isSame ? depth - 1 : Math.max(depth, 1));
                }
            });
            if (ends(effect.verdict())) {
                boolean isSame = effects.stream().allMatch(e -> e.verdict().equals(effect.verdict()));
                if (isSame) {
                    verdicts(s.gateways()).forEach(v -> values.put(v, effect.verdict()));
                } else {
                    ofRegister.addAll(verdicts(s.gateways()));
                }
            }
            after.addAll(predicated.keySet());
            if (!predicated.isEmpty()) {
                laterActions.add(predicated);
            }
        }
        return values;
    }

    /**
     * Whether a field gets one of some constants, as the comparators say: then the predicate word itself is the field,
     * in another code, and what gates on it need not wait for a table that translates.
     */
    private static boolean isCode(List<Selection.Effect> effects, Input field) {
        return effects.stream().map(e -> e.meta().get(field)).allMatch(v -> v == null || v instanceof Expr.Const);
    }

    private void later() {
        for (int level = 1; level <= levelsAfter; level++) {
            boolean isLast = level == levelsAfter;
            add("post" + level, Set.of(temp("out", level - 1)), Set.of(), isLast ? after : Set.of(temp("out", level)),
                action(isLast ? laterActions.size() : 0).plus(new Resources(0, 0, 0, 0, 0, 0, 0, 1, 0)), 0);
        }
    }

    /** {@return whether a value reads neither the register nor its output words} */
    private static boolean isFree(Expr e) {
        boolean[] reads = new boolean[1];
        e.inputs(in -> reads[0] |= in.source() == Expr.Source.STATE
            || in.source() == Expr.Source.RESULT && in.offset() < 0);
        return !reads[0];
    }

    /** What the host pushes comes with its fields set, so the flow scheduler's push is no table. */
    private void externs(List<Path.Call> calls) {
        Set<String> reads = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        for (Path.Call call : calls) {
            if (PayloadDma.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("position", "length", "payloadOffset", "connection"));
                names.add("dma");
            } else if (ContextQueue.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("connection", "rxBump", "txBump", "hostFlags", "position", "length"));
                names.add("notify");
            } else if (FlowScheduler.class.isAssignableFrom(call.extern()) && !call.method().equals("push")) {
                reads.add("flow");
                names.add("host");
            }
        }
        if (!names.isEmpty()) {
            add(String.join("+", names), verdicts(Map.of()), reads, Set.of(), action(names.size()), 0);
        }
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
        return new Table(spec.name(), "lookup", workflows, isIngress,
            Set.of("localAddress", "peerAddress", "localPort", "peerPort"), Set.of(), results,
            new Resources(1, sram, 0, 0, 1, 0, 0, LOOKUP_KEY_BITS / 8, machine.exact().hashBitsPerTable()),
            machine.exact().minWays());
    }

    /** Data written by the control plane, addressed by key: a table a word of action data. */
    private void data() {
        int wordBytes = machine.stage().sramWordBits() / 8;
        Set<Input> fields = new LinkedHashSet<>();
        analyses.forEach(a -> fields.addAll(a.stateSites().keySet()));
        int words = fields.stream().mapToInt(f -> f.offset() / wordBytes + 1).max().orElseThrow();
        for (int word = 0; word < words; word++) {
            int first = word * wordBytes;
            Set<String> written = new TreeSet<>();
            int bytes = 0;
            for (Input field : fields) {
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
                add("data" + word, Set.of(key()), Set.of(), written, new Resources(1,
                    blocks.actionData(entries(), bytes), 0, 0, 1, 0, 0, (keyBits() + 7) / 8, keyBits()), 1);
            }
        }
    }
}
