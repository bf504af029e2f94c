package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.launcher.Image;
import org.millrace.launcher.Main;

/** The demo as it runs where namespaces are forbidden; with Linux as the peer it is run by .ci/run. */
@Timeout(90)
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
    void badOptionIsRefusedInOneLine() throws Exception {
        Process demo = start("--mtu", "68");
        assertThat(demo.errorReader().readAllLines())
            .containsExactly("millrace: --mtu is 68, allowed is 576 to 65535");
        assertThat(demo.waitFor()).isEqualTo(2);
    }

    @Test
    void terminatedDemoLeavesNothingBehind() throws Exception {
        Process demo = start("--bytes", "3000000");
        var errors = demo.errorReader();
        errors.readLine(); // says which peer: its directory is there now
        demo.toHandle().destroy();
        assertThat(demo.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.descendants()).isEmpty();
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
