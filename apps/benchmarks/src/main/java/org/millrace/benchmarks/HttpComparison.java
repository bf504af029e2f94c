package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * wrk, on the kernel's TCP, against a Vert.x HTTP server with one event loop: over Millrace on the packet port and, in turn
 * with it, over kernel TCP with NIO, epoll and io_uring, over a veth pair each. All servers run all the time. Prints requests a second, the
 * median latency, and user and system CPU time a request of the application, of the data path, of wrk and of the whole
 * machine; medians over the rounds. What the veth's receiver does is charged to whoever sends, so only the machine's sum is
 * fair between the two.
 *
 * <p>Run it in a network namespace of its own: {@code unshare -Urn java ...}. The kernel's servers are in another one.
 *
 * <p>Arguments: rounds (5), seconds each (5), connections (64).
 */
public final class HttpComparison {
    private static final List<String> KERNEL_KINDS = List.of("nio", "epoll", "io_uring");
    private static final String MILLRACE_ADDRESS = "10.77.0.2";
    private static final String KERNEL_ADDRESS = "10.78.0.2";
    private static final int FIRST_PORT = 8080;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern MEDIAN = Pattern.compile("50% +([0-9.]+)(us|ms|s)");
    private static final Pattern ERRORS = Pattern.compile("(?m)^ *(Socket errors:.*|Non-2xx.*)$");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long WARMUP_SECONDS = 20;

    private final Path directory;
    private final long seconds;
    private final int connections;

    /** Figures of one round: microseconds a request, but for the rate and the latency. */
    private record Round(double requestsPerSecond, double medianUs, Cpu application, Cpu dataPath, Cpu client, Cpu machine) {
    }

    /** A server, and what carries its bytes: null for the kernel. */
    private record Server(String kind, String address, int port, Process application, Process dataPath, List<Round> rounds) {
    }

    /** CPU time in microseconds. */
    private record Cpu(double user, double system) {
        private static final int TICK_US = 10_000; // USER_HZ, proc(5)

        static Cpu ofProcess(Process process) throws IOException {
            if (process == null) {
                return new Cpu(0, 0);
            }
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
        String inside = "nsenter -t " + other.pid() + " -n ";
        execute("ip link set lo up");
        pair("client0", "10.77.0.1", "server0");
        execute("ip link set server0 up"); // without an address: it is the packet port's
        pair("client1", "10.78.0.1", "server1");
        execute("ip link set server1 netns " + other.pid());
        execute(inside + "ip addr add " + KERNEL_ADDRESS + "/24 dev server1");
        execute(inside + "ip link set server1 up");
        List<Server> servers = new ArrayList<>();
        try {
            servers.add(overMillrace());
            for (int i = 0; i < KERNEL_KINDS.size(); i++) {
                Server server = overKernel(KERNEL_KINDS.get(i), FIRST_PORT + 1 + i, inside);
                if (server != null) {
                    servers.add(server);
                }
            }
            for (Server server : servers) {
                wrk(server, WARMUP_SECONDS);
            }
            for (int round = 0; round < rounds; round++) {
                for (Server server : servers) {
                    server.rounds.add(measure(server));
                }
            }
            print(rounds, servers);
        } finally {
            servers.forEach(server -> Children.end(server.application, server.dataPath));
        }
    }

    private static void pair(String client, String address, String server) throws IOException, InterruptedException {
        for (String command : List.of("link add " + client + " type veth peer name " + server,
            "link set " + client + " addrgenmode none", "link set " + server + " addrgenmode none",
            "addr add " + address + "/24 dev " + client, "link set " + client + " up")) {
            execute("ip " + command);
        }
    }

    private Server overMillrace() throws IOException {
        String instance = directory.resolve("instance").toString();
        Process runtime = Children.start(HttpNode.class, "runtime", MILLRACE_ADDRESS, "server0", instance);
        Process application = null;
        if (await("the runtime", runtime)) {
            application = Children.start(HttpNode.class, "millrace", MILLRACE_ADDRESS, Integer.toString(FIRST_PORT), instance);
            if (await("millrace", application)) {
                return new Server("millrace", MILLRACE_ADDRESS, FIRST_PORT, application, runtime, new ArrayList<>());
            }
        }
        Children.end(application, runtime);
        throw new IOException("the server over Millrace does not start");
    }

    private static Server overKernel(String kind, int port, String inside) throws IOException {
        Process application = Children.start(List.of(inside.split(" ")), HttpNode.class, kind, KERNEL_ADDRESS,
            Integer.toString(port));
        if (await(kind, application)) {
            return new Server(kind, KERNEL_ADDRESS, port, application, null, new ArrayList<>());
        }
        Children.end(application);
        return null;
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

    private Round measure(Server server) throws IOException, InterruptedException {
        Cpu machine = Cpu.ofMachine();
        Cpu application = Cpu.ofProcess(server.application);
        Cpu dataPath = Cpu.ofProcess(server.dataPath);
        Cpu client = Cpu.ofEndedChildren();
        String report = wrk(server, seconds);
        long requests = Long.parseLong(find(REQUESTS, report).group(1));
        return new Round(Double.parseDouble(find(RATE, report).group(1)), latencyUs(find(MEDIAN, report)),
            Cpu.ofProcess(server.application).since(application, requests),
            Cpu.ofProcess(server.dataPath).since(dataPath, requests),
            Cpu.ofEndedChildren().since(client, requests), Cpu.ofMachine().since(machine, requests));
    }

    private String wrk(Server server, long duration) throws IOException, InterruptedException {
        String report = execute("wrk --latency -t1 -c" + connections + " -d" + duration + "s http://" + server.address + ":"
            + server.port + "/");
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

    private void print(int rounds, List<Server> servers) {
        System.out.printf("wrk, 1 thread, %d connections, against a Vert.x HTTP server with one event loop; "
            + "medians of %d rounds of %d s; CPU in us a request, user + system%n", connections, rounds, seconds);
        System.out.printf("%-10s %11s %9s %15s %15s %15s %15s %22s%n", "", "requests/s", "p50 us", "application", "data path",
            "wrk", "machine", "requests/CPU-second");
        for (Server server : servers) {
            List<Round> all = server.rounds;
            System.out.printf("%-10s %11.0f %9.0f %15s %15s %15s %15s %22.0f%n", server.kind,
                median(all, Round::requestsPerSecond), median(all, Round::medianUs), cpu(all, Round::application),
                cpu(all, Round::dataPath), cpu(all, Round::client), cpu(all, Round::machine),
                median(all, round -> 1e6 / round.machine.sum()));
        }
    }

    private static String cpu(List<Round> rounds, Function<Round, Cpu> whose) {
        return String.format("%.1f + %.1f", median(rounds, r -> whose.apply(r).user), median(rounds, r -> whose.apply(r).system));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
