package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.millrace.benchmarks.figures.Figures;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.tcp.flextoe.FlexToeFactory;

/**
 * What an echo of 64 bytes (see {@link EchoBenchmark}) costs in several shards, with the load made in each shard's own thread:
 * beside as many processes of one data path each, in turn. Prints CPU time and wall time of a thread for each echo, medians.
 *
 * <p>Arguments: rounds (9), shards (2), flows of each (1024), batches of 16 echoes a round (10240).
 */
public final class ShardEcho {
    /** The load alone, in as many threads. */
    public static final String HARNESS = "harness";
    /** One data path alone on the machine. */
    public static final String ONE = "one";
    /** The same as a shard of one. */
    public static final String ONE_SHARD = "one-shard";
    /** As many processes of one data path each. */
    public static final String PROCESSES = "processes";
    /** The shards. */
    public static final String SHARDS = "shards";
    /** The shards in step, see {@link EchoPhases}. */
    public static final String IN_STEP = "in-step";
    /** The same, and half of the frames come to the wrong one. */
    public static final String STRAYS = "strays";
    /** Of CPU time. */
    public static final String CPU = ".cpu";
    /** Of wall time. */
    public static final String WALL = ".wall";

    private static final List<String> SUBJECTS = List.of(HARNESS, ONE, ONE_SHARD, PROCESSES, SHARDS, IN_STEP, STRAYS);
    private static final String SERVE = "serve";
    private static final int WARMUP_ROUNDS = 5;

    /** What a thread does in a round; answers its CPU time, ns. */
    private interface Work {
        long run();
    }

    /**
     * What is measured.
     *
     * @param shards  how many
     * @param flows   of each
     * @param batches of 16 echoes a shard and round, so many that each flow has as many
     */
    public record Size(int shards, int flows, int batches) {
        private List<String> arguments() {
            return List.of(Integer.toString(shards), Integer.toString(flows), Integer.toString(batches));
        }

        private static Size of(String[] arguments, int first) {
            return new Size(Integer.parseInt(arguments[first]), Integer.parseInt(arguments[first + 1]),
                Integer.parseInt(arguments[first + 2]));
        }

        private EchoConditions conditions() {
            return EchoConditions.of(flows, "raw,random,checksums");
        }
    }

    private ShardEcho() {
    }

    /**
     * Runs it.
     *
     * @param arguments see above
     * @throws Exception if a process fails
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals(SERVE)) {
            serve(arguments[1], Integer.parseInt(arguments[2]), Size.of(arguments, 3));
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        Size size = Size.of(new String[] {arguments.length > 1 ? arguments[1] : "2", arguments.length > 2 ? arguments[2] : "1024",
            arguments.length > 3 ? arguments[3] : "10240"}, 0);
        System.out.printf("64 B echo, %d shards of %d flows, %d rounds of %d batches, ns an echo and thread%n%-16s %8s %8s %8s%n",
            size.shards, size.flows, rounds, size.batches, "", "median", "least", "most");
        compare(rounds, size).values().forEach(figures -> System.out.printf("%-16s %8.1f %8.1f %8.1f%n", figures.subject(),
            figures.median(), figures.least(), figures.most()));
    }

    /**
     * Measures all subjects in turn.
     *
     * @param rounds how many
     * @param size   what of
     * @return ns an echo and thread by subject and {@link #CPU} or {@link #WALL}
     * @throws IOException if a process fails
     */
    public static Map<String, Figures> compare(int rounds, Size size) throws IOException {
        List<List<Process>> processes = new ArrayList<>();
        try {
            for (String subject : SUBJECTS) {
                List<Process> own = new ArrayList<>();
                processes.add(own);
                for (int i = 0; i < (subject.equals(PROCESSES) ? size.shards : 1); i++) {
                    List<String> arguments = new ArrayList<>(List.of(SERVE, subject, Integer.toString(i)));
                    arguments.addAll(size.arguments());
                    own.add(Children.start(ShardEcho.class, arguments.toArray(String[]::new)));
                }
            }
            return measure(processes, rounds);
        } finally {
            processes.forEach(own -> Children.end(own.toArray(Process[]::new)));
        }
    }

    private static Map<String, Figures> measure(List<List<Process>> processes, int rounds) throws IOException {
        double[][] cpu = new double[SUBJECTS.size()][rounds];
        double[][] wall = new double[SUBJECTS.size()][rounds];
        for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
            for (int i = 0; i < SUBJECTS.size(); i++) {
                double[] ns = round(processes.get(i));
                cpu[i][Math.max(0, round)] = ns[0];
                wall[i][Math.max(0, round)] = ns[1];
            }
        }
        Map<String, Figures> all = new LinkedHashMap<>();
        for (int i = 0; i < SUBJECTS.size(); i++) {
            all.put(SUBJECTS.get(i) + CPU, new Figures(SUBJECTS.get(i) + CPU, "ns", cpu[i]));
            all.put(SUBJECTS.get(i) + WALL, new Figures(SUBJECTS.get(i) + WALL, "ns", wall[i]));
        }
        return all;
    }

    /** {@return CPU and wall ns an echo and thread; processes of one subject run at once} */
    private static double[] round(List<Process> processes) throws IOException {
        for (Process process : processes) {
            Children.tell(process, "go");
        }
        double[] sums = new double[2];
        for (Process process : processes) {
            String[] ns = Children.answer(process).split(" ");
            sums[0] += Double.parseDouble(ns[0]) / processes.size();
            sums[1] += Double.parseDouble(ns[1]) / processes.size();
        }
        return sums;
    }

    private static void serve(String subject, int index, Size size) throws Exception {
        List<Work> works = works(subject, index, size);
        try (ExecutorService threads = Executors.newFixedThreadPool(works.size())) {
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
            while (commands.readLine() != null) {
                double cpuNs = 0;
                double wallNs = 0;
                for (Future<long[]> one : threads.invokeAll(works.stream().map(ShardEcho::timed).toList())) {
                    cpuNs += one.get()[0];
                    wallNs += one.get()[1];
                }
                double echoes = (double) size.batches * EchoSubject.BATCH * works.size();
                System.out.println(cpuNs / echoes + " " + wallNs / echoes);
            }
        }
    }

    private static Callable<long[]> timed(Work work) {
        return () -> {
            long beganNs = System.nanoTime();
            long cpuNs = work.run();
            return new long[] {cpuNs, System.nanoTime() - beganNs};
        };
    }

    private static List<Work> works(String subject, int index, Size size) throws Exception {
        return switch (subject) {
            case HARNESS -> IntStream.range(0, size.shards).mapToObj(i -> free(size, new YardstickWorld(size.conditions(), true)))
                .toList();
            case ONE, PROCESSES -> List.of(free(size, world(size, EchoShard.independent(size.shards).get(index))));
            case ONE_SHARD -> List.of(free(size, world(size, EchoShard.together(1).getFirst())));
            case SHARDS -> worlds(size).stream().map(world -> free(size, world)).toList();
            case IN_STEP, STRAYS -> phases(size, subject.equals(STRAYS));
            default -> throw new IllegalArgumentException(subject);
        };
    }

    private static EchoWorld world(Size size, EchoShard shard) throws Exception {
        return new EchoWorld(new BluefieldBackend(), new FlexToeFactory(), size.conditions(), shard);
    }

    private static List<EchoWorld> worlds(Size size) throws Exception {
        List<EchoWorld> worlds = new ArrayList<>();
        for (EchoShard shard : EchoShard.together(size.shards)) {
            worlds.add(world(size, shard));
        }
        worlds.forEach(EchoWorld::finish); // what the others have handed over: who their neighbours are
        return worlds;
    }

    private static Work free(Size size, EchoSubject subject) {
        return () -> {
            subject.check();
            long beforeNs = ThreadTimes.cpuNs(Thread.currentThread());
            for (int i = 0; i < size.batches; i++) {
                subject.echo();
            }
            return ThreadTimes.cpuNs(Thread.currentThread()) - beforeNs;
        };
    }

    private static List<Work> phases(Size size, boolean strays) throws Exception {
        List<EchoWorld> worlds = worlds(size);
        CyclicBarrier all = new CyclicBarrier(size.shards);
        return IntStream.range(0, size.shards).mapToObj(i -> new EchoPhases(worlds, i, size.flows, strays, all))
            .<Work>map(phases -> () -> {
                long usedNs = 0;
                for (int echoes = 0; echoes < size.batches * EchoSubject.BATCH; echoes += size.flows) {
                    usedNs += phases.echo();
                }
                return usedNs;
            }).toList();
    }
}
