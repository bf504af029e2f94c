package org.millrace.runtime.osgi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.port.PortFactory;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.ConfigException;
import org.millrace.runtime.DataPathStatus;
import org.millrace.runtime.Instance;
import org.millrace.runtime.InstanceConfig;
import org.millrace.runtime.SwapException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance for each configuration of {@code org.millrace.runtime}, offered as a {@link ContextProvider} with the
 * configuration as its properties, and its counters as a {@link Supplier} with the property
 * {@code millrace.counters}. A backend, transport or port that comes or goes later does not disturb it.
 */
@Component(service = {ContextProvider.class, InstanceComponent.class, Supplier.class}, immediate = true,
    property = "millrace.counters=true", configurationPid = "org.millrace.runtime", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class InstanceComponent implements ContextProvider, Supplier<Map<String, Long>> {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceComponent.class);

    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<HardwareBackend> hardware;
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<TransportFactory> transports;
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<PortFactory> ports;
    private final List<StageExtension> extensions = new ArrayList<>();
    private Instance instance;

    /** Made by Declarative Services. */
    public InstanceComponent() {
    }

    @Activate
    void activate(Map<String, Object> properties) {
        try {
            Map<String, String> own = own(properties);
            own.putIfAbsent("attach", "on");
            start(Instance.start(InstanceConfig.parse(own), hardware, transports, ports));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private synchronized void start(Instance started) {
        instance = started;
        extensions.forEach(this::insert);
    }

    /** A bundle offers a stage: whatever runs goes on with it, or as it was if it is refused. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addExtension(StageExtension extension) {
        extensions.add(extension);
        if (instance != null) {
            insert(extension);
        }
    }

    /** Its bundle goes: when this returns, no thread runs its code. */
    synchronized void removeExtension(StageExtension extension) {
        extensions.remove(extension);
        if (instance != null && instance.ended() == null) {
            try {
                instance.remove(extension);
            } catch (SwapException | IllegalStateException e) {
                LOG.warn("{} keeps extension {}: {}", instance.name(), extension.name(), e.getMessage());
            }
        }
    }

    private void insert(StageExtension extension) {
        try {
            instance.insert(extension);
        } catch (SwapException | IllegalStateException e) {
            LOG.warn("{} goes on without extension {}: {}", instance.name(), extension.name(), e.getMessage());
        }
    }

    /** The configuration without what the framework has added. */
    private static Map<String, String> own(Map<String, Object> properties) {
        Map<String, String> own = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (!key.startsWith("service.") && !key.startsWith("component.") && !key.startsWith("felix.")
                && !key.startsWith("osgi.") && !key.startsWith("millrace.") && !key.startsWith(".")) {
                own.put(key, String.valueOf(value));
            }
        });
        return own;
    }

    @Deactivate
    void deactivate() {
        instance.close();
    }

    @Override
    public ContextGrant open(ContextSize size) {
        return instance.open(size);
    }

    /** {@return the instance's counters, for whoever shares no package with the runtime} */
    @Override
    public Map<String, Long> get() {
        return instance.status().counters();
    }

    /** {@return the instance's state, for tools} */
    public DataPathStatus status() {
        return instance.status();
    }
}
