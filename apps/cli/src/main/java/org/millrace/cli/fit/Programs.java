package org.millrace.cli.fit;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.hardware.HostServices;
import org.millrace.api.pipeline.Program;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.TransportFactory;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.HomaFactory;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.udp.UdpFactory;

/** Programs, made to be looked at: their host has constants only, no extern and no table. */
final class Programs {
    private static final List<TransportFactory> OWN = List.of(new FlexToeFactory(), new LaminarFactory(), new HomaFactory(),
        new UdpFactory());
    private static final PortInfo PORT = new PortInfo("none", 0x02_00_00_00_00_01L, 1500, 1514, false, false, false);
    private static final int SECRET_BYTES = 16;
    private static final HostServices NOTHING = new HostServices(null, null, null, 0);

    private final List<TransportFactory> factories = new ArrayList<>();

    /** @param bundled those of bundles; one of the same name stands in place of the tools' own */
    Programs(List<TransportFactory> bundled) {
        factories.addAll(bundled);
        factories.addAll(OWN);
    }

    List<String> names() {
        return factories.stream().map(TransportFactory::name).distinct().toList();
    }

    /** {@return the program of that name as it would be loaded with these options, empty if there is none} */
    Optional<Program<?>> program(String name, HardwareBackend machine, Capacity capacity, Map<String, String> options) {
        return factories.stream().filter(factory -> factory.name().equals(name)).findFirst()
            .map(factory -> factory.create(host(machine, capacity, options)).program());
    }

    /** {@return the number in the IP header of the program of that name, which there is} */
    int protocol(String name) {
        return factories.stream().filter(factory -> factory.name().equals(name)).findFirst().orElseThrow().protocol();
    }

    private static TransportHost host(HardwareBackend machine, Capacity capacity, Map<String, String> options) {
        return (TransportHost) Proxy.newProxyInstance(Programs.class.getClassLoader(),
            new Class<?>[] {TransportHost.class}, (proxy, method, arguments) -> switch (method.getName()) {
                case "options" -> options;
                case "capacity" -> capacity;
                case "port" -> PORT;
                case "externs" -> machine.externs(NOTHING, capacity);
                case "secret" -> new byte[SECRET_BYTES];
                case "lookup", "dma", "contextQueue", "flows", "contexts" -> null; // kept by stages, not called
                default -> throw new UnsupportedOperationException(method.getName() + " on a program that is not loaded");
            });
    }
}
