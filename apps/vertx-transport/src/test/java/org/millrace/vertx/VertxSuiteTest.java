package org.millrace.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.millrace.vertx.SuiteRun.Outcome;

/**
 * Vert.x's own tests, unchanged, over Millrace: a JVM that is its own peer, by a property and nothing else. What passes over NIO
 * passes over Millrace: what fails is run again, alone, and then over NIO. docs/vertx-testsuite.md.
 */
@Execution(ExecutionMode.CONCURRENT)
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

    private static final boolean ALL = "all".equals(System.getProperty("millrace.suite"));
    /** Ten times what they take in a build, two minutes. */
    private static final Duration LIMIT = ALL ? Duration.ofHours(6) : Duration.ofMinutes(20);
    /** Many tests measure time, one 15 ms: they are late now and then, over either, where other processes run. */
    private static final int ROUNDS = 5;

    @TempDir
    private Path temporary;

    /** An instance that is its own peer, and the properties that name it. */
    private record Ground(Path directory, TwoHosts hosts) implements AutoCloseable {
        static Ground at(Path directory) {
            return new Ground(directory, new TwoHosts(directory));
        }

        Outcome run(Collection<String> tests) {
            try {
                return SuiteRun.of(directory.getParent(), tests, LIMIT, "-Dmillrace.instance=" + directory,
                    "-Dmillrace.route=127.0.0.0/8,10.9.0.0/24,0.0.0.0");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long loopedFrames() {
            return hosts.server.status().counters().get("loopback.frames");
        }

        @Override
        public void close() {
            hosts.close();
        }
    }

    private static List<String> classes() throws IOException {
        if (!ALL) {
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

    /** What a pair of processes runs, each beside an instance of its own: the first class takes as long as all others. */
    private static List<List<String>> halves() throws IOException {
        List<String> classes = classes();
        return ALL ? List.of(classes) : List.of(classes.subList(0, 1), classes.subList(1, classes.size()));
    }

    /** {@return those of the tests that fail over Millrace each time that they are run again, and pass over NIO once} */
    private SortedMap<String, String> worse(Ground ground, SortedMap<String, String> failed) throws IOException {
        SortedMap<String, String> failing = again(failed, "Millrace", ground::run);
        SortedMap<String, String> nio = again(failing, "NIO", tests -> SuiteRun.of(temporary, tests, LIMIT));
        print("fails over NIO too", nio);
        return without(failing, nio);
    }

    private interface Runs {
        Outcome of(Collection<String> tests) throws IOException;
    }

    /** {@return what fails each time, alone} */
    private static SortedMap<String, String> again(SortedMap<String, String> failed, String over, Runs runs) throws IOException {
        SortedMap<String, String> failing = failed;
        for (int round = 0; round < ROUNDS && !failing.isEmpty(); round++) {
            SortedMap<String, String> again = runs.of(failing.keySet()).failed();
            print("failed, and passed when it was run alone over " + over, without(failing, again));
            failing = again;
        }
        return failing;
    }

    private static SortedMap<String, String> without(SortedMap<String, String> tests, SortedMap<String, String> others) {
        SortedMap<String, String> rest = new TreeMap<>(tests);
        rest.keySet().removeAll(others.keySet());
        return rest;
    }

    private static void print(String what, SortedMap<String, String> tests) {
        tests.forEach((test, why) -> System.out.println(what + ": " + test + ": " + why));
    }

    @Test
    void whatPassesOverNioPassesOverMillrace() throws Exception {
        List<Ground> grounds = new ArrayList<>();
        try (AutoCloseable _ = () -> grounds.forEach(Ground::close)) {
            List<CompletableFuture<Outcome>> halves = new ArrayList<>();
            for (List<String> classes : halves()) {
                Ground ground = Ground.at(temporary.resolve("suite" + grounds.size()));
                grounds.add(ground);
                halves.add(CompletableFuture.supplyAsync(() -> ground.run(classes), task -> Thread.ofPlatform().daemon().start(task)));
            }
            Outcome millrace = new Outcome(0, new TreeMap<>(), 0);
            for (CompletableFuture<Outcome> half : halves) {
                millrace = millrace.and(half.get());
            }
            long looped = grounds.stream().mapToLong(Ground::loopedFrames).sum();
            System.out.printf("Vert.x %s's own tests over Millrace: %s; %d frames%n", VertxVersion.found(), millrace, looped);
            SortedMap<String, String> failed = new TreeMap<>(millrace.failed());
            failed.keySet().removeAll(KNOWN);
            SortedMap<String, String> worse = worse(grounds.getFirst(), failed);
            assertThat(worse).as("failed over Millrace only").isEmpty();
            assertThat(millrace.run()).isGreaterThan(300);
            assertThat(looped).as("frames: it was Millrace").isGreaterThan(5_000);
        }
    }
}
