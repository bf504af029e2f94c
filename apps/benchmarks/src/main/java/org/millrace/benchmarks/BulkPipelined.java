package org.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.benchmarks.figures.Figures;
import org.millrace.bluefield.BluefieldBackend;

/**
 * How fast one connection's stream is received (see {@link BulkWorld}) with all stages fused on one core, and with lanes beside it: a process each, rounds in
 * turn. Prints what a megabyte takes by the clock, and of the data path's thread CPU time; the ratio is that of the rates to the first subject's.
 *
 * <p>Arguments: rounds (15), megabytes a round (2000), payload bytes of a frame (65000), {@code trusted} or {@code complete} checksums, what to compare with the
 * first of: {@code fused}, or a value of the key {@code pipeline} ({@code fused,dma}).
 */
public final class BulkPipelined {
    private static final int WARMUP_ROUNDS = 3;
    private static final String SERVE = "serve";
    private static final String FUSED = "fused";

    private BulkPipelined() {
    }

    /**
     * Runs it.
     *
     * @param arguments see above
     * @throws Exception if a process fails
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals(SERVE)) {
            serve(arguments[1], Long.parseLong(arguments[2]) * 1_000_000, Integer.parseInt(arguments[3]), arguments[4].equals("complete"));
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
        int megabytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        int segment = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 65_000;
        String checksums = arguments.length > 3 ? arguments[3] : "trusted";
        List<String> subjects = List.of((arguments.length > 4 ? arguments[4] : "fused,dma").split(","));
        System.out.printf("one stream received, frames of %d bytes, %s checksums, us a MB; %d rounds of %d MB%n", segment, checksums, rounds, megabytes);
        List<Figures> all = compare(subjects, rounds, megabytes, segment, checksums);
        for (int i = 0; i < subjects.size(); i++) {
            System.out.printf("%-24s clock %7.1f (least %7.1f)  thread's CPU %7.1f  rate to %s %5.2f%n", subjects.get(i), all.get(2 * i).median(),
                all.get(2 * i).least(), all.get(2 * i + 1).median(), subjects.getFirst(), all.getFirst().over(all.get(2 * i)).median());
        }
    }

    /**
     * Measures subjects in turn.
     *
     * @param subjects  see above
     * @param rounds    how many
     * @param megabytes of each
     * @param segment   payload bytes of a frame
     * @param checksums {@code trusted} or {@code complete}
     * @return of each subject, what a megabyte takes by the clock and of the data path's thread, microseconds
     * @throws IOException if a process fails
     */
    public static List<Figures> compare(List<String> subjects, int rounds, int megabytes, int segment, String checksums) throws IOException {
        List<Process> processes = new ArrayList<>();
        try {
            for (String subject : subjects) {
                processes.add(Children.start(BulkPipelined.class, SERVE, subject, Integer.toString(megabytes), Integer.toString(segment), checksums));
            }
            double[][] figures = new double[2 * subjects.size()][rounds];
            for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
                for (int i = 0; i < subjects.size(); i++) {
                    Children.tell(processes.get(i), "go");
                    String[] answer = Children.answer(processes.get(i)).split(" ");
                    figures[2 * i][Math.max(0, round)] = Double.parseDouble(answer[0]);
                    figures[2 * i + 1][Math.max(0, round)] = Double.parseDouble(answer[1]);
                }
            }
            List<Figures> all = new ArrayList<>();
            for (int i = 0; i < figures.length; i++) {
                all.add(new Figures(subjects.get(i / 2) + (i % 2 == 0 ? ".clock" : ".thread"), "us", figures[i]));
            }
            return all;
        } finally {
            Children.end(processes.toArray(Process[]::new));
        }
    }

    private static void serve(String subject, long bytes, int segment, boolean softwareChecksums) throws Exception {
        HardwareBackend hardware = subject.equals(FUSED) ? new BluefieldBackend() : new BluefieldBackend().pipelined(subject);
        try (BulkWorld world = new BulkWorld(hardware, segment, softwareChecksums)) {
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
            while (commands.readLine() != null) {
                long cpuNs = ThreadTimes.cpuNs(Thread.currentThread());
                long beginNs = System.nanoTime();
                long received = 0;
                while (received < bytes) {
                    received += world.receive();
                }
                double megabytes = received / 1e6;
                double clockUs = (System.nanoTime() - beginNs) / 1e3 / megabytes;
                double threadUs = (ThreadTimes.cpuNs(Thread.currentThread()) - cpuNs) / 1e3 / megabytes;
                world.check();
                System.out.println(clockUs + " " + threadUs);
            }
        }
    }
}
