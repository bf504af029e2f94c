package org.millrace.runtime.osgi;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextProvider;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.PortFactory;
import org.millrace.api.transport.TransportFactory;
import org.millrace.runtime.ConfigException;
import org.millrace.runtime.DataPathStatus;
import org.millrace.runtime.Instance;
import org.millrace.runtime.InstanceConfig;
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
 * configuration as its properties. A backend, transport or port that comes or goes later does not disturb it.
 */
@Component(service = {ContextProvider.class, InstanceComponent.class}, immediate = true,
    configurationPid = "org.millrace.runtime", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class InstanceComponent implements ContextProvider {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceComponent.class);

    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<HardwareBackend> hardware;
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<TransportFactory> transports;
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<PortFactory> ports;
    private Instance instance;

    /** Made by Declarative Services. */
    public InstanceComponent() {
    }

    @Activate
    void activate(Map<String, Object> properties) {
        try {
            instance = Instance.start(InstanceConfig.parse(own(properties)), hardware, transports, ports);
        } catch (ConfigException e) {
            LOG.error("not started: {}", e.getMessage());
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The configuration without what the framework has added. */
    private static Map<String, String> own(Map<String, Object> properties) {
        Map<String, String> own = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (!key.startsWith("service.") && !key.startsWith("component.") && !key.startsWith("felix.")
                && !key.startsWith("osgi.") && !key.startsWith(".")) {
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

    /** {@return the instance's state, for tools} */
    public DataPathStatus status() {
        return instance.status();
    }
}
