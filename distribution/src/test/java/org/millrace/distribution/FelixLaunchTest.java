package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.launcher.Main;
import org.millrace.launcher.image.Image;

@Timeout(180)
class FelixLaunchTest {
    private static final Pattern PACKAGE = Pattern.compile("(?:^|,)([a-z0-9.]+)(?=[;,]|$)");

    @TempDir
    Path directory;

    @Test
    void bundlesExportExactlyWhatOthersMayUse() throws IOException {
        Map<String, Set<String>> exports = new TreeMap<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Image.directory().resolve("bundles"), "millrace-*")) {
            for (Path jar : jars) {
                exports.put(jar.getFileName().toString().replaceFirst("-[0-9].*", ""), exports(jar));
            }
        }
        assertThat(exports).isEqualTo(new TreeMap<>(Map.ofEntries(
            Map.entry("millrace-api", Set.of("org.millrace.api.context", "org.millrace.api.hardware",
                "org.millrace.api.pipeline", "org.millrace.api.port", "org.millrace.api.transport")),
            Map.entry("millrace-code", Set.of("org.millrace.code", "org.millrace.code.analysis", "org.millrace.code.fuse",
                "org.millrace.code.check", "org.millrace.code.count")),
            Map.entry("millrace-memory", Set.of("org.millrace.memory", "org.millrace.memory.frame")),
            Map.entry("millrace-wire", Set.of("org.millrace.wire", "org.millrace.wire.steer")),
            Map.entry("millrace-net", Set.of("org.millrace.net", "org.millrace.net.guard", "org.millrace.net.timer")),
            Map.entry("millrace-execution", Set.of("org.millrace.execution", "org.millrace.execution.machine",
                "org.millrace.execution.staged")),
            Map.entry("millrace-homa", Set.of("org.millrace.homa")),
            Map.entry("millrace-tcp-congestion-bbr", Set.of("org.millrace.tcp.bbr")),
            Map.entry("millrace-tcp-congestion-swift", Set.of("org.millrace.tcp.swift")),
            Map.entry("millrace-sim", Set.of("org.millrace.sim", "org.millrace.sim.fabric", "org.millrace.sim.host",
                "org.millrace.sim.port", "org.millrace.sim.workload")),
            Map.entry("millrace-ports", Set.of("org.millrace.ports")),
            Map.entry("millrace-context", Set.of("org.millrace.context")),
            Map.entry("millrace-toe", Set.of("org.millrace.toe")),
            Map.entry("millrace-udp", Set.of("org.millrace.udp")),
            Map.entry("millrace-runtime", Set.of("org.millrace.runtime", "org.millrace.runtime.config",
                "org.millrace.runtime.extension", "org.millrace.runtime.operate", "org.millrace.runtime.path",
                "org.millrace.runtime.status", "org.millrace.runtime.swap", "org.millrace.runtime.trace")),
            Map.entry("millrace-metrics", Set.of()),
            Map.entry("millrace-tcp-control", Set.of("org.millrace.tcp.control", "org.millrace.tcp.control.congestion",
                "org.millrace.tcp.control.format", "org.millrace.tcp.control.program")),
            Map.entry("millrace-tcp-flextoe", Set.of("org.millrace.tcp.flextoe")),
            Map.entry("millrace-tcp-laminar", Set.of("org.millrace.tcp.laminar")),
            Map.entry("millrace-hw-bluefield", Set.of("org.millrace.bluefield")),
            Map.entry("millrace-hw-agilio", Set.of("org.millrace.agilio", "org.millrace.agilio.machine",
                "org.millrace.agilio.model")),
            Map.entry("millrace-hw-tofino", Set.of("org.millrace.tofino", "org.millrace.tofino.alu", "org.millrace.tofino.graph",
                "org.millrace.tofino.machine", "org.millrace.tofino.p4", "org.millrace.tofino.placement")),
            Map.entry("millrace-fileserver", Set.of()))));
    }

    private static Set<String> exports(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            String header = file.getManifest().getMainAttributes().getValue("Export-Package");
            String unquoted = header == null ? "" : header.replaceAll("\"[^\"]*\"", "");
            return new TreeSet<>(Arrays.asList(PACKAGE.matcher(unquoted).results().map(r -> r.group(1))
                .toArray(String[]::new)));
        }
    }

    @Test
    void startsOnTheMemoryPortAndEndsCleanlyOnSigterm() throws Exception {
        try (Launched launched = Launched.run(directory, List.of("--counters"), memory())) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString())
                .matches("millrace: ready after [0-9]+ ms");
            launched.terminate();
            assertThat(launched.awaitExit()).isEqualTo(128 + 15);
            assertThat(launched.output()).anyMatch(line -> line.startsWith("millrace: counter "));
            assertThat(launched.errors()).noneMatch(line -> line.contains("ERROR") || line.contains("Exception"));
            assertThat(directory.resolve("runtime").toFile().list()).containsExactly("millrace");
            assertThat(directory.resolve("runtime/millrace/test").toFile().list())
                .containsExactlyInAnyOrder("lock", "registry");
        }
    }

    @Test
    void endIsOneLineUnlessCountersAreAskedFor() throws Exception {
        try (Launched launched = Launched.run(directory, memory())) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString()).isNotNull();
            launched.terminate();
            launched.awaitExit();
            assertThat(launched.output()).hasSize(2);
            assertThat(launched.output().getLast()).matches("millrace: ended after [0-9]+ s: 0 frames received, 0 sent");
        }
    }

    /** At whatever moment: the framework may not be there yet, or bundles, or the data path. */
    @ParameterizedTest
    @ValueSource(ints = {150, 400, 700, 1100})
    void signalDuringTheStartEndsItWithOneLineAndLeavesNothing(int afterMs) throws Exception {
        try (Launched launched = Launched.run(directory, memory())) {
            assertThat(launched.ended(afterMs)).as("too early to have ended").isFalse();
            launched.terminate();
            assertThat(launched.awaitExit()).isEqualTo(128 + 15);
            assertThat(launched.errors()).noneMatch(line -> line.contains("null") || line.contains("Exception")
                || line.contains("ERROR"));
            assertThat(launched.errors().stream().filter(line -> line.startsWith("millrace: "))).hasSizeLessThanOrEqualTo(1);
            assertThat(directory.resolve("runtime").toFile().list())
                .noneMatch(name -> name.startsWith("millrace-"));
        }
    }

    @Test
    void whatAKilledProcessHasLeftGoesWithTheNextStart() throws Exception {
        try (Launched killed = Launched.run(directory, memory())) {
            assertThat(killed.awaitLine("millrace: ready")).as(killed.errors().toString()).isNotNull();
        } // kills it
        try (Launched next = Launched.run(directory, memory())) {
            assertThat(next.awaitLine("millrace: ready")).as(next.errors().toString()).isNotNull();
            assertThat(directory.resolve("runtime").toFile().list())
                .filteredOn(name -> name.startsWith("millrace-")).as("its own").hasSize(1);
        }
    }

    @Test
    void metricsPortThatIsTakenStopsTheStartWithOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refused(1, "metrics", Integer.toString(taken.getLocalPort()),
                "metrics: 127.0.0.1:" + taken.getLocalPort() + " cannot be listened on");
        }
    }

    @Test
    void keyThatIsThereTwiceInAnotherCaseStopsTheStartWithOneLine() throws Exception {
        refused(2, "Hardware", "hw-tofino", "are the same key, twice");
    }

    @Test
    void laminarRunsOnTheTofino() throws Exception {
        try (Launched launched = Launched.run(directory, with("hardware=hw-tofino", "transports=tcp-laminar", "flows=32768"))) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString()).isNotEmpty();
            launched.terminate();
            assertThat(launched.awaitExit()).isEqualTo(128 + 15);
        }
    }

    @Test
    void whatDoesNotFitStopsTheStartWithAllReasonsInOneLine() throws Exception {
        refused(2, "hardware", "hw-tofino", "tcp-flextoe does not fit hw-tofino: ");
    }

    @Test
    void tooManyFlowsAreToldWithHowManyFit() throws Exception {
        refused(2, "flows", "65536\nhardware=hw-tofino\ntransports=tcp-laminar", "flows is 65536, with flows = 32768 it fits");
    }

    @Test
    void unknownHardwareStopsTheStartWithOneLine() throws Exception {
        refused(2, "hardware", "no-such-hardware", "hw-bluefield");
    }

    @Test
    void unknownTransportStopsTheStartWithOneLine() throws Exception {
        refused(2, "transports", "no-such-transport", "tcp-flextoe");
    }

    @Test
    void badAddressStopsTheStartWithOneLine() throws Exception {
        refused(2, "address", "10.77.0.256/24", "10.77.0.256");
    }

    @Test
    void unknownKeyStopsTheStartWithOneLine() throws Exception {
        refused(2, "hardwear", "hw-bluefield", "there is no key hardwear: did you mean hardware?");
    }

    @Test
    void portThatDoesNotOpenStopsTheStartWithOneLine() throws Exception {
        refused(1, "port.path", "/proc/no/such/directory", "/proc/no/such/directory");
    }

    @Test
    void wrongPortOptionIsAWrongConfiguration() throws Exception {
        refused(2, "port.sid", "a", "port is 'memory': memory port: option sid is 'a'; no such option; there are");
    }

    @Test
    void addressOfAnotherHostIsAWrongConfiguration() throws Exception {
        try (Launched launched = Launched.run(directory, with("app.fileserver.listen=10.77.0.9:80"))) {
            assertThat(launched.awaitExit()).as(launched.errors().toString()).isEqualTo(2);
            assertThat(launched.errors().getLast()).startsWith("millrace: app.fileserver.listen: ")
                .contains("choose an address that the instance was configured with");
        }
    }

    @Test
    void instanceThatRunsAlreadyIsNotTheConfigurationsFault() throws Exception {
        try (Launched first = Launched.run(Files.createDirectory(directory.resolve("first")),
            with("attach.directory=" + directory.resolve("one"), "port.path=" + directory.resolve("wire-2")))) {
            assertThat(first.awaitLine("millrace: ready")).as(first.errors().toString()).isNotNull();
            refused(1, "attach.directory", directory.resolve("one").toString(), "'one' runs already");
        }
    }

    @Test
    void startLineNamesThePort() throws Exception {
        try (Launched launched = Launched.run(directory, memory())) {
            assertThat(launched.awaitLine("millrace: ready")).as(launched.errors().toString()).isNotNull();
            assertThat(launched.errors()).anyMatch(line -> line.matches(
                ".*test runs \\[tcp-flextoe] on hw-bluefield, memory:a \\([0-9a-f:]{17}, MTU 1500\\), addresses .*"));
        }
    }

    @Test
    void fullFileSystemOfTheInstanceStopsTheStartWithOneLine() throws Exception {
        fullStart("attach.directory=", "no room for the registry");
    }

    /** Runs it in a mount namespace where the directory of a key is a file system of 64 KiB. */
    private void fullStart(String key, String reason) throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        Path file = Files.write(directory.resolve("full.properties"), List.of(with(key + small.resolve("instance"))));
        List<String> command = new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c",
            "mount -t tmpfs -o size=64k none " + small + " && exec \"$@\"", "sh"));
        command.addAll(Image.command(List.of("lib"), Main.class.getName()));
        command.addAll(List.of("run", file.toString()));
        Process process = new ProcessBuilder(command).start();
        List<String> lines = process.errorReader().readAllLines();
        int code = process.waitFor();
        assumeFalse(lines.toString().contains("unshare"), lines::toString);
        assertThat(lines).singleElement().asString().startsWith("millrace: ").contains(reason);
        assertThat(code).isEqualTo(1); // the machine's fault, not the configuration's
    }

    private void refused(int exitCode, String key, String value, String named) throws Exception {
        try (Launched launched = Launched.run(directory, with(key + "=" + value))) {
            assertThat(launched.awaitExit()).as(launched.errors().toString()).isEqualTo(exitCode);
            assertThat(launched.errors()).hasSize(1);
            assertThat(launched.errors().getFirst()).startsWith("millrace: ").contains(named);
            assertThat(directory.resolve("runtime")).isEmptyDirectory();
        }
    }

    /** The last one of a key counts. */
    private String[] with(String... lines) {
        return Stream.concat(Arrays.stream(memory()), Arrays.stream(lines)).toArray(String[]::new);
    }

    private String[] memory() {
        return new String[] {"instance=test", "hardware=hw-bluefield", "transports=tcp-flextoe", "port=memory",
            "port.path=" + directory.resolve("wire"), "port.side=a", "address=10.77.0.2/24",
            "app.fileserver.listen=10.77.0.2:80", "app.fileserver.root=" + directory};
    }
}
