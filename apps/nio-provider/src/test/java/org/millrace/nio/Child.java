package org.millrace.nio;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.millrace.testkit.Companion;

/** A second JVM that runs a class of the tests, and is killed in the end; or ends with the tests, if those are killed. */
final class Child implements AutoCloseable {
    /** What Chronicle wants of the JVM. */
    static final List<String> RUNTIME_FLAGS = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private static final List<String> NO_APPLICATION = List.of("chronicle", "openhft", "osgi", "felix", "runtime", "hw-",
        "tcp-", "ports", "core-api/context", "core-api/net");

    private final Process process;
    private final BufferedReader output;

    private Child(List<String> flags, String classPath, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx256m",
            "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, Companion.class.getName(), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("JDK_JAVA_OPTIONS"); // the parent's flags are not the program's
        process = builder.start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** A program that knows nothing of Millrace, started as docs/nio.md says. */
    static Child overMillrace(Path instance, Class<?> main, String... arguments) throws IOException {
        return application(List.of("-Djava.nio.channels.spi.SelectorProvider=org.millrace.nio.MillraceSelectorProvider",
            "-Dmillrace.instance=" + instance), main, arguments);
    }

    /** A program: no runtime, no OSGi, no Chronicle on its class path, and no flag but native access and these. */
    static Child application(List<String> flags, Class<?> main, String... arguments) throws IOException {
        String classPath = Stream.of(System.getProperty("java.class.path").split(":"))
            .filter(entry -> NO_APPLICATION.stream().noneMatch(part -> entry.contains(part)))
            .collect(Collectors.joining(":"));
        return new Child(flags, classPath, main, arguments);
    }

    /** With everything, and the flags of Chronicle. */
    static Child runtime(Class<?> main, String... arguments) throws IOException {
        return new Child(RUNTIME_FLAGS, System.getProperty("java.class.path"), main, arguments);
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
