package org.millrace.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * What one descriptor costs each side of a context queue, in one thread: written and published one by one, read one by
 * one, and a look at an empty queue. To be run with {@code -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
    "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "-Dchronicle.analytics.disable=true", "-Dchronicle.announcer.disable=true", "-Dchronicle.disk.monitor.disable=true"})
@State(Scope.Thread)
public class ContextQueueBenchmark {
    private static final int BATCH = DescriptorQueue.SLOTS;

    /** Millrace's ring, the least ring there can be over FFM memory, Chronicle Queue. */
    @Param({"ring", "bare", "chronicle"})
    public String queue;

    private Path directory;
    private DescriptorQueue full;
    private DescriptorQueue written;
    private DescriptorQueue empty;

    /** Made by JMH. */
    public ContextQueueBenchmark() {
    }

    /**
     * Makes the queues, for each iteration anew because Chronicle's grows.
     *
     * @throws IOException if there is no room for Chronicle's
     */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        directory = Scratch.create();
        full = open("full");
        written = open("written");
        empty = open("empty");
        for (int i = 0; i < BATCH; i++) {
            full.write(i, 64);
        }
        empty.write(0, 64);
        empty.read();
    }

    private DescriptorQueue open(String name) throws IOException {
        return DescriptorQueue.of(queue, Arena.ofAuto().allocate(DescriptorQueue.MEMORY_BYTES, 64),
            directory.resolve(name));
    }

    /**
     * Removes them.
     *
     * @throws IOException if that fails
     */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        full.close();
        written.close();
        empty.close();
        Scratch.delete(directory);
    }

    /** Writes descriptors. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void write() {
        written.rewindWriter();
        for (int i = 0; i < BATCH; i++) {
            written.write(i, 64);
        }
    }

    /** {@return all descriptors xored} */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long read() {
        full.rewindReader();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum ^= full.read();
        }
        return sum;
    }

    /** {@return that there is none} */
    @Benchmark
    public long emptyPoll() {
        return empty.read();
    }
}
