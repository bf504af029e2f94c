package org.millrace.metrics.osgi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.metrics.MetricsServer;
import org.millrace.runtime.operate.Operations;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server for each instance whose configuration has an address for it. One that cannot be disturbs nothing else. */
@Component(service = MetricsComponent.class, immediate = true)
public final class MetricsComponent {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);

    private final Map<Operations.Offer, MetricsServer> servers = new ConcurrentHashMap<>();

    /** Made by Declarative Services. */
    public MetricsComponent() {
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addInstance(Operations.Offer offer) {
        InetSocketAddress address = offer.operations().instance().config().sharing().metrics();
        if (address == null) {
            return;
        }
        try {
            MetricsServer server = MetricsServer.start(offer.operations(), address);
            servers.put(offer, server);
            LOG.info("{} has its metrics at {}", offer.operations().instance().name(), server.url());
        } catch (IOException e) {
            LOG.error("{} runs without metrics: {} cannot be listened on: {}", offer.operations().instance().name(),
                address, e.getMessage());
        }
    }

    void removeInstance(Operations.Offer offer) {
        MetricsServer server = servers.remove(offer);
        if (server != null) {
            server.close();
        }
    }

    @Deactivate
    void deactivate() {
        servers.keySet().forEach(this::removeInstance);
    }
}
