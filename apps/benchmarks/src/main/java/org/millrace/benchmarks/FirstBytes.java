package org.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.millrace.benchmarks.figures.Figures;

/**
 * How much the kernel's curl has got 100 ms after it has begun, connecting included, from the JDK's HTTP server: over Millrace by
 * the selector provider, and over kernel TCP. First of processes that have served nobody yet, then on a new connection to the
 * same when they are warm. Every round begins new processes.
 *
 * <p>Run it in a network namespace of its own: {@code unshare -Urn java ...}.
 *
 * <p>Arguments: rounds (5).
 */
public final class FirstBytes {
    private static final String SECONDS = "0.1";
    private static final long ENDLESS_BYTES = 100_000_000_000L;
    private static final long WARM_BYTES = 500_000_000L;
    private static final int WARM_TRANSFERS = 3;
    private static final long LIMIT_SECONDS = 30;

    private final Map<String, List<Double>> megabytes = new LinkedHashMap<>();

    private FirstBytes() {
    }

    /**
     * Compares.
     *
     * @param arguments rounds
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        System.out.printf("bytes that curl has after %s s from the JDK's HTTP server, %d rounds%n", SECONDS, rounds);
        for (Figures figures : compare(rounds)) {
            System.out.printf("%-28s %8.2f %8.2f %8.2f %s%n", figures.subject(), figures.median(), figures.least(), figures.most(),
                figures.unit());
        }
    }

    /**
     * {@return for {@code millrace} and {@code kernel}, of processes that have served nobody ({@code .first}) and of warm ones
     * ({@code .warm}), megabytes in the first 100 ms of a connection}
     *
     * @param rounds how many
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static List<Figures> compare(int rounds) throws IOException, InterruptedException {
        FirstBytes comparison = new FirstBytes();
        try (TwoNetworks networks = new TwoNetworks()) {
            for (int round = 0; round < rounds; round++) {
                comparison.round(networks);
            }
        }
        List<Figures> all = new ArrayList<>();
        comparison.megabytes.forEach((subject, values) ->
            all.add(new Figures(subject, "MB", values.stream().mapToDouble(value -> value).toArray())));
        return all;
    }

    private void round(TwoNetworks networks) throws IOException, InterruptedException {
        Path directory = Scratch.create();
        String instance = directory.resolve("instance").toString();
        Process runtime = TwoNetworks.startRuntime(instance);
        Process over = Children.start(TransferNode.class, TwoNetworks.MILLRACE_ADDRESS, "80", instance);
        Process kernel = Children.start(networks.inside(), TransferNode.class, TwoNetworks.KERNEL_ADDRESS, "80");
        try {
            if (!TwoNetworks.await("the server over Millrace", over) | !TwoNetworks.await("the kernel's server", kernel)) {
                throw new IOException("a server does not start");
            }
            measure("millrace", TwoNetworks.MILLRACE_ADDRESS);
            measure("kernel", TwoNetworks.KERNEL_ADDRESS);
        } finally {
            Children.end(over, kernel, runtime);
            Scratch.delete(directory);
        }
    }

    private void measure(String name, String address) throws IOException, InterruptedException {
        note(name + ".first", first(address));
        for (int i = 0; i < WARM_TRANSFERS; i++) {
            TwoNetworks.execute("curl -sSf -m 90 -o /dev/null http://" + address + "/" + WARM_BYTES);
        }
        note(name + ".warm", first(address));
    }

    private void note(String subject, double value) {
        megabytes.computeIfAbsent(subject, fresh -> new ArrayList<>()).add(value);
    }

    /** curl ends by its limit of time, which for it is a failure. */
    private static double first(String address) throws IOException, InterruptedException {
        Process curl = new ProcessBuilder("curl", "-s", "-m", SECONDS, "-o", "/dev/null", "-w", "%{size_download}",
            "http://" + address + "/" + ENDLESS_BYTES).start();
        String bytes = new String(curl.getInputStream().readAllBytes());
        if (!curl.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            curl.destroyForcibly();
            throw new IOException("curl does not end");
        }
        return Double.parseDouble(bytes.strip()) / 1e6;
    }
}
