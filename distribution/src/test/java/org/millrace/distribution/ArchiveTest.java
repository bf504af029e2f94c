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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.millrace.testkit.Eventually;

/** The archives that the build makes, unpacked elsewhere. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ArchiveTest {
    @TempDir
    Path directory;
    private Path image;

    /** What a first run makes for the next, beside itself and with the least priority, would go on for long. */
    @AfterEach
    void endMakers() {
        Eventually.holds(() -> {
            List<ProcessHandle> makers = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(directory.toString())).toList();
            makers.forEach(ProcessHandle::destroyForcibly);
            return makers.isEmpty();
        }, () -> "processes of " + directory + " do not end");
    }

    @Test
    void firstRunMakesACacheForTheNextUnlessThatIsPrepared() throws Exception {
        unpack("bluefield");
        assertThat(runs("hw-bluefield", "tcp-flextoe")).anyMatch(line -> line.startsWith("millrace: ready"));
        assertThat(image.resolve("lib/.preparing")).exists();
        endMakers();
        assertThat(run("prepare")).anyMatch(line -> line.startsWith("millrace: prepared: " + image.resolve("lib/millrace.aot")));
        assertThat(runs("hw-bluefield", "tcp-flextoe")).anyMatch(line -> line.startsWith("millrace: ready"));
    }

    @ParameterizedTest
    @CsvSource({"bluefield,hw-bluefield,tcp-flextoe,hw-tofino", "tofino,hw-tofino,tcp-laminar,hw-bluefield",
        "all,hw-agilio,tcp-flextoe,hw-nowhere"})
    void runsAnywhereWithItsHardwareOnly(String archive, String hardware, String transport, String other)
        throws Exception {
        unpack(archive);
        assertThat(runs(hardware, transport)).anyMatch(line -> line.startsWith("millrace: ready"));
        assertThat(runs(other, transport)).singleElement().asString()
            .startsWith("millrace: hardware is '" + other + "', allowed is one of ");
        assertThat(run("fit", "tcp-laminar", "hw-tofino")).as("tools know all machines")
            .anyMatch(line -> line.contains("fits"));
        assertThat(run("fit", "tcp-laminar", "hw-tofino", "--with", extension())).as("bundles are known")
            .anyMatch(line -> line.contains("packet-counter"));
        assertThat(run("prepare", "--help")).anyMatch(line -> line.startsWith("Usage: millrace prepare"));
        assertThat(List.of("README.md", "LICENSE", "docs/operating.md", "docs/pictures/two-ends.svg", "share/man/man1/millrace.1",
            "share/bash-completion/completions/millrace", "share/zsh/site-functions/_millrace"))
            .allSatisfy(name -> assertThat(image.resolve(name)).isNotEmptyFile());
        System.out.printf("archive %s: %d bytes, unpacked %d%n", archive, Files.size(file(archive)), bytes(image));
    }

    private static Path file(String archive) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(System.getProperty("millrace.archives")),
                "millrace-*-" + archive + ".tar.gz")) {
            return found.iterator().next();
        }
    }

    private void unpack(String archive) throws Exception {
        execute(List.of("tar", "-xzf", file(archive).toString(), "-C", directory.toString()));
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "millrace-" + archive + "-*")) {
            image = found.iterator().next();
        }
    }

    private String extension() throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(image.resolve("extensions"), "*packet-counter*")) {
            return found.iterator().next().toString();
        }
    }

    /** Bash says what it would complete to; the manual page is one that man can show. */
    @Test
    void completionAndManualPageAreOnesThatTheirReadersTake() throws Exception {
        unpack("bluefield");
        Path share = image.resolve("share");
        assertThat(execute(List.of("bash", "-c", "source " + share.resolve("bash-completion/completions/millrace")
            + "; COMP_WORDS=(millrace sw); COMP_CWORD=1; _complete_millrace; printf '%s\\n' \"${COMPREPLY[@]}\"")))
            .containsExactly("swap");
        assertThat(Files.readAllLines(share.resolve("man/man1/millrace.1"))).contains(".SH NAME", ".SH COMMANDS")
            .anyMatch(line -> line.contains("swap")).noneMatch(line -> line.contains("${"));
    }

    private static long bytes(Path image) throws IOException {
        try (Stream<Path> files = Files.walk(image)) {
            return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
        }
    }

    /** Its configuration with the memory port instead of an interface that is not there; ends it when it is ready. */
    private List<String> runs(String hardware, String transport) throws Exception {
        Path config = Files.write(directory.resolve("main.properties"), List.of("instance=archive", "hardware=" + hardware,
            "transports=" + transport, "flows=32768", "port=memory", "port.path=" + directory.resolve("wire"),
            "port.side=a", "address=10.77.0.2/24"));
        return run("run", config.toString());
    }

    private List<String> run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(image.resolve("bin/millrace").toString()));
        command.addAll(List.of(arguments));
        return execute(command);
    }

    private List<String> execute(List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("XDG_RUNTIME_DIR", Files.createDirectories(directory.resolve("runtime")).toString());
        builder.environment().put("XDG_CACHE_HOME", Files.createDirectories(directory.resolve("cache")).toString());
        builder.environment().put("TMPDIR", directory.toString());
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
        unpack("bluefield");
        Path unit = directory.resolve("millrace.service");
        Files.writeString(unit, Files.readString(image.resolve("etc/millrace.service"))
            .replace("/opt/millrace", image.toString()));
        assertThat(execute(List.of("systemd-analyze", "verify", unit.toString()))).isEmpty();
    }
}
