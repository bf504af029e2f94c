package org.millrace.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.millrace.benchmarks.figures.Figures;

/**
 * How long a descriptor takes to another process and an answer back, both sides spinning: all kinds of queue in turn, round
 * by round, in the same two processes, so that what else the machine does meets all of them alike. Prints the median and
 * the least of the rounds' medians.
 *
 * <p>Arguments: rounds (40), round trips a round (20000). Both processes are started from here.
 */
public final class QueueRoundTrip {
    private static final List<String> KINDS = List.of("ring", "bare", "chronicle");
    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
    private static final long ACTIVE = 0;
    private static final long ACKNOWLEDGED = 64;
    private static final long QUEUES = 4096;
    private static final int STOP = -1;
    private static final int WARMUP_ROUNDS = 5;

    private final MemorySegment memory;
    private final DescriptorQueue[] there = new DescriptorQueue[KINDS.size()];
    private final DescriptorQueue[] back = new DescriptorQueue[KINDS.size()];

    private QueueRoundTrip(Path directory) throws IOException {
        long bytes = QUEUES + 2 * KINDS.size() * DescriptorQueue.MEMORY_BYTES;
        try (FileChannel file = FileChannel.open(directory.resolve("memory"), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = file.map(MapMode.READ_WRITE, 0, bytes, Arena.global());
        }
        for (int i = 0; i < KINDS.size(); i++) {
            there[i] = open(KINDS.get(i), directory, 2 * i);
            back[i] = open(KINDS.get(i), directory, 2 * i + 1);
        }
    }

    private DescriptorQueue open(String kind, Path directory, int number) throws IOException {
        return DescriptorQueue.of(kind, memory.asSlice(QUEUES + number * DescriptorQueue.MEMORY_BYTES,
            DescriptorQueue.MEMORY_BYTES), directory.resolve(kind + number));
    }

    /**
     * Runs either side.
     *
     * @param arguments rounds and round trips a round; the sides that this starts have more
     * @throws IOException          if the shared files cannot be made
     * @throws InterruptedException if it is told to end
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 4 && arguments[0].equals("ask")) {
            new QueueRoundTrip(Path.of(arguments[1])).ask(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        } else if (arguments.length == 2 && arguments[0].equals("answer")) {
            new QueueRoundTrip(Path.of(arguments[1])).answer();
        } else {
            run(arguments.length > 0 ? arguments[0] : "40", arguments.length > 1 ? arguments[1] : "20000");
        }
    }

    private static void run(String rounds, String trips) throws IOException, InterruptedException {
        System.out.printf("round trip between two processes, %s rounds of %s, ns%n%-10s %8s %8s%n", rounds, trips, "queue",
            "median", "least");
        for (Figures queue : compare(rounds, trips)) {
            System.out.printf("%-10s %8.0f %8.0f%n", queue.subject(), queue.median(), queue.least());
        }
    }

    /**
     * {@return the medians of each round of each kind of queue, the ring first, then the bare one}
     *
     * @param rounds how many
     * @param trips  in a round
     * @throws IOException          if a process fails
     * @throws InterruptedException if it is told to end
     */
    public static List<Figures> compare(String rounds, String trips) throws IOException, InterruptedException {
        Path directory = Scratch.create();
        Process asking = null;
        Process answering = null;
        try {
            asking = Children.start(QueueRoundTrip.class, "ask", directory.toString(), rounds, trips);
            answering = Children.start(QueueRoundTrip.class, "answer", directory.toString());
            List<Figures> queues = Figures.parse(new String(asking.getInputStream().readAllBytes()));
            asking.waitFor();
            if (queues.size() != KINDS.size()) {
                throw new IOException("the asking process has ended");
            }
            return queues;
        } finally {
            Children.end(asking, answering);
            Scratch.delete(directory);
        }
    }

    private void ask(int rounds, int trips) {
        long[][] medians = new long[KINDS.size()][rounds];
        long[] sample = new long[trips];
        for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
            for (int kind = 0; kind < KINDS.size(); kind++) {
                activate(kind);
                for (int i = 0; i < trips; i++) {
                    long startNs = System.nanoTime();
                    there[kind].write(i, 64);
                    while (back[kind].read() == DescriptorQueue.EMPTY) {
                        Thread.onSpinWait();
                    }
                    sample[i] = System.nanoTime() - startNs;
                }
                Arrays.sort(sample);
                if (round >= 0) {
                    medians[kind][round] = sample[trips / 2];
                }
            }
        }
        WORD.setRelease(memory, ACTIVE, STOP);
        for (int kind = 0; kind < KINDS.size(); kind++) {
            System.out.println(new Figures(KINDS.get(kind), "ns",
                Arrays.stream(medians[kind]).asDoubleStream().toArray()).line());
        }
    }

    /** The word is the kind plus 1: fresh memory reads 0. */
    private void activate(int kind) {
        WORD.setRelease(memory, ACTIVE, kind + 1);
        while ((int) WORD.getAcquire(memory, ACKNOWLEDGED) != kind + 1) {
            Thread.onSpinWait();
        }
    }

    private void answer() {
        for (int active = 0; active != STOP; active = (int) WORD.getAcquire(memory, ACTIVE)) {
            if (active > 0) {
                WORD.setRelease(memory, ACKNOWLEDGED, active);
                answer(active);
            }
            Thread.onSpinWait();
        }
    }

    private void answer(int active) {
        DescriptorQueue from = there[active - 1];
        DescriptorQueue to = back[active - 1];
        while ((int) WORD.getAcquire(memory, ACTIVE) == active) {
            if (from.read() == DescriptorQueue.EMPTY) {
                Thread.onSpinWait();
            } else {
                to.write(1, 64);
            }
        }
    }
}
