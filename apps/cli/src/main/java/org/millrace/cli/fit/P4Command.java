package org.millrace.cli.fit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.pipeline.Program;
import org.millrace.cli.tool.ToolException;
import org.millrace.tofino.TofinoBackend;
import org.millrace.tofino.TofinoReport;
import org.millrace.tofino.p4.Emitter;
import org.millrace.tofino.p4.NotEmittedException;
import org.millrace.tofino.p4.Target;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes a program as P4, beside a manifest for its control plane. */
@Command(name = "p4", mixinStandardHelpOptions = true, description = {
    "Write a program that fits hw-tofino as P4_16, with a manifest for its control plane: docs/p4.md.",
    "Stage extensions of bundles in deploy/ are in the program as they would be if it ran.",
    "Exits with 0 if it is written, 1 if it is refused and nothing is written, 2 if the command line is wrong."})
public final class P4Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ProgramOptions chosen;

    @Option(names = "--target", paramLabel = "TARGET", required = true,
        description = "t2na: Tofino 2. v1model: BMv2, to run and test it.")
    private String target;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true,
        description = "Where to write; it must not be there yet, or be empty.")
    private Path directory;

    /** Made by picocli. */
    P4Command() {
    }

    @Override
    public Integer call() {
        Target architecture = Target.of(target);
        if (architecture == null) {
            throw chosen.unknown("target", target, Stream.of(Target.values()).map(Target::text).toList());
        }
        Capacity capacity = chosen.capacity();
        chosen.look();
        checkEmpty();
        TofinoBackend backend = new TofinoBackend();
        Program<?> program = chosen.program(backend, capacity);
        TofinoReport report = backend.report(program, capacity);
        try {
            Map<String, String> files = Emitter.emit(program, chosen.protocol(), report, architecture);
            write(files);
            files.forEach((name, text) -> spec.commandLine().getOut().println(directory.resolve(name) + ": "
                + text.lines().count() + " lines"));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (NotEmittedException e) {
            spec.commandLine().getErr().println(program.name() + " is not written as P4 for " + architecture.text() + ":");
            e.reasons().forEach(reason -> spec.commandLine().getErr().println("  " + reason));
            spec.commandLine().getErr().flush();
            return ToolException.EXIT_FAILED;
        }
    }

    private void checkEmpty() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> inside = Files.list(directory)) {
            if (inside.findAny().isPresent()) {
                throw chosen.refused("-o " + directory + " is not empty; nothing in it is overwritten");
            }
        } catch (IOException e) {
            throw chosen.refused("-o " + directory + " cannot be written: " + ProgramOptions.reason(e));
        }
    }

    /** Beside the directory first, then all at once in its place. */
    private void write(Map<String, String> files) {
        Path parent = directory.toAbsolutePath().normalize().getParent();
        Path made = null;
        try {
            if (parent == null) {
                throw chosen.refused("-o " + directory + " is no place for a directory");
            }
            Files.createDirectories(parent);
            made = Files.createTempDirectory(parent, ".millrace-p4-");
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(made.resolve(file.getKey()), file.getValue());
            }
            Files.setPosixFilePermissions(made, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.deleteIfExists(directory);
            Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(made);
            throw chosen.refused("-o " + directory + " cannot be written: " + ProgramOptions.reason(e));
        }
    }

    private static void remove(Path made) {
        if (made == null) {
            return;
        }
        try (Stream<Path> all = Files.walk(made)) {
            List<Path> deepest = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepest) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            return; // a hidden directory stays; the one that was asked for is not there
        }
    }
}
