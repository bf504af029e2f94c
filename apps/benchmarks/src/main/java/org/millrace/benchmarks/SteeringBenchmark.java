package org.millrace.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.steer.HalfSipHash;
import org.millrace.wire.steer.Steering;
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
import org.openjdk.jmh.annotations.Warmup;

/** Whose a frame is: the hash alone, and with what it takes to find the ports. Per frame; to be run with {@code -prof gc}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class SteeringBenchmark {
    private static final int FRAMES = 64;
    private static final int STRIDE = 128;

    /** How many data paths. */
    @Param({"1", "2", "16"})
    public int shards;

    private final MemorySegment memory = Arena.ofAuto().allocate((long) FRAMES * STRIDE, 64);
    private final int[] words = new int[3 * FRAMES];
    private final int[] lengths = new int[FRAMES];
    private HalfSipHash hash;
    private Steering steering;

    /** Made by JMH. */
    public SteeringBenchmark() {
    }

    /** Makes frames of as many flows. */
    @Setup
    public void make() {
        Random random = new Random(1);
        hash = new HalfSipHash(random.nextLong(), Steering.BLOCK_ROUNDS, Steering.FINAL_ROUNDS);
        steering = new Steering(shards, random.nextLong());
        Endpoint server = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 7);
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = FrameBuilder.tcp().from(new Endpoint(1, random.nextInt(), random.nextInt(1 << 16))).to(server)
                .flags(TcpHeader.ACK).payload(new byte[EchoSubject.PAYLOAD]).build();
            MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, (long) i * STRIDE, frame.length);
            lengths[i] = frame.length;
            words[3 * i] = random.nextInt();
        }
    }

    /** {@return of 64 hashes the sum} */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int hash() {
        int sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            sum += hash.of(words[3 * i], words[3 * i + 1], words[3 * i + 2]);
        }
        return sum;
    }

    /** {@return of 64 frames' shards the sum} */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public int steer() {
        int sum = 0;
        for (int i = 0; i < FRAMES; i++) {
            sum += steering.shard(memory, (long) i * STRIDE, lengths[i]);
        }
        return sum;
    }
}
