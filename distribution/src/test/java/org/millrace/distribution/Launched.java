package org.millrace.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.millrace.launcher.Main;
import org.millrace.launcher.image.Image;

/** {@code millrace run} in a process of its own, its runtime directory a test's own. */
final class Launched implements AutoCloseable {
    private static final long LIMIT_S = 60;

    private final Process process;
    private final Path errors;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    private Launched(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        output = process.inputReader();
    }

    static Launched run(Path directory, String... configuration) throws IOException {
        return run(directory, List.of(), configuration);
    }

    static Launched run(Path directory, List<String> options, String... configuration) throws IOException {
        Path file = Files.write(directory.resolve("millrace.properties"), List.of(configuration));
        Path errors = directory.resolve("errors");
        Path runtimeDirectory = Files.createDirectories(directory.resolve("runtime"));
        List<String> command = Image.command(List.of("lib"), Main.class.getName());
        command.add("run");
        command.addAll(options);
        command.add(file.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("XDG_RUNTIME_DIR", runtimeDirectory.toString());
        builder.redirectError(errors.toFile());
        return new Launched(builder.start(), errors);
    }

    /** {@return the line that begins with {@code beginning}, or null if the output ended without one} */
    String awaitLine(String beginning) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.startsWith(beginning)) {
                return line;
            }
        }
        return null;
    }

    /** Types a line. */
    void type(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
    }

    /** {@return whether it ends within some time} */
    boolean ended(long withinMs) throws InterruptedException {
        return process.waitFor(withinMs, TimeUnit.MILLISECONDS);
    }

    void terminate() {
        process.toHandle().destroy(); // the process's own method would close its output too
    }

    int awaitExit() throws IOException, InterruptedException {
        awaitLine("\0");
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + LIMIT_S + " s");
        }
        return process.exitValue();
    }

    List<String> output() {
        return lines;
    }

    List<String> errors() throws IOException {
        return Files.readAllLines(errors);
    }

    /** Kills it, and returns when it is gone: until then it has its locks, and may write. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
