package org.millrace.benchmarks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.TcpHeader;

/**
 * A data path that receives a stream from a peer that is the benchmark, and an application that takes it. The peer's frames lie in 4 MiB of memory, as in a
 * memory port's ring, and are received in place; their headers alone are written anew. All but lanes runs on one thread and on virtual time.
 */
final class BulkWorld implements AutoCloseable {
    private static final int RING_BYTES = 4 << 20;
    /** What a connection's receive ring begins with, and what it grows to. */
    private static final int FIRST_RECEIVE_BYTES = 256 << 10;
    private static final int RECEIVE_BYTES = 4 << 20;
    private static final long ROUND_NS = 10_000;
    /** By the handshake; so long that a connection wants all the room that it can have. */
    private static final long ROUND_TRIP_NS = 2_000_000;
    private static final int GROWING_ROUNDS = 1_000;
    private static final int MOST_FRAMES = 64;
    private static final int MSS = 1448;
    private static final Endpoint SERVER = Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 7);
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", PeerPort.FIRST_PORT);
    private static final int PEER_ISN = 1000;

    private final PeerPort port;
    private final DataPath path;
    private final Toe toe;
    private final StreamSocket stream;
    private final int segmentBytes;
    private final int frames;
    private int burst;
    private int next;
    private int seq = PEER_ISN;
    private long nowNs = 1_000_000_000;

    /** @param segmentBytes payload bytes of a frame: {@value #MSS}, or up to 65,000 of a super-frame */
    BulkWorld(HardwareBackend hardware, int segmentBytes, boolean softwareChecksums) throws Exception {
        this.segmentBytes = segmentBytes;
        frames = RING_BYTES / (segmentBytes + EchoSubject.HEADERS);
        burst = burst(FIRST_RECEIVE_BYTES);
        port = new PeerPort(frames, segmentBytes + EchoSubject.HEADERS + Long.BYTES & -Long.BYTES, softwareChecksums);
        path = new DataPath(new DataPathConfig("bulk", hardware, List.of(new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of())),
            port, List.of(Ipv4Address.parse("10.0.0.2")), List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)),
            new Capacity(16, 1), new Random(1)));
        toe = Toe.open(path.grant(new ContextSize(4, RECEIVE_BYTES, 64 << 10, 1024)));
        ListenSocket listener = toe.listen(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 7), 1);
        byte[] arp = FrameBuilder.arpRequest(PEER, SERVER.address());
        port.frame(0, arp);
        port.queue(0, arp.length);
        settle();
        byte[] syn = FrameBuilder.tcp().from(PEER).to(SERVER).seq(PEER_ISN - 1).flags(TcpHeader.SYN).window(65535)
            .windowScale(7).build();
        port.frame(0, syn);
        port.queue(0, syn.length, PEER_ISN - 1, 0);
        settle();
        byte[] data = FrameBuilder.tcp().from(PEER).to(SERVER).flags(TcpHeader.ACK).window(65535).payload(new byte[segmentBytes]).build();
        for (int frame = 0; frame < frames; frame++) {
            port.frame(frame, data);
        }
        port.queue(0, EchoSubject.HEADERS, seq, port.seenSeq[0]);
        settle();
        stream = listener.accept();
        for (int i = 0; i < GROWING_ROUNDS; i++) {
            receive();
        }
        burst = burst(RECEIVE_BYTES);
    }

    /** Half of the ring is on the way at most: what is taken opens the window a round later. */
    private int burst(int ringBytes) {
        return Math.min(MOST_FRAMES, ringBytes / 2 / segmentBytes);
    }

    private void settle() {
        for (int i = 0; i < 4; i++) {
            step();
        }
        nowNs += ROUND_TRIP_NS;
    }

    private void step() {
        nowNs += ROUND_NS;
        path.poll(nowNs);
        toe.poll(0);
        toe.flush();
    }

    /** Receives a round's frames, acknowledges them, and has them taken. Answers their payload bytes. */
    int receive() {
        for (int i = 0; i < burst; i++) {
            port.queue(next, EchoSubject.HEADERS + segmentBytes, seq, port.seenSeq[0]);
            seq += segmentBytes;
            next = next + 1 == frames ? 0 : next + 1;
        }
        step();
        stream.release(stream.readable());
        toe.flush();
        return burst * segmentBytes;
    }

    /** Fails unless all that was sent has been acknowledged. */
    void check() {
        step();
        if (port.seenAck[0] != seq) {
            throw new IllegalStateException("acknowledged up to " + port.seenAck[0] + ", sent up to " + seq);
        }
    }

    @Override
    public void close() {
        path.close();
    }
}
