package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The archives that the build makes, unpacked elsewhere. */
@Timeout(120)
class ArchiveTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"bluefield,hw-bluefield,tcp-flextoe,hw-tofino", "tofino,hw-tofino,tcp-laminar,hw-bluefield",
        "all,hw-tofino,tcp-laminar,hw-agilio"})
    void runsAnywhereWithItsHardwareOnly(String archive, String hardware, String transport, String other)
        throws Exception {
        Path image = unpack(archive);
        assertThat(runs(image, hardware, transport)).anyMatch(line -> line.startsWith("millrace: ready"));
        assertThat(runs(image, other, transport)).singleElement().asString()
            .startsWith("millrace: hardware is '" + other + "', allowed is one of ");
        assertThat(run(image, "fit", "tcp-laminar", "hw-tofino")).as("tools know all machines")
            .anyMatch(line -> line.contains("fits"));
        System.out.printf("archive %s: %d bytes, unpacked %d%n", archive, Files.size(file(archive)), bytes(image));
    }

    private static Path file(String archive) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(System.getProperty("millrace.archives")),
                "millrace-*-" + archive + ".tar.gz")) {
            return found.iterator().next();
        }
    }

    private Path unpack(String archive) throws Exception {
        execute(List.of("tar", "-xzf", file(archive).toString(), "-C", directory.toString()));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "millrace-" + archive + "-*")) {
            return found.iterator().next();
        }
    }

    private static long bytes(Path image) throws IOException {
        try (Stream<Path> files = Files.walk(image)) {
            return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
        }
    }

    /** Its configuration with the memory port instead of an interface that is not there; ends it when it is ready. */
    private List<String> runs(Path image, String hardware, String transport) throws Exception {
        Path config = Files.write(directory.resolve("main.properties"), List.of("instance=archive", "hardware=" + hardware,
            "transports=" + transport, "flows=32768", "port=memory", "port.path=" + directory.resolve("wire"),
            "port.side=a", "address=10.77.0.2/24"));
        return run(image, "run", config.toString());
    }

    private List<String> run(Path image, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(image.resolve("bin/millrace").toString()));
        command.addAll(List.of(arguments));
        return execute(command);
    }

    private List<String> execute(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("XDG_RUNTIME_DIR", Files.createDirectories(directory.resolve("runtime")).toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MILLRACE_LOG", "WARN");
        Process process = builder.start();
        List<String> lines = new ArrayList<>();
        try (var reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.startsWith("millrace: ready")) {
                    process.toHandle().destroy();
                }
            }
        }
        process.waitFor();
        return lines;
    }

    @Test
    void serviceUnitIsAcceptedBySystemd() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd-analyze here");
        Path image = unpack("bluefield");
        Path unit = directory.resolve("millrace.service");
        Files.writeString(unit, Files.readString(image.resolve("etc/millrace.service"))
            .replace("/opt/millrace", image.toString()));
        assertThat(execute(List.of("systemd-analyze", "verify", unit.toString()))).isEmpty();
    }
}
