package org.millrace.runtime;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.OperationException.Fault;

/**
 * What an operator can see of a running instance and do to it, however the wish arrives: control socket, shell, metrics.
 * Any thread.
 */
public final class Operations implements AutoCloseable {
    private static final long SAMPLE_SECONDS = 10;

    private final Instance instance;
    private final Installed installed;
    private final Runnable stopper;
    private final HealthCheck check = new HealthCheck();
    private final ScheduledExecutorService sampler;
    private final long startedMs = System.currentTimeMillis();

    /** Whoever runs an instance and lets others operate it. */
    public interface Offer {
        /** {@return what can be done with it} */
        Operations operations();
    }

    /**
     * Begins to watch an instance's health.
     *
     * @param instance  it
     * @param installed what it can be swapped to
     * @param stopper   begins to end the instance and returns
     */
    public Operations(Instance instance, Installed installed, Runnable stopper) {
        this.instance = instance;
        this.installed = installed;
        this.stopper = stopper;
        sampler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("millrace-health-" + instance.name()).factory());
        sampler.scheduleWithFixedDelay(this::sample, 0, SAMPLE_SECONDS, TimeUnit.SECONDS);
    }

    private void sample() {
        if (instance.ended() == null) {
            try {
                check.remember(instance.vitals());
            } catch (IllegalStateException ended) {
                sampler.shutdown();
            }
        }
    }

    /** {@return the instance} */
    public Instance instance() {
        return instance;
    }

    /** {@return when the watch began, ms since 1970} */
    public long startedMs() {
        return startedMs;
    }

    /** {@return how the instance is} */
    public Health health() {
        try {
            return check.judge(instance.vitals(), instance.config().port());
        } catch (IllegalStateException ended) {
            return Health.down(ended.getMessage());
        }
    }

    /**
     * {@return the gauges}
     *
     * @throws OperationException if the data path has ended
     */
    public Vitals vitals() throws OperationException {
        try {
            return instance.vitals();
        } catch (IllegalStateException ended) {
            throw down(ended);
        }
    }

    /**
     * {@return the counters; without a line for each connection, which the registry has}
     *
     * @throws OperationException if the data path has ended
     */
    public DataPathStatus figures() throws OperationException {
        try {
            return instance.figures();
        } catch (IllegalStateException ended) {
            throw down(ended);
        }
    }

    private static OperationException down(IllegalStateException ended) {
        return new OperationException(Fault.DOWN, ended.getMessage());
    }

    /** {@return the backends there are, by name} */
    public List<? extends HardwareBackend> hardware() {
        return installed.hardware().stream().sorted(Comparator.comparing(HardwareBackend::name)).toList();
    }

    /** {@return the transports there are, by name} */
    public List<? extends TransportFactory> transports() {
        return installed.transports().stream().sorted(Comparator.comparing(TransportFactory::name)).toList();
    }

    /** Begins to end the instance. */
    public void stop() {
        stopper.run();
    }

    /** Ends the watch, not the instance. */
    @Override
    public void close() {
        sampler.shutdownNow();
    }
}
