package org.millrace.benchmarks;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", PeerPort.FIRST_PORT);
    private static final int PEER_ISN = 1000;

    private final PeerPort port;
    private final DataPath path;
    private final EchoApplication application;
    private final int[] sent;
    private final FlowOrder order;
    private long nowNs = 1_000_000_000;

    EchoWorld(HardwareBackend hardware, TransportFactory transport, EchoConditions conditions) throws Exception {
        int flows = conditions.flows();
        order = conditions.order();
        port = new PeerPort(flows, 192, conditions.softwareChecksums());
        path = new DataPath(new DataPathConfig("bench", hardware,
            List.of(new DataPathConfig.TransportChoice(transport, Map.of("delayed-ack-segments", "1"))), port,
            List.of(Ipv4Address.parse("10.0.0.2")),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)), new Capacity(flows + 16, 1), new Random(1)));
        ContextGrant grant = path.grant(new ContextSize(flows, 4096, 4096, 4096));
        application = conditions.withLibrary() ? new LibraryEcho(grant) : new RawEcho(grant);
        application.listen(InetAddress.ofLiteral("10.0.0.2"), PORT, flows);
        sent = new int[flows];
        byte[] arp = FrameBuilder.arpRequest(PEER, SERVER.address());
        port.frame(0, arp);
        port.queue(0, arp.length);
        settle();
        for (int flow = 0; flow < flows; flow++) {
            establish(flow);
        }
        if (application.connections() != flows) {
            throw new IllegalStateException(application.connections() + " of " + flows + " connections");
        }
    }

    private void establish(int flow) {
        Endpoint peer = PEER.atPort(PeerPort.FIRST_PORT + flow);
        byte[] syn = FrameBuilder.tcp().from(peer).to(SERVER).seq(PEER_ISN - 1).flags(TcpHeader.SYN).window(65535)
            .build();
        port.frame(flow, syn);
        port.queue(flow, syn.length, PEER_ISN - 1, 0);
        settle();
        byte[] data = FrameBuilder.tcp().from(peer).to(SERVER).flags(TcpHeader.ACK).window(65535)
            .payload(new byte[PAYLOAD]).build();
        port.frame(flow, data);
        sent[flow] = PEER_ISN;
        port.queue(flow, HEADERS, PEER_ISN, port.seenSeq[flow]);
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

    private void step() {
        nowNs += 10_000;
        path.poll(nowNs);
    }

    @Override
    public void echo() {
        int first = order.nextBatch();
        for (int i = first; i < first + BATCH; i++) {
            int flow = order.flow(i);
            port.queue(flow, HEADERS + PAYLOAD, sent[flow], port.seenSeq[flow]);
            sent[flow] += PAYLOAD;
        }
        step();
        application.echo();
        step();
        for (int i = first; i < first + BATCH; i++) {
            int flow = order.flow(i);
            port.queue(flow, HEADERS, sent[flow], port.seenSeq[flow]);
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
