package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.launcher.Main;
import org.millrace.launcher.image.Image;

/** The demo as it runs where namespaces are forbidden; with Linux as the peer it is run by .ci/run. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class MemoryDemoTest {
    @TempDir
    Path directory;

    @Test
    void filesCrossBetweenTwoMillraceHosts() throws Exception {
        Process demo = start("--bytes", "3000000", "--json");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output).isZero();
        assertThat(output).contains("\"held\":true", "\"direction\":\"GET\",\"bytes\":3000000",
            "\"direction\":\"POST\",\"bytes\":3000000", "\"tcp-flextoe.sent segments\":");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void killedServerApplicationDisturbsNobodyAndIsReplaced() throws Exception {
        Process demo = start("--two-process", "--bytes", "4000000");
        String output = new String(demo.getInputStream().readAllBytes());
        String errors = new String(demo.getErrorStream().readAllBytes());
        assertThat(demo.waitFor()).as(output + errors).isZero();
        assertThat(output).contains("All of it held.").doesNotContain("NOT");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void filesCrossOnTheTofinoTheirSuperFramesCut() throws Exception {
        Process demo = start("--hardware", "hw-tofino", "--bytes", "1000000", "--json");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output).isZero();
        Matcher received = Pattern.compile("\"tcp-laminar.received segments\":([0-9]+)").matcher(output);
        assertThat(received.find()).as(output).isTrue();
        assertThat(Integer.parseInt(received.group(1))).isGreaterThan(1_000_000 / 1500);
        assertThat(output).contains("\"held\":true");
    }

    @Test
    void filesCrossOnTheAgilioWhichCountsItsCycles() throws Exception {
        Process demo = start("--hardware", "hw-agilio", "--bytes", "1000000", "--json");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output).isZero();
        Matcher cycles = Pattern.compile("\"tcp-flextoe.cycles\":([0-9]+)").matcher(output);
        assertThat(cycles.find()).as(output).isTrue();
        assertThat(Long.parseLong(cycles.group(1))).as("a segment takes hundreds").isGreaterThan(1_000_000 / 1500 * 100);
        assertThat(output).contains("\"held\":true");
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReasons() throws Exception {
        Process demo = start("--hardware", "hw-tofino", "--transport", "tcp-flextoe", "--bytes", "1000");
        assertThat(demo.errorReader().readAllLines()).anyMatch(line -> line.startsWith("millrace: demo: ")
            && line.contains("tcp-flextoe does not fit hw-tofino: protocol, "));
        assertThat(demo.waitFor()).isEqualTo(1);
    }

    @Test
    void filesCrossToAndFromAVertxServerInAJvmOfItsOwn() throws Exception {
        Process demo = start("--bytes", "3000000", "--json", "--vertx");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output + demo.errorReader().readAllLines()).isZero();
        assertThat(output).contains("\"held\":true", "\"Vert.x server\":{\"user_ms\":");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void twoDataPathsShareTheClientsOfOneAddress() throws Exception {
        Process demo = start("--cores", "2", "--bytes", "4000000");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output + demo.errorReader().readAllLines()).isZero();
        assertThat(output).contains("held      each of 2 data paths has had streams (").contains("All of it held.")
            .doesNotContain("NOT");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void badOptionIsRefusedInOneLine() throws Exception {
        Process demo = start("--mtu", "68");
        assertThat(demo.errorReader().readAllLines())
            .containsExactly("millrace: --mtu is 68, allowed is 576 to 65535");
        assertThat(demo.waitFor()).isEqualTo(2);
    }

    /** When its directory is there, and when a runtime is. */
    @ParameterizedTest
    @ValueSource(strings = {"No network of its own", "The runtime says: "})
    void terminatedDemoLeavesNothingBehind(String said) throws Exception {
        Process demo = start("--bytes", "3000000");
        BufferedReader errors = demo.errorReader();
        String line = errors.readLine();
        while (line != null && !line.startsWith(said)) {
            line = errors.readLine();
        }
        assertThat(line).as("what it says before it is told to end").isNotNull();
        demo.toHandle().destroy();
        assertThat(demo.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.allProcesses().filter(process -> process.info().commandLine().orElse("").contains(directory.toString())))
            .isEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    private Process start(String... options) throws Exception {
        List<String> command = Image.command(List.of("lib"), Main.class.getName());
        command.add(1, "-Djava.io.tmpdir=" + directory);
        command.addAll(List.of("demo", "--no-namespace=test"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        return builder.start();
    }
}
