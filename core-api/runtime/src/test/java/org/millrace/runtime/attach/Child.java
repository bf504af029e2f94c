package org.millrace.runtime.attach;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.millrace.testkit.Eventually;

/** A second JVM that runs a class of the tests, and is killed in the end. */
final class Child implements AutoCloseable {
    private static final List<String> APPLICATION = List.of("core-api/api/", "core-api/memory/", "core-api/toe/",
        "core-api/runtime/target/test-classes", "millrace-api-", "millrace-memory-", "millrace-toe-");
    private static final List<String> CHRONICLE = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Process process;
    private final BufferedReader output;

    private Child(List<String> flags, String classPath, Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx128m",
            "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** With libTOE and what it needs on its class path, and no flag but native access. */
    static Child application(Object... arguments) throws IOException {
        String classPath = Stream.of(System.getProperty("java.class.path").split(":"))
            .filter(entry -> APPLICATION.stream().anyMatch(entry::contains)).collect(Collectors.joining(":"));
        return new Child(List.of(), classPath, Application.class, arguments);
    }

    /** With everything. */
    static Child runtime(Object... arguments) throws IOException {
        return new Child(CHRONICLE, System.getProperty("java.class.path"), TwoHosts.class, arguments);
    }

    /** {@return the next line it prints, or null when it has ended} */
    String line() throws IOException {
        return output.readLine();
    }

    long pid() {
        return process.pid();
    }

    /** Stops it. Returns when no thread of it runs any more, which is after the signal was sent. */
    void stop() throws IOException, InterruptedException {
        signal("STOP");
        Eventually.holds(this::isStopped, () -> "process " + pid() + " runs on");
    }

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
    }

    private boolean isStopped() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat")); // proc_pid_stat(5): pid (name) state ...
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        }
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
