package org.millrace.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.testkit.ImpairedPort;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** A host of a {@link VirtualWorld}: a data path that runs TCP, and its applications, all on the test's thread. */
final class VirtualHost {
    /** How long an impaired port holds back a frame that nothing overtakes. */
    static final long HOLD_NS = 200_000;

    final Port port;
    final DataPath path;
    final Toe toe;
    /** Each does what it can and answers whether that was anything. */
    final List<BooleanSupplier> applications = new ArrayList<>();

    /**
     * What a host is made of.
     *
     * @param hardware  runs the transport
     * @param transport TCP
     * @param options   of TCP
     */
    record Stack(HardwareBackend hardware, TransportFactory transport, Map<String, String> options) {
    }

    /**
     * @param port    its port
     * @param address its address in 10.0.0.0/24
     * @param size    of its one context
     * @param stack   what it is made of
     * @param route   options of its route
     * @param seed    of its secrets
     */
    VirtualHost(Port port, String address, ContextSize size, Stack stack, Map<String, String> route, long seed) {
        this.port = port;
        Route link = new Route(Ipv4Prefix.parse("10.0.0.0/24"), Ipv4Address.ANY, port.info().mtuBytes(), route);
        path = new DataPath(new DataPathConfig(address, stack.hardware,
            List.of(new DataPathConfig.TransportChoice(stack.transport, stack.options)), port,
            List.of(Ipv4Address.parse(address)), List.of(link), new Capacity(64, 2), new Random(seed)));
        toe = Toe.open(path.grant(size));
    }

    /** One round of the data path, then of the applications. Answers as {@link DataPath#poll}. */
    long poll(long nowNs) {
        toe.flush(); // what the test has asked for between rounds
        long deadlineNs = path.poll(nowNs);
        boolean busy = toe.poll(0) > 0;
        while (toe.nextReady() != null) {
            busy = true; // who is ready finds out by asking
        }
        for (BooleanSupplier application : List.copyOf(applications)) {
            busy |= application.getAsBoolean();
        }
        toe.flush();
        if (port instanceof ImpairedPort impaired && impaired.held() > 0) {
            deadlineNs = Math.min(deadlineNs, nowNs + HOLD_NS);
        }
        return busy ? nowNs : deadlineNs;
    }

    DataPathStatus status() {
        return path.status();
    }

    long counter(String name) {
        return status().counters().getOrDefault(name, 0L);
    }

    /** {@return the state of the connection whose peer has this port, or {@code none}} */
    String state(int peerPort) {
        return status().connections().stream()
            .filter(line -> line.peer() != null && line.peer().getPort() == peerPort)
            .map(line -> line.state()).findFirst().orElse("none");
    }
}
