package org.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in a user and network namespace of its own, where it has every capability over the network and no
 * interface but a loopback: what a test needs that talks to the kernel, without root. The namespace ends with the
 * process, and everything made in it.
 *
 * <p>Use: a test assumes {@link #unavailable()} is empty, calls {@link #run} with a class of its own that makes
 * interfaces by {@link #execute} and throws where something is wrong, and asserts on the result.
 */
public final class Namespace {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private Namespace() {
    }

    /**
     * What a process left behind.
     *
     * @param exitCode 0 if its main method returned
     * @param output   standard output and error
     */
    public record Result(int exitCode, String output) {
    }

    /** {@return whether namespaces with veth pairs can be made here} */
    public static boolean available() {
        return unavailable().isEmpty();
    }

    /** {@return why namespaces with veth pairs cannot be made here; empty if they can} */
    public static Optional<String> unavailable() {
        return Probe.REASON;
    }

    /**
     * Runs a main class of the current class path, for at most three minutes.
     *
     * @param main      the class
     * @param arguments of its main method
     * @return what came of it
     */
    public static Result run(Class<?> main, String... arguments) {
        return run(List.of(), main, arguments);
    }

    /**
     * Runs a main class of the current class path, for at most three minutes, by way of another command.
     *
     * @param wrapper   command to put before {@code java}, run inside the namespace
     * @param main      the class
     * @param arguments of its main method
     * @return what came of it
     */
    public static Result run(List<String> wrapper, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of("unshare", "-Urn"));
        command.addAll(wrapper);
        command.addAll(java(main, arguments));
        return start(LIMIT, command);
    }

    /**
     * Runs a main class of the current class path.
     *
     * @param limit     after which it is ended
     * @param main      the class
     * @param arguments of its main method
     * @return what came of it
     */
    public static Result run(Duration limit, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of("unshare", "-Urn"));
        command.addAll(java(main, arguments));
        return start(limit, command);
    }

    /**
     * {@return the command that runs a main class of the current class path in another process, no longer than this one runs; natives
     * allowed}
     *
     * @param main      the class
     * @param arguments of its main method
     */
    public static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-ea", "-Xshare:auto", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Companion.class.getName(), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /**
     * Runs commands, for use by the main class: {@code execute("ip link set lo up")}.
     *
     * @param commands words separated by single spaces
     * @return what they printed
     * @throws IllegalStateException if one fails, with what it printed
     */
    public static String execute(String... commands) {
        StringBuilder output = new StringBuilder();
        for (String command : commands) {
            Result result = start(LIMIT, List.of(command.split(" ")));
            if (result.exitCode != 0) {
                throw new IllegalStateException(command + ": " + result.output);
            }
            output.append(result.output);
        }
        return output.toString();
    }

    private static Result start(Duration limit, List<String> command) {
        Path file = null;
        try {
            file = Files.createTempFile("millrace", ".out");
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            boolean ended = waitFor(process, limit);
            String output = Files.readString(file);
            return ended ? new Result(process.exitValue(), output)
                    : new Result(-1, output + "\nnot ended after " + limit.toSeconds() + " s\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (file != null) {
                file.toFile().delete();
            }
        }
    }

    private static boolean waitFor(Process process, Duration limit) {
        boolean ended = false;
        try {
            ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return ended;
    }

    /** Tries once, by making a veth pair: the exit code of {@code unshare} alone proves nothing. */
    private static final class Probe {
        static final Optional<String> REASON = probe();

        private static Optional<String> probe() {
            try {
                Result result = start(LIMIT, List.of("unshare", "-Urn", "ip", "link", "add", "probe0", "type", "veth", "peer", "name",
                        "probe1"));
                return result.exitCode == 0 ? Optional.empty()
                        : Optional.of("no veth pair in a namespace: " + result.output.strip());
            } catch (UncheckedIOException e) {
                return Optional.of("cannot run unshare and ip (Debian packages util-linux, iproute2): "
                        + e.getMessage());
            }
        }
    }
}
