package org.millrace.runtime.osgi;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.ConfigChange;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapReport;
import org.millrace.runtime.swap.SwapRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a running instance to newer bundles and to a changed configuration, one after the other on a thread of its own. What
 * is refused is said in one line, and what ran runs on.
 */
final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    private static final long END_S = 10;

    private final Instance instance;
    private final Collection<HardwareBackend> hardware;
    private final Collection<TransportFactory> transports;
    private final ExecutorService thread;
    private final Set<Object> swapped = new CopyOnWriteArraySet<>();
    private InstanceConfig config;

    /**
     * Begins.
     *
     * @param instance   runs
     * @param config     by this
     * @param hardware   the backends there are at any time
     * @param transports the transports there are at any time
     */
    Renewal(Instance instance, InstanceConfig config, Collection<HardwareBackend> hardware,
            Collection<TransportFactory> transports) {
        this.instance = instance;
        this.config = config;
        this.hardware = hardware;
        this.transports = transports;
        thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("millrace-renewal-" + instance.name()).factory());
    }

    /** {@return whether the instance runs code of a bundle, or is just being swapped from or to it} */
    boolean runs(long bundle) {
        if (swapped.stream().anyMatch(part -> Installation.isFrom(part, bundle))) {
            return true;
        }
        try {
            return instance.parts().stream().anyMatch(part -> Installation.isFrom(part, bundle));
        } catch (IllegalStateException e) {
            return instance.ended() == null; // it cannot say, and may
        }
    }

    /** A backend or transport has come: perhaps it is newer than what runs. */
    void arrived() {
        submit(this::renew);
    }

    /** The configuration is another one. */
    void change(InstanceConfig changed) {
        submit(() -> apply(changed));
    }

    /** Says why a configuration is not taken. */
    void refuse(String reason) {
        instance.degrade("configuration", "the changed configuration is not in force: " + reason);
        LOG.error("{} runs on as it was: {}", instance.name(), reason);
    }

    private void submit(Runnable action) {
        thread.execute(() -> {
            try {
                action.run();
            } catch (IllegalStateException e) {
                if (instance.ended() == null) {
                    LOG.error("{} runs on as it was: {}", instance.name(), e.getMessage());
                }
            } catch (RuntimeException e) {
                LOG.error("{}: {}", instance.name(), e.toString(), e);
            }
        });
    }

    private void renew() {
        Running side = instance.running();
        Optional<HardwareBackend> backend = newer(side.hardware(), Installation.newest(hardware, HardwareBackend::name,
            side.hardware().name()));
        backend.ifPresent(newer -> take(side.hardware().name(), side.hardware(), newer,
            SwapRequest.KEEP.hardware(config.arranged(newer))));
        for (int i = 0; i < side.transports().size(); i++) {
            TransportChoice choice = side.transports().get(i);
            int position = i;
            newer(choice.factory(), Installation.newest(transports, TransportFactory::name, choice.factory().name()))
                .ifPresent(newer -> take(choice.factory().name(), choice.factory(), newer, SwapRequest.KEEP.transport(position,
                    new TransportChoice(newer, choice.options(), choice.extensions()))));
        }
    }

    private static <T> Optional<T> newer(T running, Optional<T> newest) {
        return newest.filter(found -> Installation.version(found).compareTo(Installation.version(running)) > 0);
    }

    private void take(String what, Object running, Object newer, SwapRequest request) {
        try {
            swapped.addAll(instance.parts());
            swapped.add(newer);
            SwapReport report = instance.swap(request);
            instance.restore(what);
            LOG.info("{}: {} instead of {} now runs {}, {} connections paused for {} us", instance.name(),
                Installation.version(newer), Installation.version(running), report.after(), report.connections(),
                report.pauseNs() / 1000);
        } catch (SwapException e) {
            instance.degrade(what, what + " " + Installation.version(newer) + " is not in force, "
                + Installation.version(running) + " runs on: " + reason(e));
            LOG.error("{}: {} runs on, {} is not taken ({}): {}", instance.name(), Installation.version(running),
                Installation.version(newer), e.step(), reason(e));
        } finally {
            swapped.clear();
        }
    }

    /** What is thrown by a bundle that lacks a class has a message of one name. */
    private static String reason(SwapException e) {
        return e.getCause() instanceof Error error ? error.toString() : e.getMessage();
    }

    private void apply(InstanceConfig changed) {
        ConfigChange change = new ConfigChange(config, changed);
        List<String> refusals = change.refusals();
        if (!refusals.isEmpty()) {
            refuse(String.join("; ", refusals));
            return;
        }
        try {
            SwapRequest request = request(change);
            if (request != SwapRequest.KEEP) {
                swapped.addAll(instance.parts());
                request.transports().values().forEach(choice -> swapped.add(choice.factory()));
                if (request.hardware() != null) {
                    swapped.add(request.hardware());
                }
            }
            instance.apply(change, request);
            config = changed;
            instance.restore("configuration");
            LOG.info("{} runs by its changed configuration", instance.name());
        } catch (ConfigException e) {
            refuse(e.getMessage());
        } catch (SwapException e) {
            refuse(reason(e));
        } catch (IllegalStateException e) {
            refuse(e.getMessage());
        } finally {
            swapped.clear();
        }
    }

    private SwapRequest request(ConfigChange change) {
        SwapRequest request = SwapRequest.KEEP;
        InstanceConfig after = change.after();
        if (change.hardware()) {
            request = request.hardware(after.arranged(Instance.pick("hardware", after.hardware(), Installation.newestFirst(hardware),
                HardwareBackend::name)));
        }
        for (int i = 0; i < after.transports().size(); i++) {
            if (change.transport(i)) {
                String name = after.transports().get(i);
                TransportFactory factory = Instance.pick("transports", name, Installation.newestFirst(transports),
                    TransportFactory::name);
                request = request.transport(i, new TransportChoice(factory, after.options().get(name)));
            }
        }
        return request;
    }

    /** What is under way is finished, what waits is not begun. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(END_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
