package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.api.pipeline.Layout;
import org.millrace.api.pipeline.MirrorSession;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.pipeline.Workflow;
import org.millrace.execution.TickClock;
import org.millrace.tofino.graph.Action;
import org.millrace.tofino.graph.Executor;
import org.millrace.tofino.graph.Graph;

/**
 * What was placed does what the Java stages do: random items through both, and the same state, verdicts, calls and fields
 * come out. {@code -Dmillrace.placed.items=1000000} for the long form.
 */
final class PlacedProgramTest {
    private static final int ITEMS = Integer.getInteger("millrace.placed.items", 4_000);
    private static final long SEED = Long.getLong("millrace.placed.seed", 20_261_129L);
    private static final int[] FLAGS = {16, 17, 24, 16 | 64, 16 | 128, 2, 4, 18};
    private static final Set<String> PUSHED = Set.of("end", "dataEnd", "fin", "hasData", "payloadSeq");
    private static final Set<String> ASKED = Set.of("rxBump", "txBump", "operation", "hostFlags");

    @ParameterizedTest
    @CsvSource({"RX, ''", "TX, ''", "HC, ''", "MIRROR, ''", "RX, sack=on delayed-ack-segments=2",
        "TX, sack=on delayed-ack-segments=2", "HC, sack=on delayed-ack-segments=2", "MIRROR, sack=on delayed-ack-segments=2"})
    void laminarDoesInThePipeWhatItsStagesDo(Workflow workflow, String options) {
        Map<String, String> chosen = new LinkedHashMap<>();
        Arrays.stream(options.split(" ")).filter(o -> !o.isEmpty()).map(o -> o.split("=")).forEach(o -> chosen.put(o[0], o[1]));
        Graph graph = new TofinoBackend().report(Programs.laminar(chosen), Programs.CAPACITY).graph();
        long seed = SEED + workflow.ordinal();
        System.out.println("tcp-laminar " + options + ", " + workflow + ", seed " + seed + ", " + ITEMS + " items");
        int alive = new Comparison(graph, workflow, chosen, seed).run(ITEMS);
        assertThat(alive).as("items that are not dropped").isGreaterThan(ITEMS / 10);
    }

    /** Both sides, and what they share. */
    private static final class Comparison implements Executor.Surroundings {
        private final Graph graph;
        private final Workflow workflow;
        private final Random random;
        private final TestExterns externs = new TestExterns();
        private final Program<?> program;
        private final Object heads;
        private final Object twin;
        private final SegmentMeta meta;
        private final Layout layout;
        private final int[] words;
        private final Map<String, int[]> javas = new LinkedHashMap<>();
        private final Map<String, int[]> machines = new LinkedHashMap<>();
        private final Map<String, Layout> layouts = new HashMap<>();
        private final Set<String> known = new HashSet<>();
        private final List<String> calls = new ArrayList<>();
        private final Executor executor;
        private final Map<String, Integer> ended = new java.util.TreeMap<>();
        private long nowNs;

        Comparison(Graph graph, Workflow workflow, Map<String, String> options, long seed) {
            this.graph = graph;
            this.workflow = workflow;
            random = new Random(seed);
            program = Programs.laminar(options, externs);
            heads = heads(program);
            twin = heads(Programs.laminar(options, new TestExterns()));
            meta = (SegmentMeta) program.newMeta();
            layout = Layout.of(meta.getClass());
            words = new int[layout.words()];
            ViewCursor.move(meta, words, 0);
            known.addAll(Fields.ofTheWire(program));
            for (Workflow each : Workflow.values()) {
                for (Stage<?, ?> stage : program.stages(each)) {
                    Layout of = Layout.of(stage.spec().state().get().getClass());
                    layouts.put(stage.spec().name(), of);
                    javas.put(stage.spec().name(), new int[Math.max(of.words(), 1)]);
                    machines.put(stage.spec().name(), new int[Math.max(of.words(), 1)]);
                }
            }
            executor = new Executor(graph);
        }

        private static Object heads(Program<?> program) {
            try {
                Field field = program.getClass().getDeclaredField("heads");
                field.setAccessible(true);
                Object heads = field.get(program);
                heads.getClass().getMethod("segmentBytes", int.class, int.class).invoke(heads, TestExterns.FLOW, 1448);
                return heads;
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        int run(int items) {
            int alive = 0;
            for (int i = 0; i < items; i++) {
                draw();
                String input = Arrays.toString(words) + " item " + i;
                executor.begin();
                layout.fields().forEach(f -> executor.set(f.name(), value(words, f)));
                executor.set("$now.low", (int) nowNs);
                executor.set("$now.high", (int) (nowNs >> 32));
                externs.calls.clear();
                calls.clear();
                List<Long> verdicts = stages();
                List<Integer> placed = executor.run(workflow, this);
                assertThat(placed).as(input).isEqualTo(verdicts.stream().map(Long::intValue).toList());
                assertThat(calls).as(input).containsExactlyInAnyOrderElementsOf(externs.calls);
                javas.forEach((stage, state) -> assertThat(machines.get(stage)).as(stage + " " + input).isEqualTo(state));
                fields(verdicts, input);
                host(input);
                long last = verdicts.isEmpty() ? Verdict.NEXT : verdicts.getLast();
                alive += Verdict.action(last) == Verdict.DROP || Verdict.action(last) == Verdict.CONTROL ? 0 : 1;
            }
            System.out.println("ended by " + ended);
            return alive;
        }

        private List<Long> stages() {
            List<Long> verdicts = new ArrayList<>();
            for (Stage<?, ?> stage : program.stages(workflow)) {
                long verdict = process(stage);
                if (verdict != Verdict.NEXT) {
                    verdicts.add(verdict);
                }
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    ended.merge(stage.spec().name() + ' ' + Long.toHexString(verdict), 1, Integer::sum);
                    break;
                }
            }
            return verdicts;
        }

        @SuppressWarnings("unchecked")
        private <M extends SegmentMeta, S extends State> long process(Stage<?, ?> stage) {
            Stage<M, S> typed = (Stage<M, S>) stage;
            S state = typed.spec().state().get();
            ViewCursor.move(state, javas.get(stage.spec().name()), 0);
            return typed.process((M) meta, state, nowNs);
        }

        /** What leaves is compared: all that the wire gets of an emitted item, and what a copy carries or a digest shows. */
        private void fields(List<Long> verdicts, String input) {
            Set<String> seen = new HashSet<>();
            for (long verdict : verdicts) {
                if (Verdict.action(verdict) == Verdict.EMIT) {
                    seen.addAll(known);
                }
                if ((verdict & Verdict.DIGEST) != 0) {
                    seen.add("digest");
                }
                if ((verdict & Verdict.MIRROR) != 0) {
                    graph.mirrors().stream().filter(m -> m.id() == Verdict.session(verdict)).map(MirrorSession::fields)
                        .forEach(seen::addAll);
                }
            }
            for (Layout.Field f : layout.fields()) {
                if (seen.contains(f.name())) {
                    assertThat(executor.get(f.name())).as(f.name() + " " + input).isEqualTo(value(words, f));
                }
            }
        }

        /** The host has been told the same. */
        private void host(String input) {
            try {
                for (Field field : heads.getClass().getDeclaredFields()) {
                    field.setAccessible(true);
                    if (field.getType() == int[].class) {
                        assertThat(((int[]) field.get(twin))[TestExterns.FLOW]).as(field.getName() + " " + input)
                            .isEqualTo(((int[]) field.get(heads))[TestExterns.FLOW]);
                    }
                }
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public int[] memory(String stage, int key) {
            assertThat(key).as("key of " + stage).isEqualTo(TestExterns.FLOW);
            return machines.get(stage);
        }

        @Override
        public int call(Action.Call call, int[] arguments, Executor.Fields f) {
            switch (call.method()) {
                case "lookup" -> {
                    return TestExterns.flow(f.get("peerPort"));
                }
                case "milliseconds" -> {
                    return new TickClock().milliseconds(nowNs);
                }
                case "microseconds" -> {
                    return new TickClock().microseconds(nowNs);
                }
                case "toHost" -> calls.add("toHost " + f.get("position") + ' ' + f.get("length") + ' ' + f.get("payloadOffset") + ' '
                    + f.get("connection"));
                case "fromHost" -> calls.add("fromHost " + f.get("position") + ' ' + f.get("length") + ' ' + f.get("connection"));
                case "notify" -> calls.add("notify " + f.get("connection") + ' ' + f.get("rxBump") + ' ' + f.get("txBump") + ' '
                    + f.get("hostFlags"));
                default -> tell(call.method(), arguments);
            }
            return 0;
        }

        private void tell(String method, int[] arguments) {
            try {
                for (Method m : twin.getClass().getMethods()) {
                    if (m.getName().equals(method) && m.getParameterCount() == arguments.length + 1) {
                        Object[] values = new Object[arguments.length + 1];
                        Arrays.setAll(values, i -> i < arguments.length ? (Object) arguments[i] : (Object) nowNs);
                        m.invoke(twin, values);
                        return;
                    }
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            throw new AssertionError("nobody is told " + method);
        }

        private static int value(int[] from, Layout.Field f) {
            int mask = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            return from[f.offset() >> 2] >>> ((f.offset() & 3) << 3) & mask;
        }

        private void draw() {
            int base = random.nextInt(3) == 0 ? random.nextInt(5000) : random.nextInt();
            nowNs = random.nextLong() >>> 8;
            Arrays.fill(words, 0);
            for (Layout.Field f : layout.fields()) {
                if (isSet(f.name())) {
                    put(words, f, draw(f, base));
                }
            }
            meta.workflow(workflow.ordinal());
            if (workflow != Workflow.RX) {
                meta.flow(TestExterns.FLOW);
            }
            javas.forEach((stage, state) -> {
                layouts.get(stage).fields().forEach(f -> put(state, f, stage.startsWith("rx-ooo")
                    ? random.nextInt(2) * random.nextInt(3000) : draw(f, base)));
                if (stage.equals("rx-next")) {
                    state[1] = state[0] + random.nextInt(4000); // RCV.NXT is not beyond the edge
                }
                System.arraycopy(state, 0, machines.get(stage), 0, state.length);
            });
        }

        private boolean isSet(String name) {
            return switch (workflow) {
                case RX -> known.contains(name) && !ASKED.contains(name) && !name.equals("digest") && !name.equals("discard");
                case TX -> PUSHED.contains(name) || Set.of("seq", "length", "flags").contains(name);
                case HC -> ASKED.contains(name);
                case MIRROR -> graph.mirrors().stream().anyMatch(m -> m.fields().contains(name));
            };
        }

        private int draw(Layout.Field f, int base) {
            if (f.name().equals("flags")) {
                return FLAGS[random.nextInt(FLAGS.length)];
            }
            if (Set.of("stamp", "answer", "echo", "fin", "hasData").contains(f.name())) {
                return random.nextInt(f.name().equals("answer") ? 3 : 2);
            }
            if (Set.of("length", "payloadLength", "rxBump", "txBump").contains(f.name())) {
                return random.nextInt(4) == 0 ? 0 : random.nextInt(1460);
            }
            return f.bits() < 32 ? random.nextInt(16) : switch (random.nextInt(8)) {
                case 0 -> random.nextInt();
                case 1 -> random.nextInt(3);
                case 2, 3 -> base;
                default -> base + random.nextInt(2000) - 1000;
            };
        }

        private static void put(int[] to, Layout.Field f, int value) {
            int mask = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            int shift = (f.offset() & 3) << 3;
            to[f.offset() >> 2] = to[f.offset() >> 2] & ~(mask << shift) | (value & mask) << shift;
        }
    }
}
