package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;

/**
 * What an echo of 64 bytes (see {@link EchoBenchmark}) costs with each transport on hw-bluefield: CPU time of the only
 * thread, so that a busy machine lengthens the run and not the figure by much. A process for each subject, whose code is
 * compiled for it alone; rounds in turn. Prints medians and least figures, and medians of the ratios to the first subject
 * within a round; if {@code harness} is among the subjects, also without what it costs.
 *
 * <p>Arguments: rounds (15), batches of 16 echoes a round (20000), flows (1024), conditions ({@code raw} or
 * {@code libtoe}, with {@code ,random} and {@code ,checksums} if wanted, see {@link EchoConditions}), what to compare with
 * the first of (all transports): a transport, {@code tcp-flextoe:off} the same after its trace points were on,
 * {@code tcp-flextoe:on} with all of them on, {@code tcp-flextoe:RX.protocol} with some, {@code yardstick} the same by hand,
 * {@code harness} neither, {@code c-loop} a checksum of 1460 bytes in C, which tells how fast the machine is just now.
 */
public final class EchoTransports {
    private static final List<TransportFactory> TRANSPORTS = List.of(new FlexToeFactory(), new LaminarFactory());
    private static final int WARMUP_ROUNDS = 5;
    private static final String SERVE = "serve";
    private static final String YARDSTICK = "yardstick";
    private static final String HARNESS = "harness";
    private static final String C_LOOP = "c-loop";

    private EchoTransports() {
    }

    /**
     * Runs it.
     *
     * @param arguments see above
     * @throws Exception if a process fails
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals(SERVE)) {
            serve(arguments[1], Integer.parseInt(arguments[2]),
                EchoConditions.of(Integer.parseInt(arguments[3]), arguments[4]));
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        String batches = arguments.length > 1 ? arguments[1] : "20000";
        String flows = arguments.length > 2 ? arguments[2] : "1024";
        String conditions = arguments.length > 3 ? arguments[3] : "raw";
        List<String> subjects = arguments.length > 4 ? List.of(arguments[4].split(","))
            : TRANSPORTS.stream().map(TransportFactory::name).toList();
        System.out.printf("64 B echo on hw-bluefield, CPU ns, %s flows, %s, %d rounds of %s batches%n", flows, conditions,
            rounds, batches);
        print(subjects, compare(subjects, rounds, batches, flows, conditions));
    }

    /**
     * Measures subjects in turn.
     *
     * @param subjects   see above
     * @param rounds     how many
     * @param batches    of 16 echoes, a round
     * @param flows      how many
     * @param conditions see above
     * @return CPU ns an echo of each subject and round
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static double[][] compare(List<String> subjects, int rounds, String batches, String flows, String conditions)
            throws IOException, InterruptedException {
        List<Process> processes = new ArrayList<>();
        try {
            for (String subject : subjects) {
                processes.add(subject.equals(C_LOOP) ? ChecksumLoop.start()
                    : Children.start(EchoTransports.class, SERVE, subject, batches, flows, conditions));
            }
            return measure(processes, rounds);
        } finally {
            Children.end(processes.toArray(Process[]::new));
        }
    }

    static TransportFactory transport(String name) {
        return TRANSPORTS.stream().filter(transport -> transport.name().equals(name)).findFirst()
            .orElseThrow(() -> new IllegalArgumentException(name));
    }

    private static void serve(String subject, int batches, EchoConditions conditions) throws Exception {
        EchoSubject world = switch (subject) {
            case YARDSTICK -> new YardstickWorld(conditions, false);
            case HARNESS -> new YardstickWorld(conditions, true);
            default -> transport(subject.split(":"), conditions);
        };
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        while (commands.readLine() != null) {
            world.check();
            long beforeNs = ThreadTimes.cpuNs(Thread.currentThread());
            for (int i = 0; i < batches; i++) {
                world.echo();
            }
            long usedNs = ThreadTimes.cpuNs(Thread.currentThread()) - beforeNs;
            world.check();
            System.out.println((double) usedNs / batches / EchoSubject.BATCH);
        }
    }

    private static EchoWorld transport(String[] words, EchoConditions conditions) throws Exception {
        EchoWorld world = new EchoWorld(new BluefieldBackend(), transport(words[0]), conditions);
        if (words.length > 1) {
            world.trace(words[1].equals("on") || words[1].equals("off") ? TraceRequest.ALL
                : new TraceRequest(Set.of(words[1])));
            world.echo();
        }
        if (words.length > 1 && words[1].equals("off")) {
            world.trace(TraceRequest.OFF);
        }
        return world;
    }

    private static double[][] measure(List<Process> processes, int rounds) throws IOException {
        double[][] figures = new double[processes.size()][rounds];
        for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
            for (int i = 0; i < figures.length; i++) {
                Children.tell(processes.get(i), "go");
                figures[i][Math.max(0, round)] = Double.parseDouble(Children.answer(processes.get(i)));
            }
        }
        return figures;
    }

    private static void print(List<String> subjects, double[][] figures) {
        int harness = subjects.indexOf(HARNESS);
        double[] nothing = new double[figures[0].length];
        System.out.printf("%-24s %8s %8s %8s %8s%n", "", "median", "least", "ratio", harness < 0 ? "" : "without");
        for (int i = 0; i < figures.length; i++) {
            System.out.printf("%-24s %8.1f %8.1f %8.2f %8s%n", subjects.get(i), median(figures[i]),
                Arrays.stream(figures[i]).min().orElseThrow(), median(ratios(figures[i], figures[0], nothing)),
                harness < 0 || i == harness || subjects.get(i).equals(C_LOOP) ? "" : String.format("%.2f", median(ratios(figures[i], figures[0], figures[harness]))));
        }
    }

    private static double[] ratios(double[] of, double[] to, double[] without) {
        double[] ratios = new double[of.length];
        Arrays.setAll(ratios, i -> (of[i] - without[i]) / (to[i] - without[i]));
        return ratios;
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
