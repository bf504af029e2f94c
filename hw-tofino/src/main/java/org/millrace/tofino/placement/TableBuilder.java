package org.millrace.tofino.placement;

import java.util.ArrayList;
import java.util.EnumMap;
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
import org.millrace.api.pipeline.HostPart;
import org.millrace.api.pipeline.PayloadDma;
import org.millrace.api.pipeline.PushSource;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.alu.Selection;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Exprs;
import org.millrace.code.analysis.Path;
import org.millrace.code.analysis.StageAnalysis;
import org.millrace.tofino.machine.Machine;

/**
 * Makes a stage's tables: what must be computed before (operands and conditions that are no plain fields), the tables
 * with the register, data or gateways, and what follows when the comparators' answers are known.
 *
 * <p>DESIGN NOTES. The stage is taken apart: fields that are written under the same conditions are one table, and
 * tables of one stage do not wait for each other. An action is a row of VLIW instructions; one under a condition takes
 * a gateway and a logical table; more than six, all on constants, are a ternary table instead. What is computed before,
 * into temporaries, harms nobody: the physical stage's always-run action does it for all tables. A stage that may end
 * the pass writes {@code $verdict}, on which every later register and extern of the workflow gates, by its next-table
 * address. What a table does with fields is told by workflow: a segment runs one.
 */
public final class TableBuilder {
    /** The column of what a register's ALU does. */
    static final String ACCESS = "$access";
    /** The column of what is taken of its output words. */
    static final String OUTPUTS = "$outputs";
    private static final int LOOKUP_KEY_BITS = 96;
    private static final int LOOKUP_OVERHEAD_BITS = 19; // action 4, flow number 15 (reference: 109 b an entry)

    private final Machine machine;
    private final Capacity capacity;
    private final Blocks blocks;
    private final StageSpec<?> spec;
    private final Map<StageAnalysis, Set<Workflow>> analyses;
    private final RegisterPlan plan;
    private final boolean isIngress;
    private final List<Table> tables = new ArrayList<>();
    private final Early early;
    private final Map<Workflow, Set<String>> after = new EnumMap<>(Workflow.class);
    private final Set<Object> laterActions = new HashSet<>();
    private int levelsAfter;
    private int parts;

    /**
     * A stage to make tables of.
     *
     * @param machine   the machine
     * @param capacity  for how many keys
     * @param spec      what the stage is
     * @param analyses  its classes, and where each runs
     * @param plan      its register's plan, or null if it has none
     * @param isIngress whether in the ingress thread
     * @param placement of the stages before
     */
    public TableBuilder(Machine machine, Capacity capacity, StageSpec<?> spec,
                        Map<StageAnalysis, Set<Workflow>> analyses, RegisterPlan plan, boolean isIngress,
                        Placement placement) {
        this.machine = machine;
        this.capacity = capacity;
        this.spec = spec;
        this.analyses = analyses;
        this.plan = plan;
        this.isIngress = isIngress;
        blocks = new Blocks(machine);
        early = new Early(spec.name(), (field, workflow) -> placement.arrival(field, workflow, isIngress));
    }

    /** {@return its tables, in order} */
    public List<Table> tables() {
        lookup();
        if (plan != null) {
            register();
        } else if (analyses.keySet().stream().anyMatch(a -> !a.stateSites().isEmpty())) {
            data();
        } else {
            analyses.forEach(this::stateless);
        }
        externs();
        List<Table> all = new ArrayList<>();
        early.instructions().forEach((temporary, accesses) -> all.add(new Table(spec.name(), temporary.substring(
            spec.name().length() + 2), accesses, isIngress, Map.of(), Resources.NONE, 0)));
        all.addAll(tables);
        return all;
    }

    private void add(String name, Map<Workflow, Access> accesses, Map<String, Integer> inputs, Resources needs,
                     int rams) {
        tables.add(new Table(spec.name(), name, accesses, isIngress, inputs, needs, rams));
    }

    private String temp(String kind, int level) {
        return '$' + spec.name() + '.' + kind + level;
    }

    private static Resources action(int gateways) {
        return new Resources(Math.max(gateways, 1), 0, 0, 0, Math.max(gateways, 1), 0, gateways, 0, 0);
    }

    private void add(Part part) {
        add("part" + ++parts, part.accesses, part.inputs, part.needs(), part.needs().tcam());
    }

    private void stateless(StageAnalysis analysis, Set<Workflow> workflows) {
        List<Way> ways = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>();
        for (Path path : analysis.paths()) {
            Way way = Way.of(path, workflows);
            path.meta().forEach((field, write) -> way.values().put(field.name(), write.value()));
            if (ends(path.verdict())) {
                way.values().put(Part.VERDICT, path.verdict());
            }
            columns.addAll(way.values().keySet());
            ways.add(way);
        }
        Part.of(ways, columns, early).forEach(this::add);
    }

    private static boolean ends(Expr verdict) {
        return !(verdict instanceof Expr.Const c) || Verdict.action(c.value()) != Verdict.NEXT;
    }

    private void register() {
        List<Way> ways = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>(List.of(ACCESS));
        Part main = Part.plain(early);
        Set<String> ofRegister = new TreeSet<>();
        for (Map.Entry<StageAnalysis, Set<Workflow>> stage : analyses.entrySet()) {
            for (Selection s : plan.selections().getOrDefault(stage.getKey().stage(), List.of())) {
                Way way = Way.of(s.gateways(), stage.getValue());
                s.operands().forEach(e -> main.compute(way, e, false));
                effects(s, way, main, ofRegister);
                way.values().put(ACCESS, List.of(s.instruction(), s.operands(), List.copyOf(way.values().values()
                    .stream().filter(v -> v instanceof Expr e && !isFree(e)).toList())));
                columns.addAll(way.values().keySet());
                ways.add(way);
            }
        }
        columns.remove(OUTPUTS);
        columns.removeAll(ofRegister);
        for (Part part : Part.of(ways, columns, early)) {
            if (part.writes.contains(ACCESS)) {
                part.accesses.values().forEach(a -> a.writes.remove(ACCESS));
                part.add(main);
                register(part);
            } else {
                add(part);
            }
        }
        later();
    }

    private void register(Part part) {
        part.accesses.values().forEach(a -> a.matches.addAll(List.of(Part.VERDICT, key())));
        after.keySet().forEach(w -> part.access(w).writes.add(temp("out", 0)));
        int bits = plan.fields().stream().mapToInt(Input::bits).max().orElseThrow();
        int sram = blocks.register(entries(), bits * plan.fields().size());
        int slots = plan.instructions().stream().mapToInt(i -> i.operands()).max().orElse(0);
        part.inputs.merge(key(), keyBytes(), Math::max);
        if (slots > 0) { // at fixed places of a group, so nobody shares them
            part.inputs.put(temp("operand", slots), slots * bits / 8);
        }
        add("", part.accesses, part.inputs, part.needs().plus(new Resources(0, sram, sram, 0, 0, 1, 0, 0, keyBits())),
            0);
    }

    /** What a selection writes in the register's stage; what waits for the comparators goes to {@link #later}. */
    private void effects(Selection s, Way way, Part main, Set<String> ofRegister) {
        List<Selection.Effect> effects = s.effects().stream().filter(e -> e != null).distinct().toList();
        for (Selection.Effect effect : effects) {
            Map<String, Object> predicated = new LinkedHashMap<>();
            effect.meta().forEach((field, value) -> {
                boolean isSame = effects.stream().allMatch(e -> value.equals(e.meta().get(field)));
                int depth = Part.depth(value);
                if (isSame && (isFree(value) || depth <= 1)) {
                    way.values().put(field.name(), value);
                    if (!isFree(value)) {
                        written(way, main, field.name(), ofRegister);
                        way.workflows().forEach(w -> main.access(w).reads.addAll(Part.fields(value)));
                    }
                } else if (isCode(effects, field)) {
                    written(way, main, field.name(), ofRegister);
                } else {
                    predicated.put(field.name(), value);
                    way.workflows().forEach(w -> main.access(w).reads.addAll(Part.fields(value)));
                    levelsAfter = Math.max(levelsAfter, isSame ? depth - 1 : Math.max(depth, 1));
                }
            });
            if (ends(effect.verdict())) {
                if (effects.stream().allMatch(e -> e.verdict().equals(effect.verdict()))) {
                    way.values().put(Part.VERDICT, effect.verdict());
                } else {
                    written(way, main, Part.VERDICT, new TreeSet<>());
                }
            }
            if (!predicated.isEmpty()) {
                way.values().put(OUTPUTS, way.values().getOrDefault(OUTPUTS, "") + " out");
                way.workflows().forEach(w -> after.computeIfAbsent(w, k -> new TreeSet<>()).addAll(predicated.keySet()));
                laterActions.add(predicated);
            }
        }
    }

    private static void written(Way way, Part main, String field, Set<String> ofRegister) {
        ofRegister.add(field);
        way.values().merge(OUTPUTS, field, (a, b) -> a + " " + b);
        way.workflows().forEach(w -> main.access(w).writes.add(field));
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
            Map<Workflow, Access> accesses = new EnumMap<>(Workflow.class);
            for (Map.Entry<Workflow, Set<String>> fields : after.entrySet()) {
                Access access = new Access();
                access.matches.add(temp("out", level - 1));
                access.writes.addAll(isLast ? fields.getValue() : Set.of(temp("out", level)));
                accesses.put(fields.getKey(), access);
            }
            add("post" + level, accesses, Map.of(temp("out", level - 1), 1), action(isLast ? laterActions.size() : 0)
                .plus(new Resources(0, 0, 0, 0, 0, 0, 0, 1, 0)), 0);
        }
    }

    /** {@return whether a value reads neither the register nor its output words} */
    private static boolean isFree(Expr e) {
        boolean[] reads = new boolean[1];
        e.inputs(in -> reads[0] |= in.source() == Expr.Source.STATE
            || in.source() == Expr.Source.RESULT && in.offset() < 0);
        return !reads[0];
    }

    /** What the host pushes comes with its fields set, so that is no table. */
    private void externs() {
        Map<Workflow, Access> accesses = new EnumMap<>(Workflow.class);
        Set<String> names = new TreeSet<>();
        analyses.forEach((analysis, workflows) -> analysis.paths().forEach(path -> path.calls().forEach(call -> {
            Set<String> reads = new TreeSet<>();
            if (PayloadDma.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("position", "length", "payloadOffset", "connection"));
                names.add("dma");
            } else if (ContextQueue.class.isAssignableFrom(call.extern())) {
                reads.addAll(List.of("connection", "rxBump", "txBump", "hostFlags", "position", "length"));
                names.add("notify");
            } else if (isHosts(call.extern())) {
                reads.add("flow");
                names.add("host");
            }
            if (!reads.isEmpty()) {
                Way.of(path, workflows).workflows().forEach(w -> {
                    Access access = accesses.computeIfAbsent(w, k -> new Access());
                    access.matches.add(Part.VERDICT);
                    access.reads.addAll(reads);
                });
            }
        })));
        if (!names.isEmpty()) {
            add(String.join("+", names), accesses, Map.of(), action(names.size()), 0);
        }
    }

    private static boolean isHosts(Class<?> extern) {
        return FlowScheduler.class.isAssignableFrom(extern)
            || HostPart.class.isAssignableFrom(extern) && !PushSource.class.isAssignableFrom(extern);
    }

    private int entries() {
        return spec.key() == StageSpec.Key.CONTEXT ? capacity.contexts() : capacity.flows();
    }

    private int keyBits() {
        return Math.max(32 - Integer.numberOfLeadingZeros(entries() - 1), 1);
    }

    private int keyBytes() {
        return (keyBits() + 7) / 8;
    }

    private String key() {
        return spec.key() == StageSpec.Key.CONTEXT ? "context" : "flow";
    }

    private Map<Workflow, Access> everywhere(Set<String> matches, Set<String> writes) {
        Map<Workflow, Access> accesses = new EnumMap<>(Workflow.class);
        analyses.values().forEach(workflows -> workflows.forEach(w -> {
            Access access = accesses.computeIfAbsent(w, k -> new Access());
            access.matches.addAll(matches);
            access.writes.addAll(writes);
        }));
        return accesses;
    }

    private void lookup() {
        Set<String> results = new TreeSet<>();
        boolean[] isThere = new boolean[1];
        analyses.keySet().forEach(a -> a.paths().forEach(p -> p.calls().forEach(c -> {
            isThere[0] |= FlowLookup.class.isAssignableFrom(c.extern());
            if (c.result() != null) {
                results.add('$' + c.result().name());
            }
        })));
        if (isThere[0]) {
            int sram = blocks.exact(capacity.flows(), LOOKUP_KEY_BITS, LOOKUP_OVERHEAD_BITS);
            Map<String, Integer> key = Map.of("localAddress", 4, "peerAddress", 4, "localPort", 2, "peerPort", 2);
            add("lookup", everywhere(key.keySet(), results), key, new Resources(1, sram, 0, 0, 1, 0, 0,
                LOOKUP_KEY_BITS / 8, machine.exact().hashBitsPerTable()), machine.exact().minWays());
        }
    }

    /** Data written by the control plane, addressed by key: a table a word of action data. */
    private void data() {
        int wordBytes = machine.stage().sramWordBits() / 8;
        Set<Input> fields = new LinkedHashSet<>();
        analyses.keySet().forEach(a -> fields.addAll(a.stateSites().keySet()));
        int words = fields.stream().mapToInt(f -> f.offset() / wordBytes + 1).max().orElseThrow();
        for (int word = 0; word < words; word++) {
            int first = word * wordBytes;
            Set<String> written = new TreeSet<>();
            int bytes = 0;
            for (Input field : fields) {
                if (field.offset() / wordBytes == word) {
                    bytes = Math.max(bytes, field.offset() + field.bits() / 8 - first);
                    analyses.keySet().forEach(a -> a.paths().forEach(p -> p.meta().forEach((to, write) -> {
                        if (Exprs.stateInputs(write.value()).contains(field)) {
                            written.add(to.name());
                        }
                    })));
                }
            }
            if (bytes > 0) {
                add("data" + word, everywhere(Set.of(key()), written), Map.of(key(), keyBytes()), new Resources(1,
                    blocks.actionData(entries(), bytes), 0, 0, 1, 0, 0, keyBytes(), keyBits()), 1);
            }
        }
    }
}
