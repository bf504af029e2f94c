package org.millrace.benchmarks.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.millrace.benchmarks.BulkPipelined;
import org.millrace.benchmarks.Children;
import org.millrace.benchmarks.EchoTransports;
import org.millrace.benchmarks.FabricSpeed;
import org.millrace.benchmarks.FirstBytes;
import org.millrace.benchmarks.HttpComparison;
import org.millrace.benchmarks.Isolation;
import org.millrace.benchmarks.QueueRoundTrip;
import org.millrace.benchmarks.ShardEcho;
import org.millrace.benchmarks.SwapPause;
import org.millrace.benchmarks.TransferComparison;
import org.millrace.benchmarks.bench.Result.Goal;
import org.millrace.benchmarks.figures.Figures;

/** The rows of the table: each measures in processes of its own. */
enum Rows {
    /** An echo by hand, in C's measure, in both programs. */
    ECHO("what a 64 B echo costs", false) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            List<Result> results = new ArrayList<>();
            Figures random = null;
            for (int flows : new int[] {16, 1024, MANY}) {
                Map<String, Figures> echo = echo(rounds, flows, "raw,random,checksums");
                random = echo.get(FLEXTOE).without(echo.get(HARNESS));
                Figures laminar = echo.get(LAMINAR).without(echo.get(HARNESS));
                String at = ", " + flows + " flows in random order";
                results.add(Result.of("yardstick" + at, echo.get(YARDSTICK).without(echo.get(HARNESS))));
                results.add(Result.of("FlexTOE" + at, random));
                results.add(Result.of("Laminar" + at, laminar));
                results.add(Result.of("FlexTOE to yardstick" + at,
                    random.over(echo.get(YARDSTICK).without(echo.get(HARNESS))), Goal.atMost(1.25)));
                results.add(Result.of("Laminar to FlexTOE" + at, laminar.over(random), Goal.atMost(1.8)));
                results.add(Result.of("FlexTOE, whole, to the loop in C" + at, echo.get(FLEXTOE).over(echo.get(C_LOOP)),
                    flows == 16 ? Goal.atMost(1.1) : flows == MANY ? Goal.atMost(3.5) : null));
            }
            Map<String, Figures> echo = echo(rounds, MANY, "raw,checksums");
            results.add(Result.of("FlexTOE, random to in-order, " + MANY + " flows",
                random.over(echo.get(FLEXTOE).without(echo.get(HARNESS))), Goal.atMost(1.8)));
            return results;
        }

        private static Map<String, Figures> echo(int rounds, int flows, String conditions)
                throws IOException, InterruptedException {
            List<String> subjects = List.of(C_LOOP, HARNESS, YARDSTICK, FLEXTOE, LAMINAR);
            double[][] ns = EchoTransports.compare(subjects, rounds, "5000", Integer.toString(flows), conditions);
            return subjects.stream().collect(Collectors.toMap(Function.identity(),
                subject -> new Figures(subject, "ns", ns[subjects.indexOf(subject)])));
        }
    },
    /** A descriptor to another process and back. */
    RING("a descriptor's round trip between two processes", false) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            List<Figures> queues = QueueRoundTrip.compare(Integer.toString(rounds), "20000");
            return List.of(Result.of("ring", queues.get(0)), Result.of("bare ring", queues.get(1)),
                Result.of("ring to the bare ring", queues.get(0).over(queues.get(1)), Goal.atMost(1.15)));
        }
    },
    /** A java.nio server, over Millrace and the kernel. */
    TRANSFER("curl against a java.nio server, over veth", true) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            Map<String, Figures> all = bySubject(TransferComparison.compare(rounds, 500));
            List<Result> results = new ArrayList<>();
            for (String method : List.of("GET", "POST")) {
                String ours = "millrace." + method;
                String kernels = "kernel." + method;
                results.add(Result.of(method + " over Millrace", all.get(ours + ".rate")));
                results.add(Result.of(method + " over the kernel", all.get(kernels + ".rate")));
                results.add(Result.of(method + ", rate to the kernel's",
                    all.get(ours + ".rate").over(all.get(kernels + ".rate")), Goal.atLeast(method.equals("GET") ? 1 : 0.8)));
                results.add(Result.of(method + ", the machine's CPU to the kernel's",
                    all.get(ours + ".machine").over(all.get(kernels + ".machine")), Goal.atMost(1)));
            }
            return results;
        }
    },
    /** The same before anything is warm. */
    FIRST("what curl has got 100 ms after it has begun, over veth", true) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            Map<String, Figures> all = bySubject(FirstBytes.compare(rounds));
            List<Result> results = new ArrayList<>();
            Map<String, String> whose = Map.of("first", "first connection of new processes", "warm", "new connection of warm ones");
            for (String when : List.of("first", "warm")) {
                Figures ours = all.get("millrace." + when);
                Figures kernels = all.get("kernel." + when);
                results.add(Result.of(whose.get(when) + ", Millrace", ours));
                results.add(Result.of(whose.get(when) + ", kernel", kernels));
                results.add(Result.of(whose.get(when) + ", to the kernel's", ours.over(kernels)));
            }
            return results;
        }
    },
    /** A Vert.x server, over Millrace and the kernel's three ways. */
    HTTP("wrk against a Vert.x HTTP server, over veth", true) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            List<Figures> all = HttpComparison.compare(rounds, 5, 64);
            Map<String, Figures> named = bySubject(all);
            Figures best = all.stream().filter(figures -> figures.subject().endsWith(".server")
                && !figures.subject().startsWith("millrace")).min((a, b) -> Double.compare(a.median(), b.median())).orElseThrow();
            List<Result> results = new ArrayList<>();
            all.forEach(figures -> results.add(Result.of(figures.subject(), figures)));
            results.add(Result.of("CPU a request, application and data path, to " + best.subject(),
                named.get("millrace.server").over(best), Goal.atMost(0.8)));
            results.add(Result.of("CPU a request, the application alone, to " + best.subject(),
                named.get("millrace.application").over(best), Goal.atMost(0.3)));
            return results;
        }
    },
    /** From nothing to an instance that serves. */
    START("from the command to an instance that is ready", false) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            Starts.once(); // builds what is missing
            Starts.prepare(); // what the first start does in the background, for later ones
            double[] ms = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                ms[i] = Starts.once();
            }
            return List.of(Result.of("start to ready", new Figures("start", "ms", ms), Goal.atMost(1000)));
        }
    },
    /** Several data paths behind one address. */
    CORES("two shards beside two processes of a data path each; a stream's payload on a lane of its own", false) {
        @Override
        List<Result> measure(int rounds) throws IOException {
            ShardRow row = new ShardRow(ShardEcho.compare(rounds, new ShardEcho.Size(SHARDS, 1024, 10_240)), SHARDS);
            System.out.println("  more cores: " + row.projection());
            List<Result> results = new ArrayList<>(row.results());
            for (int bytes : new int[] {1448, 65_000}) {
                List<Figures> bulk = BulkPipelined.compare(List.of("fused", "dma"), rounds, 500, bytes, "trusted");
                String what = "a stream's MB, frames of " + bytes + " B, ";
                results.add(Result.of(what + "fused", bulk.get(0)));
                results.add(Result.of(what + "pipeline = dma", bulk.get(2)));
                results.add(Result.of(what + "rate to fused", bulk.get(0).over(bulk.get(2)), bytes > 1448 ? Goal.atLeast(1.2) : null));
            }
            return results;
        }
    },
    /** Who shares a data path with bulk. */
    ISOLATION("32 calls of 64 B beside 4 streams without end, in CPU time", false) {
        @Override
        List<Result> measure(int rounds) throws IOException {
            List<Result> results = new ArrayList<>();
            for (String transport : List.of(FLEXTOE, LAMINAR)) {
                Map<String, Figures> all = Isolation.compare(rounds, 300, transport);
                for (String direction : Isolation.DIRECTIONS) {
                    for (String policy : Isolation.POLICIES) {
                        String what = transport + ", streams " + direction + ", " + policy + " weights";
                        String key = direction + "." + policy;
                        Goal goal = policy.equals(Isolation.WITH) ? Goal.atMost(1.5) : null;
                        results.add(Result.of(what + ": median to alone", all.get(key + Isolation.MEDIAN), goal));
                        results.add(Result.of(what + ": 99 % to alone", all.get(key + Isolation.TAIL), goal));
                        results.add(Result.of(what + ": rate of the streams", all.get(key + Isolation.RATE)));
                    }
                }
            }
            return results;
        }
    },
    /** Packets in virtual time. */
    FABRIC("packet hops of the simulated fabric in a second of CPU time", false) {
        @Override
        List<Result> measure(int rounds) {
            List<Figures> sizes = FabricSpeed.compare(rounds, 20);
            return List.of(Result.of(sizes.get(0).subject(), sizes.get(0), Goal.atLeast(2)),
                Result.of(sizes.get(1).subject(), sizes.get(1), Goal.atLeast(1)));
        }
    },
    /** Programs and hardware exchanged under streams. */
    SWAP("a swap under 1,000 streams", false) {
        @Override
        List<Result> measure(int rounds) throws IOException, InterruptedException {
            Map<String, Figures> all = bySubject(Figures.parse(output(SwapPause.class, "20", "1000")));
            List<Result> results = new ArrayList<>();
            for (String subject : all.keySet().stream().filter(key -> key.endsWith(".pause")).sorted().toList()) {
                String what = subject.substring(0, subject.length() - ".pause".length());
                Figures undisturbed = all.get(what + ".undisturbed");
                results.add(Result.of(what + ", pause", all.get(subject), Goal.worstAtMost(10)));
                results.add(Result.of(what + ", to 0.9 of the steady rate, median", all.get(what + ".reached"),
                    Goal.atMost(undisturbed.median())));
                results.add(Result.of(what + ", to 0.9 of the steady rate, worst", all.get(what + ".reached"),
                    Goal.worstAtMost(2 * undisturbed.most())));
            }
            return results;
        }
    };

    private static final String C_LOOP = "c-loop";
    private static final String HARNESS = "harness";
    private static final String YARDSTICK = "yardstick";
    private static final String FLEXTOE = "tcp-flextoe";
    private static final String LAMINAR = "tcp-laminar";
    private static final int MANY = 16_384;
    private static final int SHARDS = 2;

    private final String title;
    private final boolean needsNetwork;

    Rows(String title, boolean needsNetwork) {
        this.title = title;
        this.needsNetwork = needsNetwork;
    }

    /** {@return what it measures} */
    String title() {
        return title;
    }

    /** {@return whether it makes interfaces, for which it needs a network namespace of its own} */
    boolean needsNetwork() {
        return needsNetwork;
    }

    /**
     * {@return the row's lines}
     *
     * @param rounds how many
     * @throws IOException          if a process fails or a tool is missing
     * @throws InterruptedException if it is told to end
     */
    abstract List<Result> measure(int rounds) throws IOException, InterruptedException;

    private static Map<String, Figures> bySubject(List<Figures> all) {
        return all.stream().collect(Collectors.toMap(Figures::subject, Function.identity()));
    }

    private static String output(Class<?> main, String... arguments) throws IOException, InterruptedException {
        Process process = Children.start(main, arguments);
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(main.getSimpleName() + " has failed: " + output.lines().reduce("", (a, b) -> b));
        }
        return output;
    }
}
