package org.millrace.tofino.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.code.analysis.Expr;
import org.millrace.code.analysis.Expr.Input;
import org.millrace.tofino.alu.Instruction;
import org.millrace.tofino.alu.RegisterPlan;
import org.millrace.tofino.graph.Graph.Placed;

/**
 * Runs the placed tables, physical stage by physical stage, on a header vector, as the machine would: all tables of a stage
 * see the fields as they were when the item entered it. It is not fast: it is there to be compared with the Java stages.
 * One thread.
 */
public final class Executor {
    /** What stands beside the tables. */
    public interface Surroundings {
        /** {@return the state of a program's stage at a key, as words of its layout}
         * @param stage name of the stage
         * @param key   the key */
        int[] memory(String stage, int key);

        /** {@return what an extern answers}
         * @param call      the call
         * @param arguments their values
         * @param fields    the header vector */
        int call(Action.Call call, int[] arguments, Fields fields);
    }

    /** Fields of an item by name. */
    public interface Fields {
        /** {@return a field's value}
         * @param name its name */
        int get(String name);
    }

    private final Graph graph;
    private final Map<String, Integer> index = new HashMap<>();
    private final int[] masks;
    private final List<List<Placed>> stages = new ArrayList<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private int[] fields;
    private TreeMap<Integer, Integer> verdicts = new TreeMap<>();

    /**
     * Prepares one.
     *
     * @param graph what to run
     */
    public Executor(Graph graph) {
        this.graph = graph;
        masks = new int[graph.fields().size()];
        graph.fields().forEach(f -> {
            masks[index.size()] = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            index.put(f.name(), index.size());
        });
        graph.tables().forEach(p -> {
            while (stages.size() <= p.at()) {
                stages.add(new ArrayList<>());
            }
            stages.get(p.at()).add(p);
        });
    }

    /** Begins an item: all fields are 0. */
    public void begin() {
        fields = new int[masks.length];
        verdicts = new TreeMap<>();
    }

    /** Sets a field.
     * @param name  its name
     * @param value its value; what is beyond its bits is cut off */
    public void set(String name, int value) {
        int at = index.get(name);
        fields[at] = value & masks[at];
    }

    /** {@return a field}
     * @param name its name */
    public int get(String name) {
        return fields[index.get(name)];
    }

    /** {@return the verdicts of the program's stages, by their order, none behind one that ends the item}
     * @param workflow     of the item
     * @param surroundings state and services */
    public List<Integer> run(Workflow workflow, Surroundings surroundings) {
        for (boolean isIngress : new boolean[] {true, false}) {
            for (List<Placed> stage : stages) {
                int[] before = fields.clone();
                TreeMap<Integer, Integer> known = new TreeMap<>(verdicts);
                for (Placed placed : stage) {
                    Table table = placed.table();
                    if (table.isIngress() == isIngress && table.workflows().contains(workflow) && !isEnded(table, known)) {
                        run(table, workflow, before, surroundings);
                    }
                }
            }
        }
        atEnd.forEach(Runnable::run);
        atEnd.clear();
        List<Integer> result = new ArrayList<>();
        for (int verdict : verdicts.values()) {
            result.add(verdict);
            if (Verdict.action(verdict) != Verdict.NEXT) {
                break;
            }
        }
        return result;
    }

    private static boolean isEnded(Table table, TreeMap<Integer, Integer> known) {
        return known.headMap(table.order()).values().stream().anyMatch(v -> Verdict.action(v) != Verdict.NEXT);
    }

    private void run(Table table, Workflow workflow, int[] before, Surroundings surroundings) {
        int[] memory = table.index().isEmpty() ? null
            : surroundings.memory(table.stage(), before[index.get(table.index())]);
        Expr.Env env = in -> switch (in.source()) {
            case META -> before[index.get(in.name())];
            case STATE -> read(memory, in);
            default -> throw new IllegalStateException(table + " reads " + in.name());
        };
        for (Case c : table.cases()) {
            if (c.workflows().contains(workflow) && c.applies(env)) {
                run(table, c.action(), memory, env, before, surroundings);
                return;
            }
        }
    }

    private void run(Table table, Action action, int[] memory, Expr.Env env, int[] before, Surroundings surroundings) {
        Expr.Env after = action.register().isPresent() ? access(table, action.register().get(), memory, env) : env;
        action.assignments().forEach(a -> assign(a, after));
        verdict(table, action.verdict(), after);
        for (Action.Call call : action.calls()) {
            int[] arguments = call.arguments().stream().mapToInt(e -> (int) e.eval(env)).toArray();
            if (call.isAtEnd()) {
                atEnd.add(() -> surroundings.call(call, arguments, this::get));
                continue;
            }
            int answer = surroundings.call(call, arguments, name -> before[index.get(name)]);
            if (call.result() != null) {
                set(call.result().name(), answer);
            }
        }
    }

    private void verdict(Table table, Expr verdict, Expr.Env env) {
        if (verdict != null) {
            int value = (int) verdict.eval(env);
            if (value != 0) {
                verdicts.put(table.order(), value);
            }
        }
    }

    private void assign(Action.Assignment a, Expr.Env env) {
        set(a.target().name(), (int) a.value().eval(env));
    }

    private Expr.Env access(Table table, Action.Access access, int[] memory, Expr.Env env) {
        RegisterPlan plan = graph.registers().get(table.stage());
        int[] old = plan.fields().stream().mapToInt(f -> read(memory, f)).toArray();
        int[] now = old.clone();
        int row = 0;
        if (access.instruction() >= 0) {
            int[] operands = access.operands().stream().mapToInt(e -> (int) e.eval(env)).toArray();
            Instruction instruction = plan.instructions().get(access.instruction());
            row = instruction.rowOf(instruction.execute(now, operands), access.compares());
            for (int half = 0; half < now.length; half++) {
                write(memory, plan.fields().get(half), now[half]);
            }
        }
        Action.Row decided = access.rows().get(row);
        if (decided != null) {
            decided.assignments().forEach(a -> assign(a, env));
            verdict(table, decided.verdict(), env);
        }
        int answered = row;
        return in -> in.source() != Expr.Source.RESULT ? env.value(in) : switch (in.name()) {
            case "old-lo" -> old[0];
            case "old-hi" -> old[1];
            case "new-lo" -> read(memory, plan.fields().get(0));
            case "new-hi" -> read(memory, plan.fields().get(1));
            default -> answered;
        };
    }

    private static int mask(Input field) {
        return field.bits() == 32 ? -1 : (1 << field.bits()) - 1;
    }

    private static int read(int[] memory, Input field) {
        return memory[field.offset() >> 2] >>> ((field.offset() & 3) << 3) & mask(field);
    }

    private static void write(int[] memory, Input field, int value) {
        int shift = (field.offset() & 3) << 3;
        memory[field.offset() >> 2] = memory[field.offset() >> 2] & ~(mask(field) << shift) | (value & mask(field)) << shift;
    }
}
