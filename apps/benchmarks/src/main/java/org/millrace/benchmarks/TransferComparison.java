package org.millrace.benchmarks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The kernel's curl gets and posts a file, one connection each, from the JDK's HTTP server: over Millrace by the selector
 * provider, and in turn with it over kernel TCP, over a veth pair each. Prints the rate and what CPU time application and
 * data path take; medians over the rounds, the first two of which only warm. What a veth's receiver does is charged to
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
    private record Transfer(double gbitPerSecond, double applicationMs, double dataPathMs) {
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
        Path directory = Scratch.create();
        Path file = directory.resolve("file");
        try (TwoNetworks networks = new TwoNetworks(); RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.setLength(megabytes * 1_000_000L);
            new TransferComparison(megabytes, file).run(rounds, networks, directory.resolve("instance").toString());
        } finally {
            Scratch.delete(directory);
        }
    }

    private void run(int rounds, TwoNetworks networks, String instance) throws IOException, InterruptedException {
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
            System.out.printf("curl, %d MB, the JDK's HTTP server; medians of %d rounds; CPU in ms a GB%n", megabytes, rounds);
            System.out.printf("%-10s %5s %8s %12s %10s%n", "", "", "Gbit/s", "application", "data path");
            for (Server server : servers) {
                print(server.name, "GET", server.gets);
                print(server.name, "POST", server.posts);
            }
        } finally {
            Children.end(over, kernel, runtime);
        }
    }

    private Transfer measure(Server server, String what) throws IOException, InterruptedException {
        CpuTime application = CpuTime.ofProcess(server.application);
        CpuTime dataPath = CpuTime.ofProcess(server.dataPath);
        String bytesPerSecond = TwoNetworks.execute("curl -sSf -m 90 -o /dev/null -w " + what);
        double gigabytes = megabytes / 1e3;
        return new Transfer(Double.parseDouble(bytesPerSecond.strip()) * 8 / 1e9,
            CpuTime.ofProcess(server.application).since(application, gigabytes * 1e3).sum(),
            CpuTime.ofProcess(server.dataPath).since(dataPath, gigabytes * 1e3).sum());
    }

    private static void print(String name, String method, List<Transfer> transfers) {
        System.out.printf("%-10s %5s %8.1f %12.0f %10.0f%n", name, method, median(transfers, Transfer::gbitPerSecond),
            median(transfers, Transfer::applicationMs), median(transfers, Transfer::dataPathMs));
    }

    private static double median(List<Transfer> transfers, ToDoubleFunction<Transfer> figure) {
        return TwoNetworks.median(transfers.stream().mapToDouble(figure).toArray());
    }
}
