package org.millrace.cli.testbed;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.tofino.TofinoBackend;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/**
 * What a stack is made of.
 *
 * @param program   the transport
 * @param hardware  what runs it
 * @param options   of the transport, as in a configuration without {@code tcp.}
 * @param address   the stack's address
 * @param network   of the link; everybody in it answers ARP, with {@code peerMac}
 * @param mac       the stack's MAC address, low 48 bits
 * @param peerMac   that of everybody else
 * @param answerArp whether ARP requests are answered here; if not they are frames like others
 * @param mtuBytes  largest IP datagram
 * @param size      of the one context
 * @param flows     connections that the program has room for
 * @param seed      of everything that is chosen at random
 * @param startNs   time at which it begins
 */
record StackOptions(TransportFactory program, HardwareBackend hardware, Map<String, String> options, Ipv4Address address,
                    Ipv4Prefix network, MacAddress mac, MacAddress peerMac, boolean answerArp, int mtuBytes,
                    ContextSize size, int flows, long seed, long startNs) {
    private static final Set<String> FIELDS = Set.of("op", "id", "program", "hardware", "options", "address", "network",
        "mac", "peer_mac", "arp", "mtu", "receive_bytes", "transmit_bytes", "connections", "ring_slots", "seed", "start_ns");
    private static final List<TransportFactory> PROGRAMS = List.of(new FlexToeFactory(), new LaminarFactory());
    private static final int MAX_CONNECTIONS = 4096;
    private static final int MAX_RING_SLOTS = 65_536;
    private static final int MAX_BUFFER = 16 << 20;
    private static final int DEFAULT_CONNECTIONS = 64;
    private static final int DEFAULT_BUFFER = 256 << 10;
    private static final int DEFAULT_SLOTS = 1024;
    private static final long SECOND_NS = 1_000_000_000;

    static StackOptions of(Fields f) throws TestbedException {
        f.only(FIELDS);
        int connections = f.integer("connections", DEFAULT_CONNECTIONS, 1, MAX_CONNECTIONS);
        try {
            ContextSize size = new ContextSize(connections,
                f.integer("receive_bytes", DEFAULT_BUFFER, 1, MAX_BUFFER),
                f.integer("transmit_bytes", DEFAULT_BUFFER, 1, MAX_BUFFER),
                f.integer("ring_slots", DEFAULT_SLOTS, 1, MAX_RING_SLOTS));
            return new StackOptions(program(f.text("program")), hardware(f.text("hardware", BluefieldBackend.NAME)),
                f.texts("options"), Ipv4Address.parse(f.text("address", "10.0.0.2")),
                Ipv4Prefix.parse(f.text("network", "10.0.0.0/24")), MacAddress.parse(f.text("mac", "02:00:00:00:00:02")),
                MacAddress.parse(f.text("peer_mac", "02:00:00:00:00:01")), f.flag("arp", true),
                f.integer("mtu", 1500, Route.MIN_MTU, Route.MAX_MTU), size, connections,
                f.number("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE), f.number("start_ns", SECOND_NS, 0, Long.MAX_VALUE / 2));
        } catch (IllegalArgumentException e) {
            throw new TestbedException(e.getMessage());
        }
    }

    static TransportFactory program(String name) throws TestbedException {
        for (TransportFactory factory : PROGRAMS) {
            if (factory.name().equals(name)) {
                return factory;
            }
        }
        throw new TestbedException("program is " + name + ", allowed are "
            + String.join(", ", PROGRAMS.stream().map(TransportFactory::name).toList()));
    }

    static HardwareBackend hardware(String name) throws TestbedException {
        return switch (name) {
            case BluefieldBackend.NAME -> new BluefieldBackend();
            case TofinoBackend.NAME -> new TofinoBackend();
            default -> throw new TestbedException("hardware is " + name + ", allowed are " + BluefieldBackend.NAME + ", "
                + TofinoBackend.NAME);
        };
    }
}
