package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Vert.x's own tests, unchanged, over Millrace: a JVM that is its own peer, by a property and nothing else. What passes over NIO
 * passes over Millrace: the classes of which a test has failed are run over NIO too. docs/vertx-testsuite.md.
 */
class VertxSuiteTest {
    private static final String PACKAGE = "io.vertx.tests.";
    private static final List<String> USUAL = List.of("net.NetTest", "net.SharedServersConcurrencyTest",
        "net.NetBandwidthLimitingTest", "http.connection.Http1ClientConnectionTest", "http.HttpConnectionEarlyResetTest",
        "http.HttpServerCloseSequenceTest", "eventbus.ClusteredEventBusTest", "datagram.DatagramTest");
    /** What is not the transport's: their own sockets of the kernel, UDP's QUIC, and hours of waiting. */
    private static final List<String> NOT_OURS = List.of("benchmark", "net.quic", "http.http3", "json", "file.", "buffer",
        "parsetools", "timer", "shareddata", "pool", "concurrent", "digest", "future", "security");
    /** Passes over NIO and not over Millrace, with the reason. */
    private static final Set<String> KNOWN = Set.of(
        // their port is taken by a java.net.ServerSocket of the kernel, which is no obstacle
        "io.vertx.tests.http.Http1xTest#testListenInvalidPort", "io.vertx.tests.http.Http2Test#testListenInvalidPort",
        "io.vertx.tests.http.Http2MultiplexTest#testListenInvalidPort");

    private static final Pattern FAILURE = Pattern.compile("\\d+\\) (\\w+)\\(([\\w.]+)\\)");
    private static final Pattern TOTAL = Pattern.compile("(?:OK \\(|Tests run: )(\\d+).*");

    @TempDir
    private Path temporary;

    /** What became of the tests; those that were left out count in neither. */
    private record Outcome(int run, Set<String> failed) {
        @Override
        public String toString() {
            return run - failed.size() + " passed, " + failed.size() + " failed";
        }
    }

    private static List<String> classes() throws IOException {
        if (!"all".equals(System.getProperty("millrace.suite"))) {
            return USUAL.stream().map(PACKAGE::concat).toList();
        }
        Path jar = Path.of(System.getProperty("java.class.path").lines().flatMap(path -> Stream.of(path.split(":")))
            .filter(entry -> entry.matches(".*vertx-core-[0-9.]*-tests.jar")).findFirst().orElseThrow());
        try (FileSystem files = FileSystems.newFileSystem(jar); Stream<Path> tree = Files.walk(files.getPath("/io/vertx/tests"))) {
            return tree.map(path -> path.toString().substring(1).replace('/', '.'))
                .filter(name -> name.endsWith("Test.class") && !name.contains("$")).map(name -> name.replace(".class", ""))
                .filter(name -> NOT_OURS.stream().noneMatch(part -> name.startsWith(PACKAGE + part)))
                .filter(VertxSuiteTest::isConcrete).sorted().toList();
        }
    }

    private static boolean isConcrete(String name) {
        try {
            return !Modifier.isAbstract(Class.forName(name, false, VertxSuiteTest.class.getClassLoader()).getModifiers());
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // needs a library that only Vert.x's own build has
        }
    }

    /** Runs classes and reads what JUnit 4 prints. */
    private static Outcome run(List<String> classes, String... flags) throws IOException {
        List<String> all = new ArrayList<>(List.of(flags));
        Collections.addAll(all, "-Djava.net.preferIPv4Stack=true", "-Xmx512m");
        Set<String> failed = new TreeSet<>();
        try (Child child = Child.suite(classes, all)) {
            for (String line = child.line(); line != null; line = child.line()) {
                Matcher failure = FAILURE.matcher(line);
                Matcher total = TOTAL.matcher(line);
                if (failure.matches()) {
                    failed.add(failure.group(2) + "#" + failure.group(1));
                } else if (total.matches()) {
                    return new Outcome(Integer.parseInt(total.group(1)), failed);
                }
            }
        }
        throw new AssertionError("the tests ended before their time");
    }

    private static List<String> classesOf(Set<String> tests) {
        return tests.stream().map(test -> test.substring(0, test.indexOf('#'))).distinct().toList();
    }

    @Test
    void whatPassesOverNioPassesOverMillrace() throws Exception {
        Path directory = temporary.resolve("suite");
        Outcome millrace;
        Outcome nio = new Outcome(0, Set.of());
        Set<String> worse;
        long looped;
        try (TwoHosts hosts = new TwoHosts(directory)) {
            String[] flags = {"-Dmillrace.instance=" + directory, "-Dmillrace.route=127.0.0.0/8,10.9.0.0/24,0.0.0.0"};
            millrace = run(classes(), flags);
            worse = new TreeSet<>(millrace.failed);
            worse.removeAll(KNOWN);
            if (!worse.isEmpty()) {
                nio = run(classesOf(worse));
                worse.removeAll(nio.failed);
            }
            for (int again = 0; again < 2 && !worse.isEmpty(); again++) { // what measures time may have been late
                worse.retainAll(run(classesOf(worse), flags).failed);
            }
            looped = hosts.server.status().counters().get("loopback.frames");
        }
        System.out.printf("Vert.x %s's own tests over Millrace: %s; %d frames%nover NIO, the classes that failed: %s%n",
            VertxVersion.found(), millrace, looped, nio);
        assertThat(worse).as("failed over Millrace only").isEmpty();
        assertThat(millrace.run).isGreaterThan(300);
        assertThat(looped).as("frames: it was Millrace").isGreaterThan(10_000);
    }
}
