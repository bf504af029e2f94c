package org.millrace.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.launcher.image.Image;

/**
 * Transports and hardware replaced under traffic: clients fetch and post files all the time, an operator's {@code millrace
 * swap} runs in a shell of its own, and a table shows what crosses the wire. Every file must arrive as it was sent.
 */
final class SwapDemo {
    /** Then it hangs: a rehearsal is seconds of processor time, of which a busy machine gives a tenth. */
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SAMPLES_A_ROW = 5;
    private static final long PHASE_NS = TimeUnit.SECONDS.toNanos(4);
    private static final String FLEXTOE = "tcp-flextoe";
    private static final String LAMINAR = "tcp-laminar";
    private static final String BLUEFIELD = "hw-bluefield";
    private static final String AGILIO = "hw-agilio";
    private static final String TOFINO = "hw-tofino";
    private static final Side FIRST = new Side(FLEXTOE, BLUEFIELD);
    private static final List<Side> THEN = List.of(new Side(LAMINAR, BLUEFIELD), new Side(LAMINAR, TOFINO),
        new Side(LAMINAR, BLUEFIELD), FIRST, new Side(FLEXTOE, AGILIO), FIRST);
    private static final Pattern PAUSE = Pattern.compile("\"pause_us\" ?: ?(\\d+)");
    private static final Pattern CONNECTIONS = Pattern.compile("\"connections\" ?: ?(\\d+)");

    private final Processes processes;
    private final Path directory;
    private final Path instance;
    private final Traffic traffic;
    private final Claims claims;
    private final long startNs = System.nanoTime();
    private final StringBuilder rates = new StringBuilder("seconds,runs,to_clients_gbit_s,from_clients_gbit_s,pause_us\n");

    /** What runs. */
    private record Side(String transport, String hardware) {
        @Override
        public String toString() {
            return transport + " on " + hardware;
        }
    }

    private SwapDemo(Processes processes, Path directory, Traffic traffic, Claims claims) {
        this.processes = processes;
        this.directory = directory;
        this.traffic = traffic;
        this.claims = claims;
        instance = directory.resolve("demo");
    }

    /**
     * Runs it and prints what held.
     *
     * @param bytes   of each file
     * @param refusal why there is no Linux to talk to, or null if there is
     * @param rates   where to write the rates, or null
     * @return whether all held
     */
    static boolean run(Processes processes, Path directory, long bytes, int mtuBytes, String refusal, boolean json,
                       Path rates)
        throws IOException, InterruptedException {
        DemoNetwork network = DemoNetwork.create(processes, directory, mtuBytes, refusal);
        Path root = Files.createDirectory(directory.resolve("root"));
        String hash = Payload.write(root.resolve("payload"), bytes, 1);
        Map<String, String> configuration = network.configuration(directory.resolve("demo"));
        configuration.putAll(Map.of("flows", "32768", // as many as hw-tofino has room for
            "app.fileserver.listen", LinuxLink.MILLRACE_ADDRESS + ":80", "app.fileserver.root", root.toString()));
        RuntimeProcess runtime = RuntimeProcess.start(processes, directory, "runtime", configuration);
        say("The runtime says: " + runtime.readyLine());
        Claims claims = new Claims();
        Traffic traffic = new Traffic(network.fetcher(), "http://" + LinuxLink.MILLRACE_ADDRESS + ":80/", root.resolve("payload"), hash);
        SwapDemo demo = new SwapDemo(processes, directory, traffic, claims);
        demo.run(runtime);
        if (rates != null) {
            Files.writeString(rates, demo.rates);
        }
        System.out.println(json ? claims.json() : claims.text());
        return claims.held();
    }

    private void run(RuntimeProcess runtime) throws IOException, InterruptedException {
        traffic.start();
        say(String.format("%n%8s  %-28s %14s %14s", "seconds", "", "to clients", "from clients"));
        watch(FIRST, null, null);
        Side before = FIRST;
        for (Side side : THEN) {
            swap(before, side);
            before = side;
        }
        traffic.stop();
        Map<String, Long> counters = runtime.stop();
        claims.add("every file arrived as it was sent", traffic.failures().isEmpty() && traffic.completed() > 0,
            traffic.completed() + " files" + (traffic.failures().isEmpty() ? "" : "; " + traffic.failures()));
        claims.add("no context was closed for cause", counters.get("contexts.closed for cause") == 0, "");
    }

    private void swap(Side before, Side side) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Image.shortCommand(List.of("tools", "lib", "bundles"), "org.millrace.cli.Main"));
        command.addAll(List.of("swap", instance.toString(), "--transport", side.transport, "--hardware", side.hardware,
            "--json"));
        String name = "swap-" + side.transport + "-" + side.hardware + "-" + System.nanoTime();
        say(String.format("          $ millrace swap demo --transport %s --hardware %s", side.transport, side.hardware));
        watch(before, processes.start(name, command), null);
        watch(side, null, report(name, side));
    }

    private Report report(String name, Side side) throws IOException {
        String json = Files.readString(processes.output(name));
        Matcher pause = PAUSE.matcher(json);
        Matcher connections = CONNECTIONS.matcher(json);
        if (!pause.find() || !connections.find()) {
            throw new DemoFailure("no swap to " + side + ": " + processes.tail(name));
        }
        Report report = new Report(Long.parseLong(pause.group(1)), Long.parseLong(connections.group(1)));
        say(String.format("          %s: %d connections handed over, paused for %.1f ms", side, report.connections,
            report.pauseUs / 1e3));
        claims.add("swapped to " + side, report.connections > 0, String.format("%d connections, pause %.1f ms",
            report.connections, report.pauseUs / 1e3));
        return report;
    }

    /** What {@code millrace swap} has said. */
    private record Report(long pauseUs, long connections) {
    }

    /** Prints a row every half second, until the process ends or, without one, for a phase's time. */
    private void watch(Side side, Process until, Report swapped) throws IOException {
        List<Long> samples = new ArrayList<>();
        long[] row = traffic.bytes();
        long[] sample = row;
        long sampledNs = System.nanoTime();
        long deadlineNs = System.nanoTime() + (until == null ? PHASE_NS : LIMIT.toNanos());
        for (int i = 1; until == null ? System.nanoTime() < deadlineNs : until.isAlive(); i++) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new DemoFailure("a swap takes more than " + LIMIT.toSeconds() + " s");
            }
            LockSupport.parkNanos(SAMPLE_NS);
            long[] now = traffic.bytes();
            long nowNs = System.nanoTime();
            samples.add(now[0] + now[1] - sample[0] - sample[1]);
            rates.append(String.format(Locale.ROOT, "%.3f,%s,%.3f,%.3f,%s%n", (nowNs - startNs) / 1e9, side,
                8.0 * (now[0] - sample[0]) / (nowNs - sampledNs), 8.0 * (now[1] - sample[1]) / (nowNs - sampledNs),
                i == 1 && swapped != null ? swapped.pauseUs : ""));
            sample = now;
            sampledNs = nowNs;
            if (i % SAMPLES_A_ROW == 0) {
                say(String.format("%8.1f  %-28s %9.2f Gbit/s %7.2f Gbit/s", (System.nanoTime() - startNs) / 1e9, side,
                    gigabits(now[0] - row[0], SAMPLES_A_ROW), gigabits(now[1] - row[1], SAMPLES_A_ROW)));
                row = now;
            }
        }
        if (swapped != null) {
            recovery(side, samples);
        }
    }

    /** When it first reached nine tenths of what it then ran at: the median of the phase's second half. */
    private void recovery(Side side, List<Long> rates) {
        long[] late = rates.subList(rates.size() / 2, rates.size()).stream().mapToLong(Long::longValue).sorted().toArray();
        long steady = late[late.length / 2];
        int first = 0;
        while (first < rates.size() && rates.get(first) < 0.9 * steady) {
            first++;
        }
        say(String.format("          %s runs at %.2f Gbit/s; nine tenths of that %.1f s after the swap", side,
            gigabits(steady, 1), (first + 1) * SAMPLE_NS / 1e9));
    }

    private static double gigabits(long bytes, int samples) {
        return bytes * 8.0 / (samples * SAMPLE_NS);
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
