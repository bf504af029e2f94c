package org.millrace.benchmarks;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.millrace.api.context.ContextGrant;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.runtime.trace.TracePoints;
import org.millrace.runtime.trace.TraceRequest;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.TcpHeader;

/**
 * A data path with established connections to a peer that is the benchmark, and an application that echoes. All on one
 * thread and on virtual time, so what is measured is the code and nothing else.
 */
final class EchoWorld implements EchoSubject {
    private static final int PORT = 7;
    private static final Endpoint SERVER = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", PORT);
    private static final long PEER_MAC = 0x02_00_00_00_00_01L;
    private static final int PEER_ISN = 1000;

    /** The peers of all flows. */
    final PeerPort port;
    private final EchoShard shard;
    private final Set<Integer> introduced = new HashSet<>();
    private final DataPath path;
    private final EchoApplication application;
    private final int[] sent;
    private final FlowOrder order;
    private long nowNs = 1_000_000_000;

    EchoWorld(HardwareBackend hardware, TransportFactory transport, EchoConditions conditions) throws Exception {
        this(hardware, transport, conditions, EchoShard.alone());
    }

    EchoWorld(HardwareBackend hardware, TransportFactory transport, EchoConditions conditions, EchoShard shard)
            throws Exception {
        this.shard = shard;
        int flows = conditions.flows();
        order = conditions.order();
        port = new PeerPort(flows, 192, conditions.softwareChecksums());
        path = new DataPath(new DataPathConfig("bench", hardware,
            List.of(new DataPathConfig.TransportChoice(transport, Map.of("delayed-ack-segments", "1"))), port,
            List.of(Ipv4Address.parse("10.0.0.2")),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)), new Capacity(flows + 16, 1), new Random(1),
            shard.place(), Map.of()));
        ContextGrant grant = path.grant(new ContextSize(flows, 4096, 4096, 4096));
        application = conditions.withLibrary() ? new LibraryEcho(grant) : new RawEcho(grant);
        application.listen(InetAddress.ofLiteral("10.0.0.2"), PORT, flows);
        sent = new int[flows];
        for (int flow = 0; flow < flows; flow++) {
            establish(flow);
        }
        if (application.connections() != flows) {
            throw new IllegalStateException(application.connections() + " of " + flows + " connections");
        }
    }

    private void establish(int flow) {
        int peerPort = PeerPort.FIRST_PORT + flow;
        Endpoint peer = new Endpoint(PEER_MAC, shard.peer(peerPort, PORT), peerPort);
        byte[] syn = FrameBuilder.tcp().from(peer).to(SERVER).seq(PEER_ISN - 1).flags(TcpHeader.SYN).window(65535)
            .build();
        if (introduced.add(peer.address())) { // before it answers a peer it asks who that is
            open(flow, syn);
            byte[] arp = FrameBuilder.arpReply(peer, SERVER);
            port.frame(flow, arp);
            port.queue(flow, arp.length);
            settle();
        }
        open(flow, syn);
        byte[] data = FrameBuilder.tcp().from(peer).to(SERVER).flags(TcpHeader.ACK).window(65535)
            .payload(new byte[PAYLOAD]).build();
        port.frame(flow, data);
        sent[flow] = PEER_ISN;
        port.queue(flow, HEADERS, PEER_ISN, port.seenSeq[flow]);
        settle();
    }

    private void open(int flow, byte[] syn) {
        port.frame(flow, syn);
        port.queue(flow, syn.length, PEER_ISN - 1, 0);
        settle();
    }

    private void settle() {
        for (int i = 0; i < 4; i++) {
            step();
            application.echo();
        }
    }

    /** Loads the program again with trace points, or without. */
    void trace(TraceRequest points) throws SwapException {
        Swap.now(path, SwapRequest.KEEP.warmUp(0).transport(0,
            path.running().transports().getFirst().with(List.of(new TracePoints(points)))));
    }

    /** A round of the data path. Answers whether there may be more to do. */
    private boolean step() {
        nowNs += 10_000;
        return path.poll(nowNs) <= nowNs;
    }

    /** A round of the data path, one of the application, and one for what it has asked for. */
    void serve() {
        step();
        application.echo();
        step();
    }

    /** {@link #serve}s until there is nothing to do. */
    void finish() {
        do {
            serve();
        } while (step());
    }

    /** A flow's peer sends a request. */
    void request(int flow, PeerPort through) {
        through.queue(flow, HEADERS + PAYLOAD, sent[flow], port.seenSeq[flow]);
        sent[flow] += PAYLOAD;
    }

    /** A flow's peer acknowledges what it has received. */
    void acknowledge(int flow, PeerPort through) {
        through.queue(flow, HEADERS, sent[flow], port.seenSeq[flow]);
    }

    @Override
    public void echo() {
        int first = order.nextBatch();
        for (int i = first; i < first + BATCH; i++) {
            request(order.flow(i), port);
        }
        serve();
        for (int i = first; i < first + BATCH; i++) {
            acknowledge(order.flow(i), port);
        }
        step();
    }

    @Override
    public void check() {
        long before = port.sentPayload;
        port.checks = true;
        echo();
        port.checks = false;
        if (port.sentPayload - before != (long) BATCH * PAYLOAD) {
            throw new IllegalStateException("echoed " + (port.sentPayload - before) + " of " + BATCH * PAYLOAD);
        }
    }
}
