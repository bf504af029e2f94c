package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.tcp.control.congestion.CongestionAlgorithm;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Impairment;

/** The plug-in of docs/write-a-congestion-control.md, as it stands there. */
class WriteACongestionControlTest {
    private static final Path PAGE = Path.of("../docs/write-a-congestion-control.md");
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final int BYTES = 400_000;

    @TempDir
    Path directory;
    private CongestionAlgorithm gentle;

    @BeforeEach
    void compile() throws IOException, ReflectiveOperationException {
        Matcher code = JAVA.matcher(Files.readString(PAGE));
        assertThat(code.find()).isTrue();
        Path source = Files.writeString(directory.resolve("Gentle.java"), code.group(1));
        int result = ToolProvider.getSystemJavaCompiler().run(null, System.out, System.err, "-d", directory.toString(), "-proc:none",
            "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(result).as("the page's code compiles").isZero();
        URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader());
        gentle = (CongestionAlgorithm) loader.loadClass("gentle.Gentle").getConstructor().newInstance();
    }

    private TwoHosts hosts(FlexToeFactory transport) {
        TwoHosts.Choice choice = new TwoHosts.Choice();
        choice.transport = transport;
        choice.options = Map.of("congestion", "plug-in:gentle");
        choice.impairment = new Impairment(3, 0.01, 0, 0, 0, Impairment.Side.RECEIVE);
        return new TwoHosts(choice);
    }

    @Test
    void connectionsAreGentleWhileThePlugInIsThere() {
        FlexToeFactory transport = new FlexToeFactory();
        transport.plug(gentle);
        TwoHosts hosts = hosts(transport);
        hosts.connect(0, 0, 16 << 10);
        assertThat(policies(hosts)).contains("plug-in:gentle");
        assertThat(hosts.exchange(BYTES, 16 << 10)).isPositive();
        transport.unplug(gentle);
        hosts.connect(0, 0, 16 << 10);
        assertThat(policies(hosts)).contains("plug-in:gentle", "cubic");
    }

    @Test
    void withoutThePlugInTheyAreCubic() {
        TwoHosts hosts = hosts(new FlexToeFactory());
        hosts.connect(0, 0, 16 << 10);
        assertThat(policies(hosts)).containsOnly("cubic");
    }

    private static List<String> policies(TwoHosts hosts) {
        return hosts.client.status().connections().stream().filter(line -> line.peer() != null)
            .map(line -> line.detail().replaceAll(".* (?:cc)=(\\S+).*", "$1")).toList();
    }
}
