package org.millrace.tofino.placement;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.millrace.api.hardware.Capacity;
import org.millrace.code.analysis.Compare;
import org.millrace.code.analysis.Decision;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.code.analysis.Operator;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Case;
import org.millrace.tofino.graph.ExternModel;
import org.millrace.tofino.graph.Table;
import org.millrace.tofino.machine.Machine;

/**
 * What a table takes.
 *
 * <p>DESIGN NOTES. A gateway compares four bytes and sees twelve bits beside them (flags); a condition on more takes several,
 * one within the other, each a logical table. It has four rows, each an alternative. A choice of many, all by constants, is a
 * ternary table instead. What is written in distinct ways are distinct actions, two a VLIW row.
 */
public final class Costs {
    private static final int MAX_GATEWAYS = 6;
    private static final int LOOKUP_OVERHEAD_BITS = 19; // action 4, flow number 15 (reference: 109 b an entry)
    private static final int TERNARY_BYTES = 5;
    private static final int ADDRESS_BITS = 32;
    private static final int PORTS_BYTES = 4; // two ports of 9 bits, a mirror session of 8
    private static final int LINK_BYTES = 12; // two addresses of Ethernet
    /** Link addresses that are known at once. */
    public static final int NEIGHBOURS = 4096;

    /** What a table takes, and what it has on the crossbar by field: tables of a physical stage share it. */
    record Cost(Resources needs, Map<String, Integer> inputs, int reads128) {
    }

    private final Machine machine;
    private final Capacity capacity;
    private final Map<String, RegisterPlan> plans;
    private final Map<String, Integer> widths;
    private final Blocks blocks;
    private final Map<Table, Cost> known = new java.util.IdentityHashMap<>();

    /**
     * Costs of a program's tables.
     *
     * @param machine  the machine
     * @param capacity for how many keys
     * @param plans    registers by stage
     * @param widths   bits of fields that get a few constants alone
     */
    public Costs(Machine machine, Capacity capacity, Map<String, RegisterPlan> plans, Map<String, Integer> widths) {
        this.machine = machine;
        this.capacity = capacity;
        this.plans = plans;
        this.widths = widths;
        blocks = new Blocks(machine);
    }

    Cost of(Table table) {
        return known.computeIfAbsent(table, this::cost);
    }

    private Cost cost(Table table) {
        if (table.kind() == Table.Kind.ALWAYS) {
            return new Cost(Resources.NONE, Map.of(), 0);
        }
        Map<String, Integer> inputs = new TreeMap<>();
        Resources choice = choice(table, inputs);
        return switch (table.kind()) {
            case REGISTER -> register(table, inputs, choice);
            case DATA -> data(table, inputs);
            case LOOKUP -> lookup(table, choice);
            case SWITCH -> ofSwitch(table);
            case EXTERN -> extern(table, inputs, choice);
            default -> new Cost(choice, inputs, choice.tcam());
        };
    }

    /** Gateways, or a ternary table, and the actions among which they choose. */
    private Resources choice(Table table, Map<String, Integer> inputs) {
        int gateways = 0;
        Set<Object> actions = new HashSet<>();
        Set<Decision.Test> tests = new LinkedHashSet<>();
        boolean isTernary = true;
        int alternatives = 0;
        for (Case c : table.cases()) {
            Action a = c.action();
            Object written = java.util.Arrays.asList(a.assignments(), a.verdict(), a.register().map(Action.Access::rows));
            boolean isNothing = a.assignments().isEmpty() && a.verdict() == null && a.calls().isEmpty()
                && a.register().map(r -> r.rows().stream().allMatch(x -> x == null || x.assignments().isEmpty()
                    && x.verdict() == null)).orElse(true);
            if (!isNothing) {
                actions.add(written);
            }
            if (!c.isUnconditional()) {
                Set<Decision.Test> own = new LinkedHashSet<>();
                c.guard().forEach(all -> all.forEach(one -> own.add(one.test())));
                gateways += Math.max(gateways(own), ceil(c.guard().size(), machine.stage().gatewayRows()));
                tests.addAll(own);
                alternatives += c.guard().size();
            }
        }
        for (Decision.Test test : tests) {
            isTernary &= isTernary(test);
        }
        Map<String, Integer> tested = new TreeMap<>();
        tests.forEach(t -> input(t, tested));
        int keyBytes = tested.values().stream().mapToInt(Integer::intValue).sum();
        int vliw = actions.size();
        if (gateways > MAX_GATEWAYS && isTernary && keyBytes <= machine.stage().ternaryCrossbarBytes()
            && table.kind() == Table.Kind.ACTIONS) {
            int tcam = ceil(keyBytes, TERNARY_BYTES) * ceil(alternatives, machine.stage().tcamEntries());
            return new Resources(1, 1, 0, tcam, vliw, 0, 0, 0, 0, keyBytes, 0);
        }
        tested.forEach((field, bytes) -> inputs.merge(field, bytes, Math::max));
        return new Resources(Math.max(gateways, 1), 0, 0, 0, vliw, 0, gateways, 0, 0, 0, 0);
    }

    /** {@return how many gateways a condition takes, one within the other} */
    private int gateways(Set<Decision.Test> tests) {
        Map<String, Integer> bits = new LinkedHashMap<>();
        int bytes = 0;
        for (Decision.Test test : tests) {
            if (test.compare().left() instanceof Expr.Sum s) { // two fields for equality: the partner is xored in
                bytes += s.terms().keySet().stream().mapToInt(t -> ((Input) t).bits()).max().orElse(32) / 8;
            } else {
                test.compare().left().inputs(in -> bits.merge(in.name(), width(test), Math::max));
            }
        }
        int flags = 0;
        for (int width : bits.values()) {
            if (width <= 4) {
                flags += width;
            } else {
                bytes += ceil(width, 8);
            }
        }
        int count = 1;
        while (bytes + Math.max(0, ceil(flags - count * machine.stage().gatewayHashBits(), 8))
            > count * machine.stage().gatewayBytes()) {
            count++;
        }
        return count;
    }

    /** {@return bits of a field that a test looks at} */
    private int width(Decision.Test test) {
        Compare c = test.compare();
        boolean isSign = c.domain() == Compare.Domain.SIGNED && c.right().equals(org.millrace.code.analysis.Exprs.ZERO)
            && test.outcomes() == Compare.LT;
        return switch (c.left()) {
            case Input in -> isSign && in.bits() == 32 ? 1 : Math.min(in.bits(), widths.getOrDefault(in.name(), in.bits()));
            case Expr.Operation(Operator o, List<Expr> args) when o == Operator.AND ->
                Integer.bitCount((int) ((Expr.Const) args.get(1)).value());
            case Expr.Operation(Operator o, List<Expr> args) when o == Operator.USHR ->
                32 - (int) ((Expr.Const) args.get(1)).value();
            default -> 32;
        };
    }

    private static boolean isTernary(Decision.Test test) {
        return !(test.compare().left() instanceof Expr.Sum) && (test.outcomes() == Compare.EQ
            || test.compare().right().equals(org.millrace.code.analysis.Exprs.ZERO)
            || Long.bitCount(((Expr.Const) test.compare().right()).value() + 1 & 0xffff_ffffL) <= 1);
    }

    private void input(Decision.Test test, Map<String, Integer> inputs) {
        Set<Input> fields = new LinkedHashSet<>();
        test.compare().left().inputs(fields::add);
        fields.forEach(in -> inputs.merge(in.name(), test.compare().left() instanceof Expr.Sum ? in.bits() / 8
            : ceil(Math.min(width(test), in.bits()), 8), Math::max));
    }

    private Cost register(Table table, Map<String, Integer> inputs, Resources choice) {
        RegisterPlan plan = plans.get(table.stage());
        int bits = plan.fields().stream().mapToInt(Input::bits).max().orElseThrow();
        int sram = blocks.register(entries(table), bits * plan.fields().size());
        int slots = plan.instructions().stream().mapToInt(i -> i.operands()).max().orElse(0);
        inputs.merge(table.index(), keyBytes(table), Math::max);
        if (slots > 0) { // at fixed places of a group, so nobody shares them
            inputs.put('$' + table.stage() + ".operands", slots * bits / 8);
        }
        int words = plan.instructions().stream().mapToInt(i -> i.outputs().size()).max().orElse(0);
        return new Cost(choice.plus(new Resources(0, sram, sram, 0, 0, 1, 0, 0, keyBits(table), 0, 4 * words)), inputs, 0);
    }

    private Cost data(Table table, Map<String, Integer> inputs) {
        int[] extent = {Integer.MAX_VALUE, 0};
        table.cases().forEach(c -> c.action().assignments().forEach(a -> a.value().inputs(in -> {
            if (in.source() == Expr.Source.STATE) {
                extent[0] = Math.min(extent[0], in.offset() / 16 * 16);
                extent[1] = Math.max(extent[1], in.offset() + in.bits() / 8);
            }
        })));
        int bytes = Math.max(extent[1] - extent[0], 1);
        inputs.put(table.index(), keyBytes(table));
        return new Cost(new Resources(1, blocks.actionData(entries(table), bytes), 0, 0, table.cases().size(), 0, 0, 0,
            keyBits(table), 0, bytes), inputs, 1);
    }

    private Cost lookup(Table table, Resources choice) {
        Action.Call call = table.cases().getFirst().action().calls().getFirst();
        ExternModel model = ExternModel.of(call.extern(), call.method()).orElseThrow();
        Map<String, Integer> inputs = new TreeMap<>();
        model.reads().forEach(name -> inputs.put(name, name.endsWith("Port") ? 2 : 4));
        call.arguments().forEach(e -> inputs.put(e.text(), 4));
        int keyBits = 8 * inputs.values().stream().mapToInt(Integer::intValue).sum();
        int sram = blocks.exact(capacity.flows(), keyBits, LOOKUP_OVERHEAD_BITS);
        int tables = model == ExternModel.LOOKUP_LOCAL ? 2 : 1; // at its address, or at all addresses
        return new Cost(new Resources(choice.tables() + tables - 1, tables * sram, 0, 0, tables, 0, choice.gateways(), 0,
            tables * machine.exact().hashBitsPerTable(), 0, 4), inputs, tables * machine.exact().minWays());
    }

    /** Ports of a flow are addressed by its number; link addresses are found by the peer's address. */
    private Cost ofSwitch(Table table) {
        boolean isByFlow = table.index().equals("flow");
        int entries = isByFlow ? entries(table) : NEIGHBOURS;
        int bytes = isByFlow ? PORTS_BYTES : LINK_BYTES;
        int match = isByFlow ? 0 : blocks.exact(entries, ADDRESS_BITS, LOOKUP_OVERHEAD_BITS);
        return new Cost(new Resources(1, match + blocks.actionData(entries, bytes), 0, 0, 2, 0, 0, 0,
            isByFlow ? keyBits(table) : machine.exact().hashBitsPerTable(), 0, bytes),
            Map.of(table.index(), isByFlow ? keyBytes(table) : ADDRESS_BITS / 8), isByFlow ? 1 : machine.exact().minWays() + 1);
    }

    private Cost extern(Table table, Map<String, Integer> inputs, Resources choice) {
        Action.Call call = table.cases().getFirst().action().calls().getFirst();
        boolean isClock = ExternModel.of(call.extern(), call.method()).orElseThrow().kind() == ExternModel.Kind.CLOCK;
        int sram = isClock ? blocks.register(1, 32) : 0;
        return new Cost(choice.plus(new Resources(0, sram, sram, 0, 0, isClock ? 1 : 0, 0, 0, 0, 0, isClock ? 4 : 0)), inputs, 0);
    }

    private int entries(Table table) {
        return table.index().equals("context") ? capacity.contexts() : capacity.flows();
    }

    private int keyBits(Table table) {
        return Math.max(32 - Integer.numberOfLeadingZeros(entries(table) - 1), 1);
    }

    private int keyBytes(Table table) {
        return ceil(keyBits(table), 8);
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }
}
