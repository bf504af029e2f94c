package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.millrace.launcher.image.Image;

/**
 * Applications in processes of their own: two file servers attached to one runtime, one of which is killed in the middle of
 * a transfer. Its peer must be told, its resources must come back, the other's transfer must not notice, and the server must
 * serve again when it is started again.
 */
final class TwoProcessDemo {
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int KILLED_PORT = 80;
    private static final int OTHER_PORT = 81;
    /** The plain jars of an application: these and the demo's own. */
    private static final String[] APPLICATION = {"millrace-api", "millrace-memory", "millrace-toe", "millrace-fileserver"};

    private final Processes processes;
    private final Path directory;
    private final Path root;
    private final Path instance;
    private final Fetcher fetcher;
    private final long bytes;
    private final Claims claims;

    private TwoProcessDemo(Processes processes, Path directory, long bytes, Fetcher fetcher, Claims claims)
        throws IOException {
        this.processes = processes;
        this.directory = directory;
        this.bytes = bytes;
        this.fetcher = fetcher;
        this.claims = claims;
        root = Files.createDirectory(directory.resolve("root"));
        instance = directory.resolve("demo");
    }

    /**
     * Runs it and prints what held.
     *
     * @param refusal why there is no Linux to talk to, or null if there is
     * @return whether all held
     */
    static boolean run(Processes processes, Path directory, long bytes, int mtuBytes, String refusal, boolean json)
        throws IOException, InterruptedException {
        Claims claims = new Claims();
        DemoNetwork network = DemoNetwork.create(processes, directory, mtuBytes, refusal);
        new TwoProcessDemo(processes, directory, bytes, network.fetcher(), claims).run(network);
        System.out.println(json ? claims.json() : claims.text());
        return claims.held();
    }

    private void run(DemoNetwork network) throws IOException, InterruptedException {
        String hash = Payload.write(root.resolve("payload"), bytes, 1);
        RuntimeProcess runtime = RuntimeProcess.start(processes, directory, "runtime",
            network.configuration(instance));
        say("The runtime says: " + runtime.readyLine());
        Process killed = startServer("server", KILLED_PORT);
        startServer("other-server", OTHER_PORT);
        fetch("before", hash);

        long rate = Math.max(100_000, bytes / 4);
        Fetcher.Fetch cut = fetcher.start("cut", url(KILLED_PORT), rate);
        Fetcher.Fetch undisturbed = fetcher.start("undisturbed", url(OTHER_PORT), rate);
        awaitProgress(cut);
        cut.hold();
        awaitProgress(undisturbed);
        undisturbed.hold();
        String before = conns("before the kill");
        claims.add("connections of both servers are in the registry", has(before, KILLED_PORT) && has(before, OTHER_PORT),
            "");
        claims.add("both transfers are in the middle when one server is killed", cut.isRunning() && undisturbed.isRunning()
            && Files.size(cut.file()) < bytes && Files.size(undisturbed.file()) < bytes, "");
        say("kill -9 " + killed.pid() + " (the server application)");
        killed.destroyForcibly();
        cut.goOn();
        undisturbed.goOn();
        int code = cut.await(Processes.LIMIT);
        claims.add("its peer sees a reset", code == Fetcher.RESET, "exit code " + code + ", " + cut.error());
        String after = awaitReclaimed(contexts(before) - 1);
        say("conns after the kill:\n" + after);
        claims.add("its context, connections and listener are taken back",
            contexts(after) == contexts(before) - 1 && !has(after, KILLED_PORT), contexts(after) + " contexts are left");

        startServer("server-again", KILLED_PORT);
        fetch("again", hash);
        code = undisturbed.await(Peer.LIMIT);
        claims.add("the other application's transfer arrived as it was sent", code == 0 && hash.equals(Payload.hash(undisturbed.file())),
            code == 0 ? "" : "exit code " + code + ", " + undisturbed.error());
        Map<String, Long> counters = runtime.stop();
        claims.add("no context was closed for cause", counters.get("contexts.closed for cause") == 0, "");
    }

    private Process startServer(String name, int port) throws IOException {
        List<String> jars = new ArrayList<>();
        jars.addAll(jars("lib", "millrace-distribution", "slf4j-api", "logback"));
        jars.addAll(jars("bundles", APPLICATION));
        Process process = processes.start(name, List.of(Image.java(), "--enable-native-access=ALL-UNNAMED", "-cp",
            String.join(":", jars), DemoServer.class.getName(), instance.toString(), LinuxLink.MILLRACE_ADDRESS,
            Integer.toString(port), root.toString()));
        processes.await(name, process, DemoServer.LISTENING, Processes.LIMIT);
        say("process " + process.pid() + " has attached and serves port " + port);
        return process;
    }

    static List<String> jars(String part, String... names) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String name : names) {
            try (var found = Files.newDirectoryStream(Image.directory().resolve(part), name + "*.jar")) {
                found.forEach(jar -> jars.add(jar.toString()));
            }
        }
        return jars;
    }

    private static String url(int port) {
        return "http://" + LinuxLink.MILLRACE_ADDRESS + ":" + port + "/payload";
    }

    private void fetch(String name, String hash) throws IOException, InterruptedException {
        Fetcher.Fetch fetch = fetcher.start(name, url(KILLED_PORT), Long.MAX_VALUE / 2);
        int code = fetch.await(Peer.LIMIT);
        claims.add(fetcher.name() + " fetches " + bytes + " bytes " + name, code == 0
            && hash.equals(Payload.hash(fetch.file())), code == 0 ? "" : "exit code " + code + ", " + fetch.error());
    }

    private static void awaitProgress(Fetcher.Fetch fetch) throws IOException {
        long deadlineNs = System.nanoTime() + Processes.LIMIT.toNanos();
        while (!Files.exists(fetch.file()) || Files.size(fetch.file()) == 0) {
            if (!fetch.isRunning() || System.nanoTime() - deadlineNs > 0) {
                throw new DemoFailure("a transfer does not begin: " + fetch.error());
            }
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }

    /** {@return the registry once it has no more contexts than these and nothing at the killed server's port, or as it is
     * when that has taken too long} */
    private String awaitReclaimed(int contexts) throws IOException, InterruptedException {
        long beginNs = System.nanoTime();
        String now = conns();
        while ((contexts(now) > contexts || has(now, KILLED_PORT)) && System.nanoTime() - beginNs < Processes.LIMIT.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            now = conns();
        }
        return now;
    }

    private String conns(String when) throws IOException, InterruptedException {
        String table = conns();
        say("conns " + when + ":\n" + table);
        return table;
    }

    private String conns() throws IOException, InterruptedException {
        List<String> command = Image.shortCommand(List.of("tools", "lib", "bundles"), "org.millrace.cli.Main");
        command.addAll(List.of("conns", "--all", instance.toString()));
        return processes.run("conns", Processes.LIMIT, command).output();
    }

    private static boolean has(String table, int port) {
        return table.contains(" " + LinuxLink.MILLRACE_ADDRESS + ":" + port + " ");
    }

    private static int contexts(String table) {
        return (int) table.lines().filter(line -> line.matches(".* -  +-  +-  .*")).count();
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
