package org.millrace.context;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts a class of the test class path in a second JVM, and kills it in the end. */
final class Processes implements AutoCloseable {
    private static final List<String> CHRONICLE = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    final Process process;
    private final BufferedReader output;

    private Processes(List<String> flags, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** With Chronicle; the names of the classes it loads go to a file. */
    static Processes runtime(Path classes, Class<?> main, String... arguments) throws IOException {
        List<String> flags = new ArrayList<>(CHRONICLE);
        flags.add("-Xlog:class+load:file=" + classes);
        return new Processes(flags, main, arguments);
    }

    /** With no flag but native access. */
    static Processes application(Class<?> main, String... arguments) throws IOException {
        return new Processes(List.of(), main, arguments);
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

    int exitCode() throws InterruptedException {
        return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() {
        kill();
    }
}
