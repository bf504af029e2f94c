package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;
import org.millrace.launcher.Everything;
import org.millrace.launcher.image.Image;
import org.millrace.launcher.image.TemporaryDirectory;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.testkit.Eventually;

/** What an operator does to a running instance, each command in a process of its own, as from another shell. */
@Timeout(240)
class OperatorTest {
    private static final int NOBODY = 65534;
    private static final int ENHANCED_PACKET_BLOCK = 6;
    private static final int INTERFACE_STATISTICS_BLOCK = 5;

    @TempDir
    static Path directory;
    private static Path shared;
    private static Launched running;

    /** What a command has said. */
    private record Result(int exit, String output, String errors) {
    }

    @BeforeAll
    static void start() throws IOException {
        shared = TemporaryDirectory.createLarge("millrace-operator-"); // users other than this one may pass through
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwx--x--x"));
        running = Launched.run(directory, configuration("attach.directory=" + instance(), "attach.users=" + NOBODY,
            "metrics=0"));
        assertThat(running.awaitLine("millrace: ready")).as(running.errors().toString()).isNotNull();
    }

    @AfterAll
    static void end() throws Exception {
        try (Launched ending = running) {
            ending.terminate();
            ending.awaitExit();
            assertThat(instance().resolve("control")).doesNotExist();
        } finally {
            TemporaryDirectory.delete(shared);
        }
    }

    private static Path instance() {
        return shared.resolve("operated");
    }

    private static String[] configuration(String... more) {
        List<String> lines = new ArrayList<>(List.of("instance=operated", "hardware=hw-bluefield", "transports=tcp-flextoe",
            "port=memory", "port.path=" + directory.resolve("wire"), "port.side=a", "address=10.77.0.2/24", "flows=1024",
            "swap-rehearsal-ms=500"));
        lines.addAll(List.of(more));
        return lines.toArray(String[]::new);
    }

    private static Process start(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(Image.shortCommand(List.of("tools", "lib", "bundles"), Everything.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("XDG_RUNTIME_DIR", directory.resolve("runtime").toString());
        return builder.start();
    }

    private static Result finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes());
        String errors = new String(process.getErrorStream().readAllBytes());
        return new Result(process.waitFor(), output, errors);
    }

    private static Result millrace(String... arguments) throws IOException, InterruptedException {
        return finish(start(List.of(), arguments));
    }

    private static void answers(String output, String... command) throws IOException, InterruptedException {
        Result result = millrace(command);
        assertThat(result.exit()).as(result.toString()).isZero();
        assertThat(result.output()).contains(output);
        assertThat(result.errors()).isEmpty();
    }

    @Test
    void everyCommandThatLooksAnswersFromAnotherProcess() throws Exception {
        String name = instance().toString();
        answers("operated: ready", "status", name);
        answers("\"state\":\"ready\"", "status", name, "--json");
        answers("*  hw-bluefield", "hw", name);
        answers("   tcp-laminar", "transports", name);
        answers("tcp-flextoe.received segments", "stats", name, "--all");
        answers("lost by the port", "drops", name);
        answers("port  in ", "top", name, "--interval-ms", "100");
        answers("State", "conns", name);
    }

    @Test
    void helpHasEveryCommand() throws Exception {
        Result help = millrace("--help");
        assertThat(help.exit()).isZero();
        assertThat(help.output()).contains("run ", "demo ", "status ", "datapaths ", "hw ", "transports ", "conns ", "stats ",
            "drops ", "top ", "swap ", "capture ", "trace ", "fit ", "journal ", "stop ");
        assertThat(millrace("status", "--help").output()).contains("0   ready", "1   degraded", "2   down");
        answers("Usage: millrace run", "run", "--help");
        answers("Usage: millrace version", "version", "--help");
        answers("{\"millrace\":\"", "version", "--json");
        Result small = millrace("demo", "--two-process", "--bytes", "20000000");
        assertThat(small.exit()).isEqualTo(2);
        assertThat(small.errors()).contains("--bytes is 20000000, allowed with --two-process is 100000000 to ");
    }

    @Test
    void instanceThatIsNotThereIsNamedInOneLine() throws Exception {
        Result result = millrace("stats", "nosuch");
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.errors()).startsWith("millrace: no instance 'nosuch' runs or ran here");
        assertThat(result.errors().lines()).hasSize(1);
        Result down = millrace("status", "nosuch");
        assertThat(down.exit()).isEqualTo(2);
        assertThat(down.output()).startsWith("down");
    }

    @Test
    void withoutANameTheOnlyInstanceThatRunsIsMeant() throws Exception {
        for (String[] command : List.of(new String[] {"capture", "tcp", "and", "port", "80", "-o", "-"},
            new String[] {"trace", "on", "RX.protocol"})) {
            Result result = millrace(command);
            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.errors()).startsWith("millrace: no instance of this user runs").hasLineCount(1);
        }
    }

    @Test
    void otherUserMayLookButNotChange() throws Exception {
        Assumptions.assumeTrue(Files.getOwner(directory).getName().equals("root"), "only root can become another user");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "there is no setpriv");
        List<String> nobody = List.of("/usr/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
        Assumptions.assumeTrue(canRead(nobody), "the image is where another user cannot read it");
        String name = instance().toString();
        Result look = finish(start(nobody, "status", name));
        assertThat(look.exit()).as(look.toString()).isZero();
        for (String[] command : List.of(new String[] {"swap", name, "--transport", "tcp-laminar"},
            new String[] {"stop", name}, new String[] {"trace", "on", name},
            new String[] {"capture", name, "-o", "-", "--seconds", "1"})) {
            Result refused = finish(start(nobody, command));
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.errors()).startsWith("millrace: " + command[0] + " of instance 'operated' is for its owner, "
                + "root, and root, not for user ").hasLineCount(1);
        }
        assertThat(running.errors()).anyMatch(line -> line.contains("may not swap"))
            .anyMatch(line -> line.contains("may not stop"));
        answers("operated: ready", "status", name);
    }

    private static boolean canRead(List<String> user) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(user);
        command.addAll(List.of("test", "-r", Image.directory().resolve("etc/jvm.flags").toString()));
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void swapChangesWhatRunsOrSaysWhyNotAndIsPartOfTheHealth() throws Exception {
        String name = instance().toString();
        answers("tcp-laminar on hw-bluefield instead of tcp-flextoe on hw-bluefield", "swap", name, "--transport",
            "tcp-laminar");
        answers("\"transports\":[\"tcp-laminar\"]", "status", name, "--json");
        Result refused = millrace("swap", name, "--transport", "tcp-flextoe", "--hardware", "hw-tofino");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.errors()).startsWith("millrace: the swap is refused at step admit, nothing has changed: the program "
            + "does not fit: ").contains("protocol, ", "; ").hasLineCount(1);
        Result degraded = millrace("status", name);
        assertThat(degraded.exit()).isEqualTo(1);
        assertThat(degraded.output()).contains("operated: degraded", "the last swap was refused");
        Result unknown = millrace("swap", name, "--transport", "tcp-none");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.errors()).contains("no transport is named 'tcp-none'; there are homa, tcp-flextoe, tcp-laminar, udp");
        answers("tcp-flextoe on hw-bluefield instead of", "swap", name, "--transport", "tcp-flextoe");
        answers("operated: ready", "status", name);
    }

    @Test
    void tracePointsGoOnAndOff() throws Exception {
        String name = instance().toString();
        answers("operated traces RX", "trace", "on", name, "RX");
        Result unknown = millrace("trace", "on", name, "RX.nothing", "TX");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.errors()).startsWith("millrace: RX.nothing is no trace point of tcp-flextoe; there are all, RX, ")
            .contains("RX.protocol").hasLineCount(1);
        answers("", "trace", "dump", name);
        answers("operated traces no more", "trace", "off", name);
        answers("tracing is off", "trace", "dump", name);
    }

    @Test
    void garbageOnTheControlSocketDisturbsNobody() throws Exception {
        long seed = 5;
        Random random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1 + random.nextInt(100_000)];
            random.nextBytes(garbage);
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(instance().resolve("control")))) {
                channel.write(ByteBuffer.wrap(garbage));
            } catch (IOException hungUp) {
                continue; // it need not read all of that
            }
        }
        answers("operated: ready", "status", instance().toString());
    }

    @Test
    void captureHoldsTheFramesThatItsFilterLetsThrough() throws Exception {
        Path file = directory.resolve("arp.pcapng");
        try (Port peer = new MemoryPortFactory().open(Map.of("path", directory.resolve("wire").toString(), "side", "b"));
             Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(42).copyFrom(MemorySegment.ofArray(HexFormat.of().parseHex(
                "ffffffffffff020000000009080600010800060400010200000000090a4d0009" + "0000000000000a4d0002")));
            Process capture = start(List.of(), "capture", instance().toString(), "arp", "and", "host", "10.77.0.9", "-o",
                file.toString(), "--count", "2");
            FrameBatch replies = new FrameBatch(64);
            while (peer.receive(replies) > 0) { // what it has announced
            }
            while (capture.isAlive()) {
                ask(peer, request); // one at a time, or a busy machine answers two with two
                Eventually.holds(() -> peer.receive(replies) > 0, () -> "no reply");
                capture.waitFor(20, TimeUnit.MILLISECONDS);
            }
            Result result = finish(capture);
            assertThat(result.exit()).as(result.toString()).isZero();
            assertThat(result.output()).isEqualTo("2 frames in " + file + ", 0 lost\n");
        }
        List<ByteBuffer> blocks = blocks(ByteBuffer.wrap(Files.readAllBytes(file)));
        assertThat(blocks).hasSize(5);
        assertThat(blocks.get(0).getInt(0)).as("section header").isEqualTo(0x0a0d0d0a);
        assertThat(blocks.get(1).getInt(0)).as("interface").isEqualTo(1);
        for (ByteBuffer frame : blocks.subList(2, 4)) {
            assertThat(frame.getInt(0)).isEqualTo(ENHANCED_PACKET_BLOCK);
            assertThat(frame.getInt(20)).as("captured bytes").isEqualTo(42);
            assertThat(frame.getShort(28 + 12)).as("ARP").isEqualTo((short) 0x0806);
        }
        assertThat(blocks.get(2).getShort(28 + 20)).as("a request").isEqualTo((short) 1);
        assertThat(blocks.get(3).getShort(28 + 20)).as("and its reply").isEqualTo((short) 2);
        assertThat(blocks.get(4).getInt(0)).isEqualTo(INTERFACE_STATISTICS_BLOCK);
    }

    private static void ask(Port port, MemorySegment frame) {
        TransmitBatch batch = port.newTransmitBatch();
        MemorySegment.copy(frame, 0, batch.headers, batch.headerOffset(0), frame.byteSize());
        batch.add((int) frame.byteSize());
        port.transmit(batch);
    }

    private static List<ByteBuffer> blocks(ByteBuffer file) {
        List<ByteBuffer> blocks = new ArrayList<>();
        while (file.hasRemaining()) {
            int length = file.getInt(file.position() + 4);
            blocks.add(file.slice(file.position(), length));
            assertThat(blocks.getLast().getInt(length - 4)).as("its length again").isEqualTo(length);
            file.position(file.position() + length);
        }
        return blocks;
    }

    @Test
    void badCaptureFilterIsRefusedWithItsTerms() throws Exception {
        Result result = millrace("capture", instance().toString(), "-o", "-", "tcp", "or", "udp");
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.errors()).startsWith("millrace: 'tcp or udp' is no capture term, allowed are host ADDRESS")
            .hasLineCount(1);
    }

    @Test
    void metricsAreReadOverHttp() throws Exception {
        Matcher url = Pattern.compile("operated has its metrics at (http://127\\.0\\.0\\.1:[0-9]+/metrics)")
            .matcher(String.join("\n", running.errors()));
        assertThat(url.find()).as(running.errors().toString()).isTrue();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> metrics = client.send(HttpRequest.newBuilder(URI.create(url.group(1))).build(),
                HttpResponse.BodyHandlers.ofString());
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.body()).contains("millrace_port_received_frames_total{instance_name=\"operated\"}",
                "millrace_contexts_open{instance_name=\"operated\"}");
        }
    }

    @Test
    void stopEndsTheProcessInOrder(@TempDir Path other) throws Exception {
        try (Launched launched = Launched.run(other, own(other, "ended"))) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString()).isNotNull();
            String name = other.resolve("runtime/millrace/ended").toString();
            answers("ended has ended", "stop", name);
            assertThat(launched.awaitExit()).isZero();
            assertThat(launched.output()).anyMatch(line -> line.startsWith("millrace: ended after "));
            Result down = millrace("status", name);
            assertThat(down.exit()).isEqualTo(2);
            assertThat(down.output()).contains("instance 'ended' does not run");
        }
    }

    @Test
    void shellHasTheSameCommands(@TempDir Path other) throws Exception {
        try (Launched launched = Launched.run(other, List.of("--shell"), own(other, "shelled"))) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString()).isNotNull();
            String name = other.resolve("runtime/millrace/shelled").toString();
            launched.type("millrace:status " + name);
            assertThat(launched.awaitLine("  hardware")).as(launched.output() + launched.errors().toString())
                .contains("hw-bluefield");
            launched.type("millrace:stop " + name);
            assertThat(launched.awaitExit()).isZero();
        }
    }

    private static String[] own(Path other, String name) {
        return new String[] {"instance=" + name, "hardware=hw-bluefield", "transports=tcp-flextoe", "port=memory",
            "port.path=" + other.resolve("wire"), "port.side=a", "address=10.77.0.2/24", "flows=1024", "swap-rehearsal-ms=500",
            "attach.directory=" + other.resolve("runtime/millrace/" + name)};
    }
}
