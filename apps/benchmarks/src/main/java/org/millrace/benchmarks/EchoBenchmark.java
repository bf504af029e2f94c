package org.millrace.benchmarks;

import java.util.concurrent.TimeUnit;
import org.millrace.bluefield.BluefieldBackend;
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

/**
 * One echo of 64 bytes through the whole data path, without network: a data segment received, acknowledged and told to
 * the application, its bump, the answer sent, and the answer's acknowledgement received. In batches of 16 flows; per
 * echo.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class EchoBenchmark {
    /** Established connections; the batches go round all of them. */
    @Param({"16", "1024", "16384"})
    public int flows;

    /** {@code raw} answers descriptors only; {@code libtoe} reads and writes through the library. */
    @Param({"raw", "libtoe"})
    public String application;

    /** The program that runs. */
    @Param({"tcp-flextoe", "tcp-laminar"})
    public String transport;

    private EchoWorld world;

    /** Made by JMH. */
    public EchoBenchmark() {
    }

    /**
     * Establishes the connections.
     *
     * @throws Exception if it cannot
     */
    @Setup
    public void establish() throws Exception {
        world = new EchoWorld(new BluefieldBackend(), EchoTransports.transport(transport),
            EchoConditions.of(flows, application));
        world.check();
    }

    /** Echoes a batch. */
    @Benchmark
    @OperationsPerInvocation(EchoSubject.BATCH)
    public void echo() {
        world.echo();
    }
}
