package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.launcher.Image;

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
    void filesCrossToAndFromAVertxServerInAJvmOfItsOwn() throws Exception {
        Process demo = start("--bytes", "3000000", "--json", "--vertx");
        String output = new String(demo.getInputStream().readAllBytes());
        assertThat(demo.waitFor()).as(output + demo.errorReader().readAllLines()).isZero();
        assertThat(output).contains("\"held\":true", "\"Vert.x server\":{\"user_ms\":");
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
        List<String> command = new ArrayList<>(List.of(Image.java(), "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Djava.io.tmpdir=" + directory, "-cp",
            Image.directory().resolve("lib") + "/*", "org.millrace.launcher.Main", "demo", "--no-namespace=test"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        return builder.start();
    }
}
