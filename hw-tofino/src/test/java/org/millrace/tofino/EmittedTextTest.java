package org.millrace.tofino;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
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
import org.millrace.testkit.p4.V1Switch;
import org.millrace.testkit.p4.run.Match;
import org.millrace.testkit.p4.run.Table;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.tofino.graph.Graph;
import org.millrace.tofino.p4.Emitter;
import org.millrace.tofino.p4.NotEmittedException;
import org.millrace.tofino.p4.Target;

/**
 * The text for v1model does what the Java stages do: random items through both, and the same state, verdicts, words for the host and
 * fields come out. {@code -Dmillrace.p4.items=100000} for the long form, {@code -Dmillrace.p4.seed} to repeat.
 */
class EmittedTextTest {
    private static final int ITEMS = Integer.getInteger("millrace.p4.items", 250);
    private static final long SEED = Long.getLong("millrace.p4.seed", 20_261_129L);
    private static final int[] FLAGS = {16, 17, 24, 16 | 64, 16 | 128, 2, 4, 18};
    private static final Set<String> PUSHED = Set.of("end", "dataEnd", "fin", "hasData", "payloadSeq", "seq", "length", "flags");
    private static final Set<String> ASKED = Set.of("rxBump", "txBump", "operation", "hostFlags");
    private static final String PIPE = "PipeIngress.";

    private static final Map<Map<String, String>, Emitted> EMITTED = new HashMap<>();

    /** The program with its options, as a graph and as text. */
    private record Emitted(Map<String, String> options, Graph graph, String text) {
        static Emitted of(Map<String, String> options) {
            return EMITTED.computeIfAbsent(options, chosen -> {
                TofinoReport report = new TofinoBackend().report(Programs.laminar(chosen), Programs.CAPACITY);
                try {
                    return new Emitted(chosen, report.graph(), Emitter.emit(Programs.laminar(chosen), 6, report, Target.V1MODEL)
                        .get("tcp_laminar.p4"));
                } catch (NotEmittedException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"RX, ''", "TX, ''", "HC, ''", "MIRROR, ''", "RX, sack=on delayed-ack-segments=2",
        "TX, sack=on delayed-ack-segments=2", "HC, sack=on delayed-ack-segments=2", "MIRROR, sack=on delayed-ack-segments=2"})
    void theTextDoesWhatTheStagesDo(Workflow workflow, String options) {
        Map<String, String> chosen = new LinkedHashMap<>();
        Arrays.stream(options.split(" ")).filter(o -> !o.isEmpty()).map(o -> o.split("=")).forEach(o -> chosen.put(o[0], o[1]));
        long seed = SEED + workflow.ordinal();
        System.out.println("tcp-laminar " + options + " as P4, " + workflow + ", seed " + seed + ", " + ITEMS + " items");
        assertThat(new Comparison(Emitted.of(chosen), workflow, seed).run()).as("items that are not dropped").isGreaterThan(ITEMS / 20);
    }

    /** What Tofino 2 has no unit for: arithmetic in a parser, in a gateway, or in a mirror's session. */
    @Test
    void whatTofinoComputesNowhereIsNotInItsText() throws Exception {
        TofinoReport report = new TofinoBackend().report(Programs.laminar(), Programs.CAPACITY);
        String t2na = Emitter.emit(Programs.laminar(), 6, report, Target.T2NA).get("tcp_laminar.p4");
        String parser = t2na.substring(t2na.indexOf("parser IngressParse"), t2na.indexOf("control Ingress("));
        assertThat(parser).contains("ParserCounter() options_left", "options_left.set(8w40)", "state option_40").doesNotContain(" + ", " - ", "<<");
        assertThat(t2na.lines().filter(l -> l.contains("if (md.workflow == "))).isNotEmpty().noneMatch(l -> l.contains(" - ")
            || l.contains(" + ") || l.contains(">>"));
        assertThat(t2na.lines().filter(l -> l.contains("mirror.emit<"))).hasSize(4).allMatch(l -> l.contains("(md.copy_session, { md.copy_what,"));
        assertThat(t2na).contains("@pa_auto_init_metadata");
    }

    /** Whole frames: parser, tables, the copy that goes round, deparser. */
    @Test
    void aSegmentIsPayloadForTheHostAndAnAcknowledgement() {
        V1Switch machine = V1Switch.of("tcp_laminar.p4", Emitted.of(Map.of()).text(), 1);
        connection(machine);
        byte[] payload = new byte[100];
        Arrays.fill(payload, (byte) 0x5a);
        byte[] segment = frame(1000, 500, 16, payload);
        List<V1Switch.Packet> out = machine.receive(9, segment);
        assertThat(out).hasSize(2);
        byte[] toHost = out.get(out.get(0).port() == 5 ? 0 : 1).bytes();
        byte[] answer = out.get(out.get(0).port() == 5 ? 1 : 0).bytes();
        assertThat(Arrays.copyOfRange(toHost, 12, 15)).as("to the host, RX").containsExactly(0x88, 0xb5, 0);
        assertThat(Arrays.copyOfRange(toHost, toHost.length - 100, toHost.length)).isEqualTo(payload);
        assertThat(HexFormat.of().formatHex(answer, 0, 14)).isEqualTo("0200000000020200000000010800");
        ByteBuffer ack = ByteBuffer.wrap(answer);
        assertThat(answer).as("no payload, no options").hasSize(54);
        assertThat(ack.getInt(26)).as("from").isEqualTo(0x0a000001);
        assertThat(ack.getInt(30)).as("to").isEqualTo(0x0a000002);
        assertThat(ack.getShort(34)).as("from port").isEqualTo((short) 80);
        assertThat(ack.getInt(38)).as("sequence").isEqualTo(500);
        assertThat(ack.getInt(42)).as("acknowledges").isEqualTo(1100);
        assertThat(ack.get(47)).as("flags").isEqualTo((byte) 16);
        assertThat(machine.register(PIPE + "rx_next_lo").number(1)).isEqualTo(1100);

        assertThat(machine.receive(9, frame(1000, 500, 2, payload))).as("SYN: the control plane has it as it came").singleElement()
            .satisfies(p -> assertThat(p.port()).isEqualTo(64)).satisfies(p -> assertThat(p.bytes()).endsWith(payload));
        segment[24] ^= 1;
        assertThat(machine.receive(9, segment)).as("a wrong header checksum").isEmpty();
        segment[24] ^= 1;
        assertThat(machine.receive(9, Arrays.copyOf(segment, 50))).as("cut short").isEmpty();
    }

    private static void connection(V1Switch machine) {
        machine.cloneSession(1, 68);
        machine.cloneSession(100, 64);
        machine.table(PIPE + "routes").add(List.of(Match.prefix(0x0a000000L, 8, 32)), "to_neighbour", 0x0200_0000_0001L,
            0x0200_0000_0002L, 9);
        machine.table(PIPE + "hosts").add(List.of(Match.exact(3)), "to_host", 5, 1);
        machine.tables().forEach((name, table) -> {
            String action = name.substring(PIPE.length());
            if (action.startsWith("flow_lookup")) {
                table.add(List.of(Match.exact(0x0a000001L), Match.exact(0x0a000002L), Match.exact(80), Match.exact(1234)),
                    action + "_found", 1);
            } else if (action.startsWith("connection_data")) {
                Map<String, Integer> held = Map.of("context", 3, "connection", 7, "first_received", 1000, "receive_bytes", 1 << 16,
                    "mss", 1448, "local_address", 0x0a000001, "peer_address", 0x0a000002, "local_port", 80, "peer_port", 1234,
                    "window_most", 65535);
                table.add(List.of(Match.exact(1)), action + "_loaded", table.parameters(action + "_loaded").stream()
                    .map(p -> (Object) held.getOrDefault(p, 0)).toArray());
            }
        });
        Map.of("rx_next_lo", 1000, "rx_next_hi", 1000 + 65536, "rx_seq_check_lo", 1000 + 65536, "tx_next_ack_lo", 500,
            "tx_next_ack_hi", 500, "rx_readable_lo", 1000).forEach((name, value) -> machine.register(PIPE + name).set(1, value));
    }

    private static byte[] frame(int seq, int ack, int flags, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(54 + payload.length);
        b.put(HexFormat.of().parseHex("0200000000010200000000020800"));
        b.putShort((short) 0x4500).putShort((short) (40 + payload.length)).putInt(0).putShort((short) 0x4006).putShort((short) 0)
            .putInt(0x0a000002).putInt(0x0a000001);
        b.putShort((short) 1234).putShort((short) 80).putInt(seq).putInt(ack).put((byte) 0x50).put((byte) flags)
            .putShort((short) 1000).putInt(0).put(payload);
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += b.getShort(i) & 0xffff;
        }
        return b.putShort(24, (short) ~((sum & 0xffff) + (sum >> 16))).array();
    }

    static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replaceAll("[^A-Za-z0-9]+", "_").toLowerCase(Locale.ROOT);
    }

    /** Both sides, and what they share. */
    private static final class Comparison {
        private final Workflow workflow;
        private final Random random;
        private final TestExterns externs = new TestExterns();
        private final Graph graph;
        private final Program<?> program;
        private final V1Switch machine;
        private final Object heads;
        private final Object twin;
        private final SegmentMeta meta;
        private final Layout layout;
        private final int[] words;
        private final Map<String, int[]> states = new LinkedHashMap<>();
        private final Map<String, Layout> layouts = new HashMap<>();
        private final Set<String> wire;
        private StructValue headers;
        private StructValue md;
        private long nowNs;

        Comparison(Emitted emitted, Workflow workflow, long seed) {
            this.workflow = workflow;
            random = new Random(seed);
            graph = emitted.graph();
            program = Programs.laminar(emitted.options(), externs);
            machine = V1Switch.of("tcp_laminar.p4", emitted.text(), 1);
            heads = heads(program);
            twin = heads(Programs.laminar(emitted.options(), new TestExterns()));
            meta = (SegmentMeta) program.newMeta();
            layout = Layout.of(meta.getClass());
            words = new int[layout.words()];
            wire = new TreeSet<>(Fields.ofTheWire(program));
            ViewCursor.move(meta, words, 0);
            for (Workflow each : Workflow.values()) {
                for (Stage<?, ?> stage : program.stages(each)) {
                    Layout of = Layout.of(stage.spec().state().get().getClass());
                    layouts.put(stage.spec().name(), of);
                    states.put(stage.spec().name(), new int[Math.max(of.words(), 1)]);
                }
            }
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

        int run() {
            int alive = 0;
            for (int i = 0; i < ITEMS; i++) {
                draw();
                String input = "item " + i + " " + Arrays.toString(words);
                load();
                List<Long> verdicts = stages();
                StructValue standard = machine.initial(2);
                machine.ingress(headers, md, standard);
                compareVerdicts(verdicts, input);
                compareState(input);
                compareFields(verdicts, input);
                compareHost(input);
                long last = verdicts.isEmpty() ? Verdict.NEXT : verdicts.getLast();
                alive += Verdict.action(last) == Verdict.DROP || Verdict.action(last) == Verdict.CONTROL ? 0 : 1;
            }
            return alive;
        }

        private List<Long> stages() {
            List<Long> verdicts = new ArrayList<>();
            externs.calls.clear();
            for (Stage<?, ?> stage : program.stages(workflow)) {
                long verdict = process(stage);
                if (verdict != Verdict.NEXT) {
                    verdicts.add(verdict);
                }
                if (Verdict.action(verdict) != Verdict.NEXT) {
                    break;
                }
            }
            return verdicts;
        }

        @SuppressWarnings("unchecked")
        private <M extends SegmentMeta, S extends State> long process(Stage<?, ?> stage) {
            Stage<M, S> typed = (Stage<M, S>) stage;
            S state = typed.spec().state().get();
            ViewCursor.move(state, states.get(stage.spec().name()), 0);
            return typed.process((M) meta, state, nowNs);
        }

        private void compareVerdicts(List<Long> verdicts, String input) {
            long last = verdicts.isEmpty() ? Verdict.NEXT : verdicts.getLast();
            assertThat(number("pass_outcome")).as("outcome, " + input).isEqualTo((int) Verdict.action(last));
            assertThat(number("pass_reason")).as("reason, " + input).isEqualTo(Verdict.reason(last));
            long flags = verdicts.stream().reduce(0L, (a, b) -> a | b);
            assertThat(number("pass_digest")).as("digest, " + input).isEqualTo((flags & Verdict.DIGEST) != 0 ? 1 : 0);
            int session = verdicts.stream().filter(v -> (v & Verdict.MIRROR) != 0).mapToInt(v -> Verdict.session(v) + 1).max().orElse(0);
            assertThat(number("pass_mirror")).as("copy, " + input).isEqualTo(session);
        }

        private void compareState(String input) {
            graph.registers().forEach((stage, plan) -> {
                for (int half = 0; half < plan.fields().size(); half++) {
                    Layout.Field field = field(layouts.get(stage), plan.fields().get(half).name());
                    assertThat((int) machine.register(register(stage, half)).number(TestExterns.FLOW))
                        .as(stage + "." + field.name() + ", " + input).isEqualTo(value(states.get(stage), field));
                }
            });
        }

        private void compareFields(List<Long> verdicts, String input) {
            Set<String> seen = new TreeSet<>();
            for (long verdict : verdicts) {
                if (Verdict.action(verdict) == Verdict.EMIT) {
                    seen.addAll(wire);
                }
                if ((verdict & Verdict.DIGEST) != 0) {
                    seen.add("digest");
                }
                if ((verdict & Verdict.MIRROR) != 0) {
                    graph.mirrors().stream().filter(m -> m.id() == Verdict.session(verdict)).map(MirrorSession::fields)
                        .forEach(seen::addAll);
                }
            }
            layout.fields().stream().filter(f -> seen.contains(f.name())).forEach(f ->
                assertThat(number(snake(f.name()))).as(f.name() + ", " + input).isEqualTo(value(words, f)));
        }

        /** Words for the host: the same calls, and what they make of the transmit head. */
        private void compareHost(String input) {
            List<String> calls = new ArrayList<>();
            graph.tables().forEach(p -> p.table().cases().forEach(c -> c.action().calls().forEach(call -> {
                String name = snake(call.extern().getSimpleName()) + "_" + snake(call.method());
                if (headers.type().index(name) >= 0 && ((StructValue) headers.field(name)).valid()) {
                    told(call.method(), call.arguments().size(), (StructValue) headers.field(name), calls);
                    ((StructValue) headers.field(name)).valid(false);
                }
            })));
            assertThat(calls).as(input).containsExactlyInAnyOrderElementsOf(externs.calls.stream()
                .filter(c -> !c.startsWith("fromHost")).toList());
            for (Field field : heads.getClass().getDeclaredFields()) {
                if (field.getType() == int[].class) {
                    assertThat(ofFlow(twin, field)).as(field.getName() + ", " + input).isEqualTo(ofFlow(heads, field));
                }
            }
        }

        private static int ofFlow(Object heads, Field field) {
            try {
                field.setAccessible(true);
                return ((int[]) field.get(heads))[TestExterns.FLOW];
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }

        private void told(String method, int count, StructValue header, List<String> calls) {
            switch (method) {
                case "toHost" -> calls.add("toHost " + of(header, "position") + ' ' + of(header, "length") + ' '
                    + of(header, "payload_offset") + ' ' + of(header, "connection"));
                case "notify" -> calls.add("notify " + of(header, "connection") + ' ' + of(header, "rx_bump") + ' '
                    + of(header, "tx_bump") + ' ' + of(header, "host_flags"));
                default -> {
                    Object[] values = new Object[count + 1];
                    Arrays.setAll(values, i -> i < count ? (Object) of(header, "argument" + i) : (Object) nowNs);
                    tell(method, values);
                }
            }
        }

        private void tell(String method, Object[] values) {
            try {
                for (Method m : twin.getClass().getMethods()) {
                    if (m.getName().equals(method) && m.getParameterCount() == values.length) {
                        m.invoke(twin, values);
                        return;
                    }
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            throw new AssertionError("nobody is told " + method);
        }

        private int number(String field) {
            return of(md, field);
        }

        private static int of(StructValue struct, String field) {
            return ((BigInteger) struct.field(field)).intValue();
        }

        /** What was drawn, as the parser, the control plane and the clock would set it. */
        private void load() {
            headers = machine.initial(0);
            md = machine.initial(1);
            layout.fields().forEach(f -> md.field(snake(f.name()), BigInteger.valueOf(value(words, f) & 0xffff_ffffL)));
            md.field("pass_ended", BigInteger.valueOf(255));
            graph.registers().forEach((stage, plan) -> {
                for (int half = 0; half < plan.fields().size(); half++) {
                    machine.register(register(stage, half)).set(TestExterns.FLOW,
                        value(states.get(stage), field(layouts.get(stage), plan.fields().get(half).name())) & 0xffff_ffffL);
                }
            });
            machine.register(PIPE + "ticks_milliseconds").set(0, new TickClock().milliseconds(nowNs) & 0xffff_ffffL);
            machine.register(PIPE + "ticks_microseconds").set(0, new TickClock().microseconds(nowNs) & 0xffff_ffffL);
            machine.tables().forEach((name, table) -> entries(name.substring(PIPE.length()), table));
        }

        private void entries(String name, Table table) {
            table.clear();
            if (name.startsWith("flow_lookup")) {
                if (TestExterns.flow(meta.peerPort()) != 0) {
                    table.add(List.of(number(meta.localAddress()), number(meta.peerAddress()), number(meta.localPort()),
                        number(meta.peerPort())), name + "_found", TestExterns.FLOW);
                }
            } else if (name.contains("_data")) {
                String stage = states.keySet().stream().filter(s -> name.startsWith(snake(s) + "_data")).findFirst().orElseThrow();
                Object[] held = table.parameters(name + "_loaded").stream().map(p -> (Object) BigInteger.valueOf(value(
                    states.get(stage), layouts.get(stage).fields().stream().filter(f -> snake(f.name()).equals(p)).findFirst()
                        .orElseThrow()) & 0xffff_ffffL)).toArray();
                table.add(List.of(Match.exact(TestExterns.FLOW)), name + "_loaded", held);
            }
        }

        private static Match number(int value) {
            return Match.exact(value & 0xffff_ffffL);
        }

        private static String register(String stage, int half) {
            return PIPE + snake(stage) + (half == 0 ? "_lo" : "_hi");
        }

        private static Layout.Field field(Layout of, String name) {
            return of.fields().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
        }

        private static int value(int[] from, Layout.Field f) {
            int mask = f.bits() == 32 ? -1 : (1 << f.bits()) - 1;
            return from[f.offset() >> 2] >>> ((f.offset() & 3) << 3) & mask;
        }

        private void draw() {
            int base = random.nextInt(3) == 0 ? random.nextInt(5000) : random.nextInt();
            nowNs = random.nextLong() >>> 8;
            Arrays.fill(words, 0);
            layout.fields().stream().filter(f -> isSet(f.name())).forEach(f -> put(words, f, draw(f, base)));
            meta.workflow(workflow.ordinal());
            if (workflow != Workflow.RX) {
                meta.flow(TestExterns.FLOW);
            }
            states.forEach((stage, state) -> {
                layouts.get(stage).fields().forEach(f -> put(state, f, stage.startsWith("rx-ooo")
                    ? random.nextInt(2) * random.nextInt(3000) : draw(f, base)));
                if (stage.equals("rx-next")) {
                    state[1] = state[0] + random.nextInt(4000); // RCV.NXT is not beyond the edge
                }
            });
        }

        private boolean isSet(String name) {
            return switch (workflow) {
                case RX -> wire.contains(name) && !ASKED.contains(name) && !name.equals("digest") && !name.equals("discard");
                case TX -> PUSHED.contains(name);
                case HC -> ASKED.contains(name);
                case MIRROR -> graph.mirrors().stream().anyMatch(m -> m.fields().contains(name));
            };
        }

        private int draw(Layout.Field f, int base) {
            return switch (f.name()) {
                case "flags" -> FLAGS[random.nextInt(FLAGS.length)];
                case "answer" -> random.nextInt(3);
                case "stamp", "echo", "fin", "hasData" -> random.nextInt(2);
                case "length", "payloadLength", "rxBump", "txBump" -> random.nextInt(4) == 0 ? 0 : random.nextInt(1460);
                default -> f.bits() < 32 ? random.nextInt(16) : near(base);
            };
        }

        private int near(int base) {
            return switch (random.nextInt(8)) {
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
