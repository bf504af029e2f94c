package org.millrace.benchmarks;

import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts other processes of a benchmark, with the class path and the flags of this one. */
public final class Children {
    private static final List<String> FLAGS = List.of("--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "-Dchronicle.analytics.disable=true",
        "-Dchronicle.announcer.disable=true", "-Dchronicle.disk.monitor.disable=true");

    private Children() {
    }

    /**
     * Starts a main class; its standard output and input are the caller's to use.
     *
     * @param main      the class
     * @param arguments its arguments
     * @return the process
     * @throws IOException if it does not start
     */
    public static Process start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), main, arguments);
    }

    /** Starts a main class through another command. */
    static Process start(List<String> through, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(through);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    }

    /** Tells a process to go on: a line on its standard input. */
    static void tell(Process process, String command) throws IOException {
        Writer out = process.outputWriter();
        out.write(command + "\n");
        out.flush();
    }

    /**
     * {@return a process's next line}
     *
     * @throws IOException if it has ended
     */
    static String answer(Process process) throws IOException {
        String answer = process.inputReader().readLine();
        if (answer == null) {
            throw new IOException("a process has ended");
        }
        return answer;
    }

    /** Ends processes, those that are null aside. */
    static void end(Process... processes) {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
