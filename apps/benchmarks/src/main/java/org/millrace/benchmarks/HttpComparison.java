package org.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.benchmarks.figures.Figures;

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
    private static final int FIRST_PORT = 8080;
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");
    private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern MEDIAN = Pattern.compile("50% +([0-9.]+)(us|ms|s)");
    private static final Pattern ERRORS = Pattern.compile("(?m)^ *(Socket errors:.*|Non-2xx.*)$");
    private static final long WARMUP_SECONDS = 20;

    private final Path directory;
    private final long seconds;
    private final int connections;

    /** Figures of one round: microseconds a request, but for the rate and the latency. */
    private record Round(double requestsPerSecond, double medianUs, CpuTime application, CpuTime dataPath, CpuTime client, CpuTime machine) {
    }

    /** A server, and what carries its bytes: null for the kernel. */
    private record Server(String kind, String address, int port, Process application, Process dataPath, List<Round> rounds) {
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
        List<Server> servers = servers(rounds, seconds, connections);
        print(rounds, seconds, connections, servers);
    }

    /**
     * {@return of each kind, {@code millrace} first: {@code .rate}, {@code .p50}, and CPU a request of the
     * {@code .application}, of what serves ({@code .server}: application and data path) and of the {@code .machine}}
     *
     * @param rounds      how many
     * @param seconds     of each
     * @param connections how many
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static List<Figures> compare(int rounds, long seconds, int connections) throws IOException, InterruptedException {
        List<Figures> all = new ArrayList<>();
        for (Server server : servers(rounds, seconds, connections)) {
            all.add(figures(server, ".rate", "1/s", Round::requestsPerSecond));
            all.add(figures(server, ".p50", "us", Round::medianUs));
            all.add(figures(server, ".application", "us", round -> round.application.sum()));
            all.add(figures(server, ".server", "us", round -> round.application.sum() + round.dataPath.sum()));
            all.add(figures(server, ".machine", "us", round -> round.machine.sum()));
        }
        return all;
    }

    private static Figures figures(Server server, String what, String unit, ToDoubleFunction<Round> figure) {
        return new Figures(server.kind + what, unit, server.rounds.stream().mapToDouble(figure).toArray());
    }

    private static List<Server> servers(int rounds, long seconds, int connections) throws IOException, InterruptedException {
        Path directory = Scratch.create();
        try (TwoNetworks networks = new TwoNetworks()) {
            return new HttpComparison(directory, seconds, connections).run(rounds, networks);
        } finally {
            Scratch.delete(directory);
        }
    }

    private List<Server> run(int rounds, TwoNetworks networks) throws IOException, InterruptedException {
        List<Server> servers = new ArrayList<>();
        try {
            servers.add(overMillrace());
            for (int i = 0; i < KERNEL_KINDS.size(); i++) {
                Server server = overKernel(KERNEL_KINDS.get(i), FIRST_PORT + 1 + i, networks.inside());
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
            return servers;
        } finally {
            servers.forEach(server -> Children.end(server.application, server.dataPath));
        }
    }

    private Server overMillrace() throws IOException {
        String instance = directory.resolve("instance").toString();
        Process runtime = TwoNetworks.startRuntime(instance);
        Process application = Children.start(HttpNode.class, "millrace", TwoNetworks.MILLRACE_ADDRESS,
            Integer.toString(FIRST_PORT), instance);
        if (TwoNetworks.await("millrace", application)) {
            return new Server("millrace", TwoNetworks.MILLRACE_ADDRESS, FIRST_PORT, application, runtime, new ArrayList<>());
        }
        Children.end(application, runtime);
        throw new IOException("the server over Millrace does not start");
    }

    private static Server overKernel(String kind, int port, List<String> inside) throws IOException {
        Process application = Children.start(inside, HttpNode.class, kind, TwoNetworks.KERNEL_ADDRESS,
            Integer.toString(port));
        if (TwoNetworks.await(kind, application)) {
            return new Server(kind, TwoNetworks.KERNEL_ADDRESS, port, application, null, new ArrayList<>());
        }
        Children.end(application);
        return null;
    }

    private Round measure(Server server) throws IOException, InterruptedException {
        CpuTime machine = CpuTime.ofMachine();
        CpuTime application = CpuTime.ofProcess(server.application);
        CpuTime dataPath = CpuTime.ofProcess(server.dataPath);
        CpuTime client = CpuTime.ofEndedChildren();
        String report = wrk(server, seconds);
        long requests = Long.parseLong(find(REQUESTS, report).group(1));
        return new Round(Double.parseDouble(find(RATE, report).group(1)), latencyUs(find(MEDIAN, report)),
            CpuTime.ofProcess(server.application).since(application, requests),
            CpuTime.ofProcess(server.dataPath).since(dataPath, requests),
            CpuTime.ofEndedChildren().since(client, requests), CpuTime.ofMachine().since(machine, requests));
    }

    private String wrk(Server server, long duration) throws IOException, InterruptedException {
        String report = TwoNetworks.execute("wrk --latency -t1 -c" + connections + " -d" + duration + "s http://" + server.address + ":"
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

    private static void print(int rounds, long seconds, int connections, List<Server> servers) {
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

    private static String cpu(List<Round> rounds, Function<Round, CpuTime> whose) {
        return String.format("%.1f + %.1f", median(rounds, r -> whose.apply(r).user()), median(rounds, r -> whose.apply(r).system()));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return TwoNetworks.median(rounds.stream().mapToDouble(figure).toArray());
    }
}
