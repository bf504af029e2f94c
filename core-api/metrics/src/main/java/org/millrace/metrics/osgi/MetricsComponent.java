package org.millrace.metrics.osgi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.millrace.metrics.MetricsServer;
import org.millrace.runtime.operate.MetricsService;
import org.millrace.runtime.operate.Operations;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server for each instance that asks for one. */
@Component
public final class MetricsComponent implements MetricsService {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);

    /** Made by Declarative Services. */
    public MetricsComponent() {
    }

    @Override
    public AutoCloseable open(String instance, InetSocketAddress address, Supplier<Operations> operations)
        throws IOException {
        MetricsServer server = MetricsServer.start(instance, operations, address);
        LOG.info("{} has its metrics at {}", instance, server.url());
        return server;
    }
}
