package org.millrace.cli.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Program;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Stage;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.pipeline.StagePoint;
import org.millrace.api.pipeline.StageSpec;
import org.millrace.api.pipeline.State;
import org.millrace.api.pipeline.Verdict;
import org.millrace.api.pipeline.Workflow;
import org.millrace.cli.Main;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.testkit.p4.T2na;
import org.millrace.testkit.p4.V1Switch;
import org.millrace.testkit.p4.run.Match;
import org.millrace.testkit.p4.value.BitString;
import org.millrace.testkit.p4.value.StructValue;
import org.millrace.tofino.TofinoBackend;
import org.millrace.tofino.p4.Emitter;
import org.millrace.tofino.p4.Target;
import picocli.CommandLine;

class P4CommandTest {
    private static final Capacity CAPACITY = new Capacity(32 * 1024, 1024);

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--deploy", directory.resolve("no-bundles").toString()));
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(all.toArray(String[]::new));
    }

    private Set<String> inside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            Set<String> names = new TreeSet<>();
            files.forEach(f -> names.add(f.getFileName().toString()));
            return names;
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void laminarIsWrittenBesideItsManifest(Target target) throws IOException {
        Path to = directory.resolve("deep/laminar");
        assertThat(run("p4", "tcp-laminar", "--target", target.text(), "-o", to.toString())).as(err.toString()).isZero();
        assertThat(out.toString()).contains("tcp_laminar.p4", "manifest.json");
        String text = Files.readString(to.resolve("tcp_laminar.p4"));
        assertThat(text).contains("// ReceiveWindow.process:", "// Physical stage 0", "action rx_next");
        if (target == Target.T2NA) {
            assertThat(T2na.check("tcp_laminar.p4", text)).contains("Ingress.flow_lookup1", "Egress.connection_data0");
            assertThat(Files.readString(to.resolve("manifest.json"))).as("a copy: two bytes and its fields, the frame's Ethernet header")
                .contains("\"bridgeBytes\": 156", "\"headerBytes\": 21", "\"frameBytes\": 14");
        } else {
            assertThat(V1Switch.of(to.resolve("tcp_laminar.p4"), 1).tables()).containsKeys("PipeIngress.flow_lookup1");
        }
        assertThat(Files.readString(to.resolve("manifest.json"))).contains("\"flows\": 32768", "\"trafficManager\"",
            "\"mirrorSessions\"", "\"digest\"", "\"rx_next\": [\"next\", \"edge\"]");
        assertThat(inside()).as("nothing is left beside it").containsExactly("deep");
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void whatDoesNotFitIsRefusedWithEveryReasonAndNothingIsWritten(Target target) throws IOException {
        assertThat(run("p4", "tcp-flextoe", "--target", target.text(), "-o", directory.resolve("x").toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("tcp-flextoe is not written as P4 for " + target.text())
            .contains("ProtocolState.usable:", "no ALU multiplies").doesNotContain("Exception");
        assertThat(err.toString().lines().count()).isGreaterThan(10);
        assertThat(inside()).isEmpty();
    }

    @Test
    void aDirectoryInUseIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("mine.p4"), "mine");
        assertThat(run("p4", "tcp-laminar", "--target", "t2na", "-o", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("is not empty; nothing in it is overwritten");
        assertThat(inside()).containsExactly("mine.p4");
    }

    @Test
    void aWrongCommandLineSaysWhatThereIs() throws IOException {
        assertThat(run("p4", "tcp-laminar", "--target", "psa", "-o", directory.resolve("x").toString())).isEqualTo(2);
        assertThat(run("p4", "tcp", "--target", "t2na", "-o", directory.resolve("x").toString())).isEqualTo(2);
        assertThat(run("p4", "tcp-laminar", "--target", "t2na")).isEqualTo(2);
        assertThat(err.toString()).contains("no target is named psa; there are t2na, v1model",
            "no program is named tcp; there are tcp-flextoe, tcp-laminar", "--output=DIR");
        assertThat(inside()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void udpIsWrittenToo(Target target) throws IOException {
        Path to = directory.resolve("udp");
        assertThat(run("p4", "udp", "--target", target.text(), "-o", to.toString())).as(err.toString()).isZero();
        String text = Files.readString(to.resolve("udp.p4"));
        assertThat(text).contains("header udp_h", "lookup_lookup_local1_any").doesNotContain("tcp");
        if (target == Target.T2NA) {
            T2na.check("udp.p4", text);
        } else {
            datagrams(V1Switch.of("udp.p4", text, 1));
        }
    }

    /** One comes for a socket that is bound to all addresses, one for nobody, one is sent. */
    private static void datagrams(V1Switch machine) {
        Map<String, Integer> socket = Map.of("context", 3, "connection", 7, "local_address", 0x0a000001, "local_port", 53);
        machine.tables().forEach((name, table) -> {
            String action = name.replaceFirst("PipeIngress\\.", "");
            if (action.endsWith("_any")) {
                table.add(List.of(Match.exact(53)), action.replaceFirst("_any$", "_found"), 1);
            } else if (action.startsWith("socket_data")) {
                table.add(List.of(Match.exact(1)), action + "_loaded", table.parameters(action + "_loaded").stream()
                    .map(p -> (Object) socket.get(p)).toArray());
            }
        });
        machine.table("PipeIngress.routes").add(List.of(Match.prefix(0, 0, 32)), "to_neighbour", 1, 2, 9);
        machine.table("PipeIngress.hosts").add(List.of(Match.exact(3)), "to_host", 5, 1);
        machine.multicastGroup(1, 5, 9);
        HexFormat hex = HexFormat.of();
        String ipv4 = "02000000000102000000000208004500001e00000000401166cd0a0000020a000001";
        assertThat(machine.receive(9, hex.parseHex(ipv4 + "04d20035000a0000" + "abcd"))).singleElement().satisfies(p -> {
            assertThat(p.port()).isEqualTo(5);
            assertThat(hex.formatHex(p.bytes())).startsWith("02000000000102000000000288b500").endsWith("abcd").contains("0a00000204d2");
        });
        assertThat(machine.receive(9, hex.parseHex(ipv4 + "04d20036000a0000" + "abcd"))).isEmpty();

        StructValue message = (StructValue) machine.initial(0).field("host_hc");
        message.valid(true);
        Map.of("flow", 1, "host_flags", 2, "length", 4, "peer_address", 0x0a000002, "peer_port", 1234).forEach((name, value) ->
            message.field(name, BigInteger.valueOf(value)));
        BitString item = new BitString();
        item.add(message.type(), message);
        List<V1Switch.Packet> sent = machine.receive(5, hex.parseHex("00000000000000000000000088b5" + "02" + "00000000"
            + hex.formatHex(item.bytes()) + "01020304"));
        assertThat(sent).hasSize(2); // one to the network, one that tells the host
        assertThat(hex.formatHex(sent.get(1).bytes())).startsWith("000000000002000000000001" + "0800" + "45000020")
            .endsWith("0a0000010a000002" + "003504d2000c0000" + "01020304");
        assertThat(hex.formatHex(sent.get(0).bytes())).contains("88b502");
    }

    /** A user's stage: what has come for one context. */
    private static final class Count extends State {
        private void add(int payloadBytes) {
            add(0, 1);
            add(4, payloadBytes);
        }

        int packets() {
            return i32(0);
        }

        int bytes() {
            return i32(4);
        }
    }

    private record Counting(StageSpec<Count> spec) implements Stage<SegmentMeta, Count> {
        @Override
        public long process(SegmentMeta meta, Count count, long nowNs) {
            count.add(meta.payloadLength());
            return Verdict.NEXT;
        }
    }

    private static final class PacketCounter implements StageExtension {
        @Override
        public String name() {
            return "packet-counter";
        }

        @Override
        public StagePoint point() {
            return StagePoint.last(Workflow.RX);
        }

        @Override
        public Stage<SegmentMeta, ?> stage() {
            return new Counting(new StageSpec<>(name(), StageSpec.Key.CONTEXT, StageSpec.Concurrency.COMMUTATIVE, Count::new,
                List.of()));
        }
    }

    @ParameterizedTest
    @EnumSource(Target.class)
    void aUsersStageIsInTheText(Target target) throws Exception {
        TofinoBackend backend = new TofinoBackend();
        Program<?> program = new StageExtensions(List.of(new PacketCounter())).extend(
            new Programs(List.of()).program("tcp-laminar", backend, CAPACITY, Map.of()).orElseThrow());
        String text = Emitter.emit(program, 6, backend.report(program, CAPACITY), target).get("tcp_laminar.p4");
        if (target == Target.T2NA) {
            T2na.check("tcp_laminar.p4", text);
            assertThat(text).contains("Register<packet_counter_t, bit<32>>(1024) packet_counter_register;");
        } else {
            assertThat(V1Switch.of("tcp_laminar.p4", text, 1).hasRegister("PipeIngress.packet_counter_lo")).isTrue();
        }
        assertThat(text).contains("action packet_counter");
    }
}
