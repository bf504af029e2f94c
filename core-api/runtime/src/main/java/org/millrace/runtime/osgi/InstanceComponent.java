package org.millrace.runtime.osgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextOwner;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.port.PortFactory;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.ConfigException;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.control.ControlServer;
import org.millrace.runtime.operate.Installed;
import org.millrace.runtime.operate.MetricsService;
import org.millrace.runtime.operate.Operations;
import org.millrace.runtime.status.DataPathStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * An instance for each configuration of {@code org.millrace.runtime}, offered as a {@link ContextProvider} with the
 * configuration as its properties; its counters as a {@link Supplier} with the property {@code millrace.counters}; and
 * whether it runs code of a bundle as a {@link LongPredicate} over bundle ids with the property {@code millrace.runs};
 * whether it runs at all as a {@link BooleanSupplier} with the property {@code millrace.alive}.
 *
 * <p>A changed configuration is taken while the instance runs, or refused; so is a newer bundle of a backend or transport
 * that it runs. Any other backend, transport or port that comes or goes does not disturb it.
 */
@Component(service = {ContextProvider.class, InstanceComponent.class, Supplier.class, LongPredicate.class, BooleanSupplier.class,
    Operations.Offer.class}, immediate = true, property = {"millrace.counters=true", "millrace.runs=true", "millrace.alive=true"},
    configurationPid = "org.millrace.runtime", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class InstanceComponent implements ContextProvider, Supplier<Map<String, Long>>, LongPredicate, BooleanSupplier, Installed,
        Operations.Offer {
    private final List<HardwareBackend> hardware = new CopyOnWriteArrayList<>();
    private final List<TransportFactory> transports = new CopyOnWriteArrayList<>();
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<PortFactory> ports;
    /** Ends the process in order, if whoever has started it offers that. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
        target = "(millrace.stop=*)")
    private volatile Runnable stopper;
    /** Told when the data path has failed, if whoever has started it wants to know. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
        target = "(millrace.failed=*)")
    private volatile Consumer<String> mourner;
    /** Why what was deployed is not in force, if whoever deploys says it. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
        target = "(millrace.deploy=*)")
    private volatile Callable<List<String>> deployed;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile MetricsService metricsService;
    private final Extensions extensions = new Extensions();
    private AutoCloseable metrics = () -> { };
    private Instance instance;
    private volatile Renewal renewal;
    private volatile Operations operations;
    private ControlServer control;

    /** Made by Declarative Services. */
    public InstanceComponent() {
    }

    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    void addHardware(HardwareBackend backend) {
        hardware.add(backend);
        arrived();
    }

    void removeHardware(HardwareBackend backend) {
        hardware.remove(backend);
    }

    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    void addTransport(TransportFactory factory) {
        transports.add(factory);
        arrived();
    }

    void removeTransport(TransportFactory factory) {
        transports.remove(factory);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addExtension(StageExtension extension) {
        extensions.add(extension);
    }

    void removeExtension(StageExtension extension) {
        extensions.remove(extension);
    }

    private void arrived() {
        if (renewal != null) {
            renewal.arrived();
        }
    }

    @Activate
    void activate(Map<String, Object> properties) {
        try {
            InstanceConfig config = config(properties);
            metrics = openMetrics(config);
            instance = Instance.start(config, Installation.newestFirst(hardware), Installation.newestFirst(transports),
                Installation.newestFirst(ports));
            renewal = new Renewal(instance, config, hardware, transports);
        } catch (ConfigException e) {
            close(metrics);
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException e) {
            close(metrics);
            throw e;
        }
        operations = new Operations(instance, this, this::stop);
        try {
            control = instance.directory() == null ? null : ControlServer.start(operations);
        } catch (IOException e) {
            deactivate();
            throw new UncheckedIOException(e.getMessage(), e);
        }
        extensions.start(instance);
        instance.onFailure(reason -> {
            Consumer<String> told = mourner;
            if (told != null) {
                told.accept(reason);
            }
        });
    }

    private AutoCloseable openMetrics(InstanceConfig config) {
        InetSocketAddress address = config.sharing().metrics();
        if (address == null) {
            return () -> { };
        }
        MetricsService service = metricsService;
        if (service == null) {
            throw new IllegalArgumentException("metrics is '" + address + "': the bundle millrace-metrics is not installed");
        }
        try {
            return service.open(config.name(), address, () -> operations);
        } catch (IOException e) {
            throw new IllegalStateException("metrics: " + address.getAddress().getHostAddress() + ":" + address.getPort()
                + " cannot be listened on: " + e.getMessage() + "; end what listens there, or give metrics another port");
        }
    }

    private static void close(AutoCloseable metrics) {
        try {
            metrics.close();
        } catch (Exception e) {
            throw new IllegalStateException(e); // it says that it does not
        }
    }

    private void stop() {
        Runnable wanted = stopper;
        if (wanted == null) {
            instance.close();
        } else {
            wanted.run();
        }
    }

    @Modified
    void modified(Map<String, Object> properties) {
        try {
            renewal.change(config(properties));
        } catch (ConfigException e) {
            renewal.refuse(e.getMessage());
        }
    }

    private static InstanceConfig config(Map<String, Object> properties) {
        Map<String, String> own = own(properties);
        own.putIfAbsent("attach", "on");
        return InstanceConfig.parse(own);
    }

    /** The configuration without what the framework has added. */
    private static Map<String, String> own(Map<String, Object> properties) {
        Map<String, String> own = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (!key.startsWith("service.") && !key.startsWith("component.") && !key.startsWith("felix.")
                && !key.startsWith("osgi.") && !key.startsWith("millrace.") && !key.startsWith(".")
                && !key.endsWith(".target")) { // where a reference looks
                own.put(key, String.valueOf(value));
            }
        });
        return own;
    }

    @Deactivate
    void deactivate() {
        instance.end();
        if (control != null) {
            control.close();
        }
        operations.close();
        renewal.close();
        instance.close();
        close(metrics);
    }

    @Override
    public List<HardwareBackend> hardware() {
        return Installation.newestFirst(hardware);
    }

    @Override
    public List<TransportFactory> transports() {
        return Installation.newestFirst(transports);
    }

    @Override
    public List<String> notInForce() {
        Callable<List<String>> asked = deployed;
        try {
            return asked == null ? List.of() : asked.call();
        } catch (Exception e) { // as a Callable may
            return List.of("what was deployed cannot be asked for: " + e.getMessage());
        }
    }

    /** {@return whether the data path runs} */
    @Override
    public boolean getAsBoolean() {
        return instance.ended() == null;
    }

    @Override
    public ContextGrant open(ContextSize size) {
        return instance.open(size);
    }

    @Override
    public ContextGrant open(ContextSize size, ContextOwner owner) {
        return instance.open(size, owner);
    }

    @Override
    public Operations operations() {
        return operations;
    }

    /** {@return the instance's counters, for whoever shares no package with the runtime} */
    @Override
    public Map<String, Long> get() {
        return instance.ended() == null ? instance.status().counters() : Map.of();
    }

    /** {@return whether the instance runs code of a bundle} */
    @Override
    public boolean test(long bundle) {
        return renewal.runs(bundle) || extensions.needs(bundle);
    }

    /** {@return the instance's state, for tools} */
    public DataPathStatus status() {
        return instance.status();
    }
}
