package org.millrace.benchmarks;

import java.util.concurrent.TimeUnit;
import org.millrace.execution.staged.WorkRing;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to hand an item to a lane and to get it back, without what is done to it: to a lane that looks on on another
 * core (by the clock, so nothing else may run), and to none, which takes both sides' work and no line to another core. Per item;
 * to be run with {@code -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class LaneHopBenchmark {
    private static final int ITEMS = 64;
    private static final int PUBLISHED = 16;

    private final WorkRing<int[]> ring = ring();
    private final WorkRing<int[]> alone = ring();
    private final WorkRing<int[]>.Taker own = alone.taker();
    private volatile boolean ended;
    private Thread lane;

    /** Made by JMH. */
    public LaneHopBenchmark() {
    }

    private static WorkRing<int[]> ring() {
        int[][] slots = new int[4 * ITEMS][1];
        return new WorkRing<>(slots);
    }

    /** Starts the lane. */
    @Setup(Level.Trial)
    public void start() {
        WorkRing<int[]>.Taker taker = ring.taker();
        lane = Thread.ofPlatform().daemon().start(() -> {
            while (!ended) {
                if (!work(taker)) {
                    Thread.onSpinWait();
                }
            }
        });
    }

    private static boolean work(WorkRing<int[]>.Taker taker) {
        int[] item = taker.take();
        if (item == null) {
            return false;
        }
        item[0]++;
        taker.finish();
        return true;
    }

    /**
     * Ends it.
     *
     * @throws InterruptedException if it is told to end
     */
    @TearDown(Level.Trial)
    public void stop() throws InterruptedException {
        ended = true;
        lane.join();
    }

    private static void put(WorkRing<int[]> ring) {
        for (int i = 1; i <= ITEMS; i++) {
            ring.put(ring.vacant());
            if (i % PUBLISHED == 0) {
                ring.publish();
            }
        }
    }

    /** {@return what a lane on another core has done to 64 items} */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int thereAndBack() {
        put(ring);
        int sum = 0;
        for (int collected = 0; collected < ITEMS;) {
            int[] item = ring.collect();
            if (item == null) {
                Thread.onSpinWait();
            } else {
                sum += item[0];
                collected++;
            }
        }
        return sum;
    }

    /** {@return what the owner himself has done to 64 items} */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public int alone() {
        put(alone);
        int sum = 0;
        while (work(own)) {
            sum++;
        }
        for (int[] item = alone.collect(); item != null; item = alone.collect()) {
            sum += item[0];
        }
        return sum;
    }
}
