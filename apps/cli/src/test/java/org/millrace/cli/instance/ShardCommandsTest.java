package org.millrace.cli.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.cli.Main;
import org.millrace.ports.MemoryPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.control.ControlServer;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.Operations;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import picocli.CommandLine;

/** The commands beside an instance of two data paths that runs. */
@Timeout(120)
class ShardCommandsTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private Instance instance;
    private Operations operations;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        List<BluefieldBackend> hardware = List.of(new BluefieldBackend());
        Map<String, String> config = new TreeMap<>(Map.of("instance", "two", "hardware", "hw-bluefield", "transports", "tcp-flextoe", "port",
            "memory", "port.path", directory.resolve("wire").toString(), "port.side", "a", "address", "10.0.0.2/24", "attach", "on"));
        config.putAll(Map.of("attach.directory", name(), "shards", "2", "swap-rehearsal-ms", "0"));
        instance = Instance.start(InstanceConfig.parse(config), hardware, List.of(new FlexToeFactory()), List.of(new MemoryPortFactory()));
        operations = new Operations(instance, Installed.of(hardware, List.of(new FlexToeFactory(), new LaminarFactory())), () -> { });
        server = ControlServer.start(operations);
    }

    @AfterEach
    void end() {
        server.close();
        operations.close();
        instance.close();
    }

    private String name() {
        return directory.resolve("two").toString();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }

    @Test
    void statsHaveALineForEachShard() {
        assertThat(run("stats", "--shards", name())).isZero();
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" {2,}", "|"))).satisfiesExactly(
            head -> assertThat(head).isEqualTo("Shard|Frames|Handed over|Taken in|Lost|Connections|Flows|Accepted|Rounds|Busy, ms|Runs"),
            first -> assertThat(first).startsWith("0|0|0|0|0|0|0|0|").endsWith("|tcp-flextoe on hw-bluefield"),
            second -> assertThat(second).startsWith("1|0|0|0|0|0|0|0|").endsWith("|tcp-flextoe on hw-bluefield"));
        assertThat(run("status", name())).isZero();
        assertThat(out.toString()).containsPattern("shards +2");
        assertThat(run("stats", "--all", name())).isZero();
        assertThat(out.toString()).contains("contexts.open").doesNotContain("does not answer");
    }

    @Test
    void canaryIsTriedBeforeTheOthersFollow() {
        assertThat(run("swap", name(), "--transport", "tcp-laminar", "--canary=1")).as(errors.toString()).isZero();
        assertThat(out.toString().lines()).satisfiesExactly(
            first -> assertThat(first).startsWith("tcp-laminar on hw-bluefield instead of tcp-flextoe on hw-bluefield: 0 connections handed over"),
            second -> assertThat(second).isEqualTo("tried on shard 1, 0 items, the others 0"));
    }

    @Test
    void secondsOfACanaryAreANumberBehindAnEqualsSign() {
        assertThat(run("swap", "--transport", "tcp-laminar", "--canary=soon", name())).isEqualTo(2);
        assertThat(errors.toString()).contains("canary");
        assertThat(run("swap", "--transport", "tcp-laminar", "--canary=-1", name())).isEqualTo(2);
        assertThat(errors.toString()).contains("canary_seconds is -1, allowed is");
        assertThat(run("swap", "--transport", "tcp-none", "--canary", name())).as("which is no number of seconds").isEqualTo(2);
        assertThat(errors.toString()).contains("no transport is named 'tcp-none'");
        errors.getBuffer().setLength(0);
        assertThat(run("swap", name(), "--transport", "tcp-none", "--canary")).isEqualTo(2);
        assertThat(errors.toString()).contains("no transport is named 'tcp-none'");
    }
}
