package org.millrace.benchmarks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.millrace.benchmarks.figures.Figures;

/**
 * The kernel's curl gets and posts a file, one connection each, from the JDK's HTTP server: over Millrace by the selector
 * provider, and in turn with it over kernel TCP, over a veth pair each. Prints the rate and what CPU time application,
 * data path and the whole machine take; medians over the rounds, the first two of which only warm. What a veth's receiver does is charged to
 * whoever sends.
 *
 * <p>Run it in a network namespace of its own: {@code unshare -Urn java ...}.
 *
 * <p>Arguments: rounds (9), megabytes (500).
 */
public final class TransferComparison {
    private static final int WARMUP_ROUNDS = 2;

    private final int megabytes;
    private final Path file;

    /** Figures of one transfer: CPU in milliseconds a gigabyte. */
    private record Transfer(double gbitPerSecond, double applicationMs, double dataPathMs, double machineMs) {
    }

    private record Server(String name, String address, Process application, Process dataPath, List<Transfer> gets,
                          List<Transfer> posts) {
    }

    private TransferComparison(int megabytes, Path file) {
        this.megabytes = megabytes;
        this.file = file;
    }

    /**
     * Compares.
     *
     * @param arguments rounds, megabytes
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        int megabytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 500;
        System.out.printf("curl, %d MB, the JDK's HTTP server; %d rounds; CPU in ms a GB%n", megabytes, rounds);
        System.out.printf("%-28s %8s %8s %8s%n", "", "median", "least", "most");
        for (Figures figures : compare(rounds, megabytes)) {
            System.out.printf("%-28s %8.1f %8.1f %8.1f %s%n", figures.subject(), figures.median(), figures.least(),
                figures.most(), figures.unit());
        }
    }

    /**
     * {@return for {@code millrace} and {@code kernel}, {@code GET} and {@code POST}: {@code .rate}, and the CPU time of
     * {@code .application}, {@code .datapath} and the whole {@code .machine}}
     *
     * @param rounds    how many
     * @param megabytes of each transfer
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static List<Figures> compare(int rounds, int megabytes) throws IOException, InterruptedException {
        Path directory = Scratch.create();
        Path file = directory.resolve("file");
        try (TwoNetworks networks = new TwoNetworks(); RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(megabytes * 1_000_000L);
            return new TransferComparison(megabytes, file).run(rounds, networks, directory.resolve("instance").toString());
        } finally {
            Scratch.delete(directory);
        }
    }

    private List<Figures> run(int rounds, TwoNetworks networks, String instance) throws IOException, InterruptedException {
        Process runtime = TwoNetworks.startRuntime(instance);
        Process over = Children.start(TransferNode.class, TwoNetworks.MILLRACE_ADDRESS, "80", instance);
        Process kernel = Children.start(networks.inside(), TransferNode.class, TwoNetworks.KERNEL_ADDRESS, "80");
        try {
            if (!TwoNetworks.await("the server over Millrace", over) | !TwoNetworks.await("the kernel's server", kernel)) {
                throw new IOException("a server does not start");
            }
            List<Server> servers = List.of(
                new Server("millrace", TwoNetworks.MILLRACE_ADDRESS, over, runtime, new ArrayList<>(), new ArrayList<>()),
                new Server("kernel", TwoNetworks.KERNEL_ADDRESS, kernel, null, new ArrayList<>(), new ArrayList<>()));
            for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
                for (Server server : servers) {
                    String url = "http://" + server.address + "/";
                    Transfer get = measure(server, "%{speed_download} " + url + megabytes * 1_000_000L);
                    Transfer post = measure(server, "%{speed_upload} -H Expect: -X POST -T " + file + " " + url);
                    if (round >= 0) {
                        server.gets.add(get);
                        server.posts.add(post);
                    }
                }
            }
            List<Figures> all = new ArrayList<>();
            for (Server server : servers) {
                all.addAll(figures(server.name + ".GET", server.gets));
                all.addAll(figures(server.name + ".POST", server.posts));
            }
            return all;
        } finally {
            Children.end(over, kernel, runtime);
        }
    }

    private Transfer measure(Server server, String what) throws IOException, InterruptedException {
        CpuTime application = CpuTime.ofProcess(server.application);
        CpuTime dataPath = CpuTime.ofProcess(server.dataPath);
        CpuTime machine = CpuTime.ofMachine();
        String bytesPerSecond = TwoNetworks.execute("curl -sSf -m 90 -o /dev/null -w " + what);
        double gigabytes = megabytes / 1e3;
        return new Transfer(Double.parseDouble(bytesPerSecond.strip()) * 8 / 1e9,
            CpuTime.ofProcess(server.application).since(application, gigabytes * 1e3).sum(),
            CpuTime.ofProcess(server.dataPath).since(dataPath, gigabytes * 1e3).sum(),
            CpuTime.ofMachine().since(machine, gigabytes * 1e3).sum());
    }

    private static List<Figures> figures(String what, List<Transfer> transfers) {
        return List.of(figures(what + ".rate", "Gbit/s", transfers, Transfer::gbitPerSecond),
            figures(what + ".application", "ms/GB", transfers, Transfer::applicationMs),
            figures(what + ".datapath", "ms/GB", transfers, Transfer::dataPathMs),
            figures(what + ".machine", "ms/GB", transfers, Transfer::machineMs));
    }

    private static Figures figures(String what, String unit, List<Transfer> transfers, ToDoubleFunction<Transfer> figure) {
        return new Figures(what, unit, transfers.stream().mapToDouble(figure).toArray());
    }
}
