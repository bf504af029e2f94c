package org.millrace.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process that an instance runs in, its JVM, and which build it is, by the names that Prometheus' own clients use. */
final class ProcessMetrics implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int BYTES_A_KIB = 1024;

    private final JvmGcMetrics collector = new JvmGcMetrics();

    ProcessMetrics(MeterRegistry registry) {
        List.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), collector,
            new FileDescriptorMetrics(), new UptimeMetrics()).forEach(metrics -> metrics.bindTo(registry));
        FunctionCounter.builder("process.cpu.seconds", this, ProcessMetrics::cpuSeconds)
            .description("CPU time of the process, user and system, seconds").register(registry);
        Gauge.builder("process.resident.memory.bytes", this, process -> kibibytes("VmRSS:") * BYTES_A_KIB)
            .description("memory of the process that is resident, bytes").register(registry);
        Gauge.builder("process.virtual.memory.bytes", this, process -> kibibytes("VmSize:") * BYTES_A_KIB)
            .description("memory that the process has mapped, bytes").register(registry);
        Gauge.builder("millrace.build.info", () -> 1).description("1, with what runs").tag("version", version())
            .tag("java", Runtime.version().toString()).register(registry);
    }

    private static String version() {
        String version = ProcessMetrics.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    private double cpuSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
    }

    /** proc_pid_status(5). */
    private static double kibibytes(String name) {
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        collector.close();
    }
}
