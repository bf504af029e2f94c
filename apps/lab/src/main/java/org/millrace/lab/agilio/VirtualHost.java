package org.millrace.lab.agilio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.pipeline.ProgramExtension;
import org.millrace.api.port.Port;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** A host: a data path with FlexTOE, and applications, one a context. Owned by: the thread of the world. */
final class VirtualHost {
    private static final Ipv4Prefix NETWORK = Ipv4Prefix.parse("10.0.0.0/24");

    final DataPath path;
    final List<Toe> contexts = new ArrayList<>();
    private final Application application;
    /** When it wants to be polled again. */
    long nextNs;

    /** What runs on a host, told of what is ready. */
    interface Application {
        /** An endpoint is ready. */
        void ready(Endpoint endpoint, long nowNs);

        /** Does what is due; answers whether that was anything. */
        boolean act(long nowNs);

        /** {@return when something is due} */
        long dueNs();
    }

    /**
     * What a host is made of.
     *
     * @param hardware    runs FlexTOE
     * @param options     of FlexTOE
     * @param extensions  of FlexTOE
     * @param contexts    how many
     * @param connections of a context
     * @param bufferBytes of a connection, each way
     * @param roundNs     how long its control plane takes to read the statistics of all connections
     */
    record Size(HardwareBackend hardware, Map<String, String> options, List<ProgramExtension> extensions, int contexts, int connections,
                int bufferBytes, long roundNs) {
        Size(HardwareBackend hardware, Map<String, String> options, List<ProgramExtension> extensions, int contexts, int connections,
             int bufferBytes) {
            this(hardware, options, extensions, contexts, connections, bufferBytes, 0);
        }
    }

    VirtualHost(Port port, String address, Size size, long seed, Application application) {
        this.application = application;
        path = new DataPath(new DataPathConfig(address, size.hardware,
            List.of(new DataPathConfig.TransportChoice(factory(size.roundNs), size.options, size.extensions)), port,
            List.of(Ipv4Address.parse(address)), List.of(new Route(NETWORK, Ipv4Address.ANY, 1500, Map.of())),
            new Capacity(Math.max(64, size.contexts * size.connections), size.contexts), new Random(seed)));
        for (int i = 0; i < size.contexts; i++) {
            contexts.add(Toe.open(path.grant(new ContextSize(size.connections + 2, size.bufferBytes, size.bufferBytes, 1024))));
        }
    }

    private static FlexToeFactory factory(long roundNs) {
        FlexToeFactory factory = new FlexToeFactory();
        factory.plug(new ConstantRate(roundNs));
        factory.plug(new RateControl(roundNs));
        return factory;
    }

    /** A round of the data path, then of the applications. */
    void poll(long nowNs) {
        boolean busy;
        do {
            contexts.forEach(Toe::flush);
            nextNs = path.poll(nowNs);
            busy = false;
            for (Toe toe : contexts) {
                busy |= toe.poll(0) > 0;
                for (Endpoint ready = toe.nextReady(); ready != null; ready = toe.nextReady()) {
                    application.ready(ready, nowNs);
                    busy = true;
                }
            }
            busy |= application.act(nowNs);
        } while (busy);
        nextNs = Math.min(nextNs, application.dueNs());
    }
}
