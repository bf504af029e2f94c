package org.millrace.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.homa.HomaFactory;
import org.millrace.net.Route;
import org.millrace.ports.FramePort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.testkit.Endpoint;
import org.millrace.toe.Toe;
import org.millrace.udp.UdpFactory;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * A data path with TCP, UDP and Homa, in virtual time, and everybody else on its link. One thread.
 *
 * <p>What happens at one moment is bounded: a data path that is busy without end has been led astray.
 */
final class World implements AutoCloseable {
    static final Endpoint US = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 80);
    static final Endpoint PEER = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 40_000);
    private static final int MTU = 1500;
    private static final int MOST_ROUNDS = 50_000;
    private static final int CONNECTIONS = 16;
    private static final int CONTEXTS = 4;
    private static final ContextSize SIZE = new ContextSize(CONNECTIONS, 1 << 16, 1 << 16, 64);

    final DataPath path;
    private final FramePort port;
    private final Deque<byte[]> sent = new ArrayDeque<>();
    private final List<Toe> applications = new ArrayList<>();
    private long nowNs = 1_000_000_000;

    World(TransportFactory tcp) {
        port = new FramePort("fuzz", US.mac(), MTU, this::transmitted);
        Ipv4Prefix network = Ipv4Prefix.parse("10.0.0.0/24");
        path = new DataPath(new DataPathConfig("fuzz", new BluefieldBackend(),
            List.of(new TransportChoice(tcp, Map.of()), new TransportChoice(new UdpFactory(), Map.of()),
                new TransportChoice(new HomaFactory(), Map.of())), port,
            List.of(new Ipv4Address(US.address())), List.of(Route.onLink(network, MTU)),
            new Capacity(CONNECTIONS * CONTEXTS, CONTEXTS), new Random(1)));
    }

    /** {@return a new application} */
    Toe application() {
        Toe toe = Toe.open(grant());
        applications.add(toe);
        return toe;
    }

    /** {@return a context whose owner may write what it likes} */
    ContextGrant grant() {
        return path.grant(SIZE);
    }

    private void transmitted(byte[] frame) {
        if (!answered(frame)) {
            sent.add(frame);
        }
    }

    /** Everybody on the link has the peer's MAC address. */
    private boolean answered(byte[] bytes) {
        MemorySegment frame = MemorySegment.ofArray(bytes);
        if (new EthernetHeader().wrap(frame, 0).etherType() != EthernetHeader.ARP) {
            return false;
        }
        ArpPacket asked = new ArpPacket().wrap(frame, EthernetHeader.LENGTH);
        if (asked.operation() == ArpPacket.REQUEST && asked.targetIp() != US.address()) {
            byte[] reply = new byte[EthernetHeader.LENGTH + ArpPacket.LENGTH];
            MemorySegment to = MemorySegment.ofArray(reply);
            new EthernetHeader().wrap(to, 0).destination(US.mac()).source(PEER.mac()).etherType(EthernetHeader.ARP);
            new ArpPacket().wrap(to, EthernetHeader.LENGTH).initialize(ArpPacket.REPLY).sender(PEER.mac(), asked.targetIp())
                .target(US.mac(), US.address());
            port.inject(reply);
        }
        return true;
    }

    void inject(byte[] frame) {
        port.inject(frame);
        settle();
    }

    /** Lets everything happen that happens now. */
    void settle() {
        for (int rounds = 0; rounds < MOST_ROUNDS; rounds++) {
            applications.forEach(Toe::flush);
            long nextNs = path.poll(nowNs);
            boolean busy = false;
            for (Toe toe : applications) {
                busy |= toe.poll(0) > 0;
                while (toe.nextReady() != null) {
                    busy = true;
                }
            }
            if (nextNs > nowNs && !busy) {
                return;
            }
        }
        throw new AssertionError("busy without end at " + nowNs + " ns");
    }

    /** Lets time pass, timers included. */
    void pass(long ns) {
        long untilNs = nowNs + ns;
        for (int rounds = 0; nowNs < untilNs && rounds < MOST_ROUNDS; rounds++) {
            nowNs = Math.min(untilNs, Math.max(nowNs + 1, path.poll(nowNs)));
            settle();
        }
        nowNs = untilNs;
    }

    /** {@return what was sent since the last call} */
    List<byte[]> sent() {
        List<byte[]> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }

    @Override
    public void close() {
        applications.forEach(Toe::close);
        path.close();
    }
}
