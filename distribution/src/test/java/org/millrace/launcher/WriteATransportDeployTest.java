package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.millrace.launcher.image.Image;
import org.millrace.testkit.Eventually;

/** What docs/write-a-transport.md has its reader do: build the bundle, drop it in with two data paths, talk across. */
@Timeout(240)
class WriteATransportDeployTest {
    private static final Path SOURCES = Path.of("../docs/write-a-transport");
    private static final Path IMAGE = Image.directory().toAbsolutePath();
    private static final Path JDK = Path.of(System.getProperty("java.home"), "bin");

    @TempDir
    Path directory;

    private Path project;
    private final List<Process> talks = new ArrayList<>();

    @Test
    void bundleBuiltByHandCarriesMessagesBetweenTwoInstances() throws Exception {
        project = copy(directory.resolve("project"));
        Process build = start("build", "sh", "build", IMAGE.toString());
        assertThat(build.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(build.exitValue()).isZero();
        try (DeployWorld world = new DeployWorld(directory)) {
            world.moveIn(project.resolve("stop-and-wait.jar"));
            world.drop("left.cfg", configuration("left"));
            world.drop("right.cfg", configuration("right"));
            world.awaitLine("left runs [stop-and-wait]");
            world.awaitLine("right runs [stop-and-wait]");
            exchange();
            assertThat(world.lines("WARN")).isEmpty();
            assertThat(world.lines("ERROR")).isEmpty();
        }
    }

    private void exchange() throws IOException {
        List<String> numbers = IntStream.range(0, 100).mapToObj(Integer::toString).toList();
        Process right = talk("right", "10.0.9.2", "10.0.9.1");
        Process left = talk("left", "10.0.9.1", "10.0.9.2");
        await("right", List.of());
        await("left", List.of());
        left.outputWriter().write(String.join("\n", numbers));
        left.outputWriter().close();
        right.outputWriter().close(); // from now on it waits ten seconds for a message
        await("right", numbers);
        await("left", List.of());
    }

    @AfterEach
    void endTalks() throws InterruptedException {
        for (Process talk : talks) {
            talk.destroyForcibly().waitFor();
        }
    }

    private void await(String name, List<String> received) {
        List<String> lines = Stream.concat(Stream.of(runs(name) + " is bound"), received.stream()).toList();
        Eventually.holds(() -> output(name).equals(lines), () -> name + " has said " + output(name));
    }

    private List<String> output(String name) {
        try {
            return Files.readAllLines(directory.resolve(name + ".out"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As it stands there, but for directories that are the test's own. */
    private List<String> configuration(String name) throws IOException {
        return Stream.concat(Files.readAllLines(SOURCES.resolve(name + ".cfg")).stream(), Stream.of(
            "port.path = " + directory.resolve("wire"), "attach.directory = " + runs(name))).toList();
    }

    private Path runs(String name) {
        return directory.resolve("run-" + name);
    }

    private Process talk(String name, String address, String peer) throws IOException {
        Process process = start(name, JDK + "/java", "--enable-native-access=ALL-UNNAMED", "-cp", IMAGE + "/bundles/*",
            "Talk.java", runs(name).toString(), address, peer);
        talks.add(process);
        return process;
    }

    private Process start(String name, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile())
            .redirectOutput(directory.resolve(name + ".out").toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().merge("PATH", JDK + ":", (path, first) -> first + path);
        return builder.start();
    }

    private static Path copy(Path to) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(SOURCES.relativize(file).toString()));
            }
        }
        return to;
    }
}
