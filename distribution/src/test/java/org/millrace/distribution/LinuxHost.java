package org.millrace.distribution;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortFactory;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.fileserver.Services;
import org.millrace.ports.PacketPortFactory;
import org.millrace.runtime.Instance;
import org.millrace.runtime.config.InstanceConfig;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.Impairment;
import org.millrace.testkit.Namespace;
import org.millrace.tofino.TofinoBackend;

/**
 * A Millrace host with all services in this process, and Linux, at the two ends of a veth pair. Runs in a network
 * namespace of its own; whoever calls the kernel talks to Millrace.
 */
final class LinuxHost implements AutoCloseable {
    static final String ADDRESS = "10.77.0.2";
    static final InetSocketAddress HTTP = at(80);
    static final InetSocketAddress ECHO = at(7);
    static final InetSocketAddress DISCARD = at(9);
    static final InetSocketAddress SOURCE = at(19);

    /** The transport that {@link #start} serves with; the first unless a scenario is run for another. */
    static TransportFactory transport = new FlexToeFactory();
    /** Its options, before the scenario's. */
    static final Map<String, String> OPTIONS = new HashMap<>();
    /** What runs it; likewise. */
    static HardwareBackend hardware = new BluefieldBackend();

    final Instance instance;
    private final Services services;
    private final Thread thread;

    private LinuxHost(Instance instance, Services services) {
        this.instance = instance;
        this.services = services;
        thread = Thread.ofPlatform().daemon().name("services").start(services::run);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), port);
    }

    /** Makes the link. */
    static void link(int mtuBytes) {
        Namespace.execute("ip link add linux0 type veth peer name millrace0", "ip link set lo up",
            "ip link set linux0 mtu " + mtuBytes + " addrgenmode none",
            "ip link set millrace0 mtu " + mtuBytes + " addrgenmode none", "ip addr add 10.77.0.1/24 dev linux0",
            "ip link set linux0 up", "ip link set millrace0 up");
    }

    /** Starts an instance on the link; {@code options} go before the defaults. */
    static Instance instance(PortFactory port, List<? extends TransportFactory> transports,
                             Map<String, String> options) {
        Map<String, String> configuration = new HashMap<>(Map.of("instance", "test", "hardware", hardware.name(),
            "transports", transports.getFirst().name(), "port", port.kind(), "port.interface", "millrace0", "address",
            ADDRESS + "/24", "flows", "32768"));
        configuration.putAll(options);
        return Instance.start(InstanceConfig.parse(configuration), List.of(hardware), transports,
            List.of(port));
    }

    /** Starts all services on the link; returns when they listen. */
    static LinuxHost start(PortFactory port, ContextSize size, Path root, Map<String, String> options)
        throws Exception {
        Map<String, String> all = new HashMap<>(OPTIONS);
        all.putAll(options);
        Instance instance = instance(port, List.of(transport), all);
        Services services = new Services(instance, size, Services.Patience.DEFAULT);
        var listening = List.of(services.http(HTTP, root), services.echo(ECHO), services.discard(DISCARD),
            services.source(SOURCE));
        LinuxHost host = new LinuxHost(instance, services);
        for (var future : listening) {
            future.get(10, TimeUnit.SECONDS);
        }
        return host;
    }

    static LinuxHost start(Path root) throws Exception {
        return start(new PacketPortFactory(), ContextSize.DEFAULT, root, Map.of());
    }

    static void transport(String name) {
        transport = List.of(new FlexToeFactory(), new LaminarFactory()).stream()
            .filter(factory -> factory.name().equals(name)).findFirst().orElseThrow();
    }

    /** An option of the transport, or how many data paths there are, {@code KEY=VALUE}. */
    static void option(String text) {
        String[] keyAndValue = text.split("=");
        OPTIONS.put(keyAndValue[0].equals("cores") ? "cores" : "transport." + transport.name() + "." + keyAndValue[0], keyAndValue[1]);
    }

    static void hardware(String name) {
        hardware = List.of(new BluefieldBackend(), new TofinoBackend()).stream()
            .filter(backend -> backend.name().equals(name)).findFirst().orElseThrow();
    }

    DataPathStatus status() {
        return instance.status();
    }

    @Override
    public void close() {
        services.close();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        instance.close();
    }

    /** The packet port behind a seeded bad wire. */
    static final class BadWire implements PortFactory {
        private final PacketPortFactory packet = new PacketPortFactory();
        private final Impairment impairment;
        ImpairedPort port;

        BadWire(Impairment impairment) {
            this.impairment = impairment;
        }

        @Override
        public String kind() {
            return packet.kind();
        }

        @Override
        public Port open(Map<String, String> options) {
            port = ImpairedPort.wrap(packet.open(options), impairment);
            return port;
        }
    }
}
