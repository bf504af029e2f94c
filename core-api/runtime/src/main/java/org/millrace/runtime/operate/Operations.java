package org.millrace.runtime.operate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.capture.CaptureFilter;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.operate.OperationException.Fault;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.runtime.status.Durations;
import org.millrace.runtime.status.Health;
import org.millrace.runtime.status.HealthCheck;
import org.millrace.runtime.status.ShardLine;
import org.millrace.runtime.status.Vitals;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.swap.SwapStep;
import org.millrace.runtime.trace.TraceLines;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.runtime.trace.TracedProgram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator can see of a running instance and do to it, however the wish arrives: control socket, shell, metrics.
 * Any thread.
 */
public final class Operations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);
    private static final long SAMPLE_SECONDS = 10;

    private final Instance instance;
    private final Installed installed;
    private final Runnable stopper;
    private final HealthCheck check = new HealthCheck();
    private final ScheduledExecutorService sampler;
    private final long startedMs = System.currentTimeMillis();
    private int silent; // data paths that did not answer last time; the sampler's

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
        try {
            List<Vitals> shards = instance.vitalsByShard();
            check.remember(shards);
            log(IntStream.range(0, shards.size()).filter(shard -> shards.get(shard) == null).mapToObj(instance::silence).toList());
        } catch (IllegalStateException e) {
            if (instance.ended() == null) {
                log(List.of(e.getMessage()));
            } else {
                sampler.shutdown();
            }
        }
    }

    /** Once when somebody begins to be silent, once when all answer again. */
    private void log(List<String> silences) {
        if (silences.size() > silent) {
            LOG.error(String.join("; ", silences));
        } else if (silences.isEmpty() && silent > 0) {
            LOG.info("{} answers again", instance.name());
        }
        silent = silences.size();
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
            List<Vitals> shards = instance.vitalsByShard();
            List<String> reasons = new ArrayList<>(check.judge(shards, instance.config().port()).reasons());
            for (int shard = 0; shard < shards.size(); shard++) {
                if (shards.get(shard) == null) {
                    reasons.add(instance.silence(shard));
                }
            }
            reasons.addAll(instance.faults());
            reasons.addAll(installed.notInForce());
            return Health.of(reasons);
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
        return asked(instance::vitals);
    }

    /**
     * {@return the counters; without a line for each connection, which the registry has}
     *
     * @throws OperationException if the data path has ended
     */
    public DataPathStatus figures() throws OperationException {
        return asked(instance::figures);
    }

    /**
     * {@return the counters of each shard, null: it does not answer; without lines for connections}
     *
     * @throws OperationException if the data paths have ended, or none answers
     */
    public List<DataPathStatus> figuresByShard() throws OperationException {
        return asked(instance::figuresByShard);
    }

    /**
     * {@return the gauges of each shard, null: it does not answer}
     *
     * @throws OperationException if the data paths have ended, or none answers
     */
    public List<Vitals> vitalsByShard() throws OperationException {
        return asked(instance::vitalsByShard);
    }

    /**
     * {@return what each shard that answers has of the work}
     *
     * @throws OperationException if the data paths have ended, or none answers
     */
    public List<ShardLine> shards() throws OperationException {
        return asked(instance::shardLines);
    }

    /**
     * {@return how long rounds and swaps have taken on each shard, null: it does not answer}
     *
     * @throws OperationException if the data paths have ended
     */
    public List<Durations.All> durationsByShard() throws OperationException {
        return asked(instance::durationsByShard);
    }

    static <T> T asked(Supplier<T> question) throws OperationException {
        try {
            return question.get();
        } catch (IllegalStateException ended) {
            throw down(ended);
        }
    }

    static OperationException down(IllegalStateException ended) {
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

    /**
     * Swaps by name. A transport takes the place of the one of its IP protocol, with the options that the configuration has
     * for it, or else those of the one that it replaces.
     *
     * @param transport what is to run, or null: what runs
     * @param backend   on what, or null: on what it runs
     * @param newOnly   whether established connections stay with the old transport
     * @param canaryNs  how long one shard has it before the others follow, and is compared with them, ns; 0: they follow at once
     * @param goesOn    called again and again, on this thread, while the new side rehearses; must not throw
     * @return what has been done
     * @throws OperationException if it is refused, with every reason; nothing has changed then
     */
    public SwapReport swap(String transport, String backend, boolean newOnly, long canaryNs, Runnable goesOn)
        throws OperationException {
        try {
            SwapRequest request = SwapRequest.KEEP;
            if (backend != null) {
                request = request.hardware(instance.arranged(pick("hardware", backend, hardware(), HardwareBackend::name)));
            }
            if (transport != null) {
                request = replace(request, pick("transport", transport, transports(), TransportFactory::name));
            }
            SwapReport report = instance.swap(newOnly ? request.forNewOnly() : request, canaryNs, goesOn);
            check.swapped(null, instance.vitals().nowNs());
            return report;
        } catch (ConfigException e) {
            throw new OperationException(Fault.REFUSED, e.getMessage());
        } catch (SwapException e) {
            OperationException refusal = refusal(e);
            check.swapped(refusal.getMessage(), vitals().nowNs());
            throw refusal;
        } catch (IllegalStateException ended) {
            throw down(ended);
        }
    }

    private static <T> T pick(String kind, String wanted, List<? extends T> there, Function<T, String> name)
            throws OperationException {
        for (T candidate : there) {
            if (name.apply(candidate).equals(wanted)) {
                return candidate;
            }
        }
        throw new OperationException(Fault.REQUEST, "no " + kind + " is named '" + wanted + "'; there are "
            + String.join(", ", there.stream().map(name).toList()));
    }

    private SwapRequest replace(SwapRequest request, TransportFactory factory) throws OperationException {
        List<TransportChoice> running = instance.running().transports();
        for (int i = 0; i < running.size(); i++) {
            TransportChoice old = running.get(i);
            if (old.factory().protocol() == factory.protocol()) {
                Map<String, String> options = instance.config().options().getOrDefault(factory.name(), old.options());
                return request.transport(i, new TransportChoice(factory, options, old.extensions()));
            }
        }
        throw new OperationException(Fault.REQUEST, factory.name() + " is IP protocol " + factory.protocol()
            + ", and nothing that runs is");
    }

    private static OperationException refusal(SwapException e) {
        String refused = "the swap is refused at step " + e.step().name().toLowerCase(Locale.ROOT)
            + (e.step() == SwapStep.CANARY ? ", all run what they ran" : ", nothing has changed");
        return e.misfits().isEmpty() ? new OperationException(Fault.REFUSED, refused + ": " + e.getMessage())
            : new OperationException(Fault.REFUSED, refused + ": the program does not fit", e.misfits());
    }

    /**
     * Turns trace points on, others on, or all off.
     *
     * @param points which are to be on from now on
     * @return the swap that it was
     * @throws OperationException if a point is not there, or the hardware cannot record; nothing has changed then
     */
    public SwapReport trace(TraceRequest points) throws OperationException {
        try {
            return instance.trace(points);
        } catch (SwapException e) {
            throw e.getCause() instanceof TracedProgram.UnknownPointException unknown
                ? new OperationException(Fault.REQUEST, unknown.getMessage()) : refusal(e);
        } catch (IllegalStateException ended) {
            throw down(ended);
        }
    }

    /**
     * {@return what the trace points have recorded since it was last asked for}
     *
     * @throws OperationException if the data path has ended
     */
    public TraceLines traceLines() throws OperationException {
        return asked(instance::traceLines);
    }

    /**
     * {@return a capture that has begun}
     *
     * @param filter which frames
     * @param limits how much
     * @throws OperationException if the data path has ended, or has as many captures as there can be
     */
    public LiveCapture capture(CaptureFilter filter, LiveCapture.Limits limits) throws OperationException {
        try {
            return new LiveCapture(instance, filter, limits);
        } catch (IllegalStateException refused) {
            throw instance.ended() != null ? down(refused) : new OperationException(Fault.REFUSED, refused.getMessage());
        }
    }

    /**
     * {@return a watch over the instance's rates that begins now}
     *
     * @throws OperationException if the data path has ended
     */
    public RateWatch rates() throws OperationException {
        return new RateWatch(this);
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
