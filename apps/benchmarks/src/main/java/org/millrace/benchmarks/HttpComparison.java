package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * wrk, on the kernel's TCP, against a Vert.x HTTP server with one event loop: over Millrace on the packet port and, in turn
 * with it, over kernel TCP with NIO, epoll and io_uring, each time over the same veth pair. Prints requests a second, the
 * median latency, and user and system CPU time a request of the application, of the data path, of wrk and of the whole
 * machine; medians over the rounds. What the veth's receiver does is charged to whoever sends, so only the machine's sum is
 * fair between the two.
 *
 * <p>Run it in a network namespace of its own: {@code unshare -Urn java ...}. The servers of the kernel are in another one,
 * to which the pair's second end moves in their turn.
 *
 * <p>Arguments: rounds (5), seconds each (5), connections (64).
 */
public final class HttpComparison {
    private static final List<String> KINDS = List.of("millrace", "nio", "epoll", "io_uring");
    private static final String END = "server0";
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern MEDIAN = Pattern.compile("50% +([0-9.]+)(us|ms|s)");
    private static final Pattern ERRORS = Pattern.compile("(?m)^ *(Socket errors:.*|Non-2xx.*)$");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String WARMUP_SECONDS = "8";

    private final Path directory;
    private final long seconds;
    private final int connections;

    /** Figures of one round: microseconds a request, but for the rate and the latency. */
    private record Round(double requestsPerSecond, double medianUs, Cpu application, Cpu dataPath, Cpu client, Cpu machine) {
    }

    /** CPU time. */
    private record Cpu(double user, double system) {
        private static final int TICK_US = 10_000; // USER_HZ, proc(5)

        static Cpu ofProcess(Process process) throws IOException {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return new Cpu(Long.parseLong(fields[11]) * TICK_US, Long.parseLong(fields[12]) * TICK_US);
        }

        static Cpu ofEndedChildren() throws IOException {
            String line = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return new Cpu(Long.parseLong(fields[13]) * TICK_US, Long.parseLong(fields[14]) * TICK_US);
        }

        static Cpu ofMachine() throws IOException {
            String[] fields = Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +");
            return new Cpu((Long.parseLong(fields[1]) + Long.parseLong(fields[2])) * TICK_US,
                (Long.parseLong(fields[3]) + Long.parseLong(fields[6]) + Long.parseLong(fields[7])) * TICK_US);
        }

        Cpu since(Cpu before, long requests) {
            return new Cpu((user - before.user) / requests, (system - before.system) / requests);
        }

        double sum() {
            return user + system;
        }
    }

    private HttpComparison(Path directory, long seconds, int connections) {
        this.directory = directory;
        this.seconds = seconds;
        this.connections = connections;
    }

    /**
     * Compares.
     *
     * @param arguments rounds, seconds each, connections
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 5;
        int connections = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 64;
        Path directory = Scratch.create();
        Process other = new ProcessBuilder("unshare", "-n", "sleep", "infinity").start(); // holds the second namespace
        try {
            new HttpComparison(directory, seconds, connections).run(rounds, other);
        } finally {
            Children.end(other);
            Scratch.delete(directory);
        }
    }

    private void run(int rounds, Process other) throws IOException, InterruptedException {
        for (String link : List.of("link add client0 type veth peer name " + END, "link set lo up",
            "link set client0 addrgenmode none", "link set " + END + " addrgenmode none", "addr add 10.77.0.1/24 dev client0",
            "link set client0 up")) {
            execute("ip " + link);
        }
        Map<String, List<Round>> results = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String kind : KINDS) {
                Round figures = kind.equals("millrace") ? overMillrace() : overKernel(kind, other);
                if (figures != null) {
                    results.computeIfAbsent(kind, k -> new ArrayList<>()).add(figures);
                }
            }
        }
        print(rounds, results);
    }

    private Round overMillrace() throws IOException, InterruptedException {
        execute("ip link set " + END + " up");
        Path instance = directory.resolve("instance");
        Process runtime = null;
        Process server = null;
        try {
            runtime = Children.start(HttpNode.class, "runtime", instance.toString(), END);
            await("the runtime", runtime);
            server = Children.start(HttpNode.class, "millrace", instance.toString());
            return await("millrace", server) ? measure(server, runtime) : null;
        } finally {
            Children.end(server, runtime);
            waitFor(server, runtime);
        }
    }

    private Round overKernel(String kind, Process other) throws IOException, InterruptedException {
        String inside = "nsenter -t " + other.pid() + " -n ";
        execute("ip link set " + END + " netns " + other.pid());
        execute(inside + "ip addr add " + HttpNode.SERVER_ADDRESS + "/24 dev " + END);
        execute(inside + "ip link set " + END + " up");
        Process server = null;
        try {
            server = Children.start(List.of(inside.split(" ")), HttpNode.class, kind);
            return await(kind, server) ? measure(server, null) : null;
        } finally {
            Children.end(server);
            waitFor(server);
            execute(inside + "ip link set " + END + " netns " + ProcessHandle.current().pid());
        }
    }

    private static boolean await(String name, Process process) throws IOException {
        BufferedReader lines = process.inputReader();
        String line = lines.readLine();
        if (HttpNode.READY.equals(line)) {
            return true;
        }
        System.err.println(name + ": " + line);
        return false;
    }

    private Round measure(Process server, Process runtime) throws IOException, InterruptedException {
        wrk(WARMUP_SECONDS);
        Cpu machine = Cpu.ofMachine();
        Cpu application = Cpu.ofProcess(server);
        Cpu dataPath = runtime == null ? null : Cpu.ofProcess(runtime);
        Cpu client = Cpu.ofEndedChildren();
        String report = wrk(Long.toString(seconds));
        long requests = Long.parseLong(find(REQUESTS, report).group(1));
        return new Round(Double.parseDouble(find(RATE, report).group(1)), latencyUs(find(MEDIAN, report)),
            Cpu.ofProcess(server).since(application, requests),
            runtime == null ? new Cpu(0, 0) : Cpu.ofProcess(runtime).since(dataPath, requests),
            Cpu.ofEndedChildren().since(client, requests), Cpu.ofMachine().since(machine, requests));
    }

    private String wrk(String duration) throws IOException, InterruptedException {
        String report = execute("wrk --latency -t1 -c" + connections + " -d" + duration + "s http://" + HttpNode.SERVER_ADDRESS
            + ":" + HttpNode.SERVER_PORT + "/");
        Matcher errors = ERRORS.matcher(report);
        if (errors.find()) {
            throw new IOException("wrk reports " + errors.group(1).strip());
        }
        return report;
    }

    private static double latencyUs(Matcher latency) {
        double value = Double.parseDouble(latency.group(1));
        return switch (latency.group(2)) {
            case "us" -> value;
            case "ms" -> value * 1e3;
            default -> value * 1e6;
        };
    }

    private static Matcher find(Pattern pattern, String text) throws IOException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IOException("wrk's report has no " + pattern + ": " + text);
        }
        return matcher;
    }

    private static String execute(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + " has failed: " + output.strip());
        }
        return output;
    }

    private static void waitFor(Process... processes) throws InterruptedException {
        for (Process process : processes) {
            if (process != null) {
                process.waitFor();
            }
        }
    }

    private void print(int rounds, Map<String, List<Round>> results) {
        System.out.printf("wrk, 1 thread, %d connections, against a Vert.x HTTP server with one event loop; medians of %d rounds of %d s%n",
            connections, rounds, seconds);
        System.out.printf("CPU in us a request, user + system%n%-10s %11s %9s %15s %15s %15s %15s %22s%n", "", "requests/s",
            "p50 us", "application", "data path", "wrk", "machine", "requests/CPU-second");
        results.forEach((kind, all) -> System.out.printf("%-10s %11.0f %9.0f %15s %15s %15s %15s %22.0f%n", kind,
            median(all, Round::requestsPerSecond), median(all, Round::medianUs), cpu(all, r -> r.application),
            cpu(all, r -> r.dataPath), cpu(all, r -> r.client), cpu(all, r -> r.machine),
            median(all, r -> 1e6 / r.machine.sum())));
    }

    private static String cpu(List<Round> rounds, Function<Round, Cpu> whose) {
        return String.format("%.1f + %.1f", median(rounds, r -> whose.apply(r).user), median(rounds, r -> whose.apply(r).system));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
