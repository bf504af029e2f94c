package org.millrace.vertx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.millrace.testkit.Companion;

/** A second JVM that runs a class of the tests, and is killed in the end; or ends with the tests, if those are killed. */
final class Child implements AutoCloseable {
    private static final List<String> NO_APPLICATION = List.of("chronicle", "openhft", "osgi", "felix", "runtime", "hw-",
        "tcp-", "ports", "core-api/context", "core-api/net", "-tests.jar");

    private final Process process;
    private final BufferedReader output;

    /** {@code temporary} is where it leaves its files: one that is killed does not delete them. */
    private Child(Path temporary, List<String> flags, String classPath, String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx256m",
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + temporary));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, Companion.class.getName(), main));
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** An application: no runtime, no OSGi, no Chronicle, and no flag but native access. */
    static Child application(Class<?> main, Path directory, String... flags) throws IOException {
        return new Child(directory.getParent(), List.of(flags), classPath(entry -> NO_APPLICATION.stream().noneMatch(entry::contains)),
            main.getName(), List.of(directory.toString()));
    }

    /** JUnit 4 with Vert.x's own tests; after the limit its threads are shown among its lines, and it is killed. */
    static Child suite(Path temporary, Collection<String> tests, List<String> flags, Duration limit) throws IOException {
        Child child = new Child(temporary, flags, classPath(entry -> true), SuiteProcess.class.getName(), List.copyOf(tests));
        child.process.onExit().orTimeout(limit.toSeconds(), TimeUnit.SECONDS).exceptionallyAsync(late -> child.showThreadsAndKill());
        return child;
    }

    private Process showThreadsAndKill() {
        try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start();
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            System.err.println(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.destroyForcibly();
    }

    private static String classPath(Predicate<String> wanted) {
        return Stream.of(System.getProperty("java.class.path").split(":")).filter(wanted).collect(Collectors.joining(":"));
    }

    /** With everything, the flags of Chronicle, and room for two hosts of three transports. */
    static Child runtime(Class<?> main, Path directory) throws IOException {
        return new Child(directory.getParent(), List.of("-Xmx256m", "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),
            System.getProperty("java.class.path"), main.getName(), List.of(directory.toString()));
    }

    /** Writes a line to its input. */
    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** {@return the next line it prints, or null when it has ended} */
    String line() throws IOException {
        return output.readLine();
    }

    /** As kill -9 does. */
    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
    }
}
