package org.millrace.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.millrace.execution.staged.WorkRing;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an item costs that goes to a lane on another core and comes back, while others are on their way: both hops of it. The lane spins, adds a
 * number and gives it back. Wants two cores to itself.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Benchmark)
public class HopBenchmark {
    private static final int ITEMS = 4096;
    private static final int SLOTS = 1024;

    /** Items that are handed over together. */
    @Param({"1", "16", "64"})
    public int batch;

    private WorkRing<Item> ring;
    private Thread lane;
    private volatile boolean isOver;

    /** Made by JMH. */
    public HopBenchmark() {
    }

    private static final class Item {
        long number;
    }

    /** Starts the lane. */
    @Setup
    public void start() {
        Item[] slots = new Item[SLOTS];
        Arrays.setAll(slots, i -> new Item());
        ring = new WorkRing<>(slots);
        lane = Thread.ofPlatform().daemon().start(this::work);
    }

    private void work() {
        WorkRing<Item>.Taker taker = ring.taker();
        while (!isOver) {
            Item item = taker.take();
            if (item == null) {
                Thread.onSpinWait();
            } else {
                item.number++;
                taker.finish();
            }
        }
    }

    /** Hands items over, and takes them back when half of the ring is full. */
    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void thereAndBack() {
        int back = 0;
        for (int put = 0; back < ITEMS;) {
            for (int i = 0; i < batch && put < ITEMS && !ring.isFull(); i++, put++) {
                Item item = ring.vacant();
                item.number = put;
                ring.put(item);
            }
            ring.publish();
            if (ring.size() >= SLOTS / 2 || put == ITEMS) {
                while (ring.collect() != null) {
                    back++;
                }
            }
        }
    }

    /**
     * Ends the lane.
     *
     * @throws InterruptedException if it is told to end
     */
    @TearDown
    public void end() throws InterruptedException {
        isOver = true;
        lane.join();
    }
}
