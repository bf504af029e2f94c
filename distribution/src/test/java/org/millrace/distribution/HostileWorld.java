package org.millrace.distribution;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.SplittableRandom;
import org.millrace.api.context.ContextSize;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.wire.TcpHeader;

/**
 * A host under attack, an innocent one that streams to and from it meanwhile, and a peer with a script. The host's
 * context has one more connection that carries nothing and whose rings are filled with a mark.
 */
final class HostileWorld {
    static final long SECOND_NS = 1_000_000_000;
    static final int LISTENING = 80;
    private static final int RING = 16 << 10;
    private static final byte MARK = (byte) 0xc3;
    private static final int STREAM_BYTES = 600_000;
    private static final int MAX_ROUNDS = 3_000;
    private static final InetSocketAddress SERVER =
        new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), LISTENING);

    final VirtualWorld world = new VirtualWorld(
        new FrameLink(20_000, 1500, false).bitsPerSecond(1_000_000_000), SECOND_NS);
    final InjectPort port;
    final VirtualHost target;
    final VirtualHost innocent;
    final ScriptedPeer peer;
    final SplittableRandom random;
    final ListenSocket listener;
    /** The target's end of the connection to the scripted peer, or null. */
    StreamSocket victim;
    private final TwoHosts.Pair stream;
    private final StreamSocket[] marked = new StreamSocket[2];
    private final long receiveRing;
    private final long transmitRing;
    private StreamSocket fromInnocent;
    private int nextPort = 2000;
    private final String received;

    /**
     * @param program what both hosts run on hw-bluefield
     * @param seed    of everything random
     */
    HostileWorld(TransportFactory program, long seed) {
        VirtualHost.Stack stack = new VirtualHost.Stack(new BluefieldBackend(), program, Map.of());
        received = program.name() + ".received segments";
        random = new SplittableRandom(seed);
        ContextSize size = new ContextSize(8, RING, RING, 256);
        port = new InjectPort(world.fabric.port("target", 0x0200_0000_0002L));
        target = world.add(new VirtualHost(port, "10.0.0.2", size, stack, Map.of(), seed));
        innocent = world.add(new VirtualHost(world.fabric.port("innocent", 0x0200_0000_0001L), "10.0.0.1", size, stack,
            Map.of(), seed + 1));
        peer = new ScriptedPeer(world.fabric.port("peer", 0x0200_0000_0003L), port,
            Endpoint.of("02:00:00:00:00:03", "10.0.0.3", 0), Endpoint.of("02:00:00:00:00:02", "10.0.0.2", 0),
            new Pattern(7));
        world.bystanders.add(peer);
        listener = target.toe.listen(SERVER, 16);
        target.applications.add(this::accept);
        world.until("listening", listener::isListening, SECOND_NS);
        marked[0] = connectInnocent();
        marked[1] = fromInnocent;
        receiveRing = marked[1].readableOffset();
        transmitRing = marked[1].writableOffset();
        target.toe.region().asSlice(receiveRing, RING).fill(MARK);
        target.toe.region().asSlice(transmitRing, RING).fill(MARK);
        StreamSocket outgoing = connectInnocent();
        stream = new TwoHosts.Pair(new StreamEnd(outgoing, 1, 2, STREAM_BYTES, 4096),
            new StreamEnd(fromInnocent, 2, 1, STREAM_BYTES, 4096));
        innocent.applications.add(stream.client());
        target.applications.add(stream.server());
    }

    private StreamSocket connectInnocent() {
        fromInnocent = null;
        StreamSocket socket = innocent.toe.connect(SERVER);
        world.until("innocent connected", () -> socket.isConnected() && fromInnocent != null, SECOND_NS);
        return socket;
    }

    /** Takes who is expected; resets who was made by a forged handshake. */
    private boolean accept() {
        try {
            StreamSocket next = listener.accept();
            if (next == null) {
                return false;
            }
            if (next.peerAddress().getAddress().getHostAddress().equals("10.0.0.1")) {
                fromInnocent = next;
            } else if (victim == null && next.peerAddress().getPort() == peer.own.port()) {
                victim = next;
            } else {
                next.abort();
            }
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sets up a new connection between target and scripted peer with well-formed segments only. */
    void reach(String state) {
        if (victim != null) {
            victim.abort();
            world.run(100_000);
        }
        victim = null;
        peer.begin(nextPort++, LISTENING, random.nextInt(), random.nextBoolean());
        switch (state) {
            case "LISTEN" -> {
                return;
            }
            case "SYN-SENT" -> connect();
            case "SYN-RECEIVED" -> synchronise();
            default -> {
                establish();
                close(state);
            }
        }
        world.run(3_000_000); // the control plane looks at closing flows once a millisecond
        String reached = target.state(peer.own.port());
        if (!reached.equals(state)) {
            throw new AssertionError("reached " + reached + " instead of " + state + "; " + world.describe());
        }
    }

    private void connect() {
        victim = target.toe.connect(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.3"), peer.own.port()));
        world.until("SYN", () -> peer.synchronised, SECOND_NS);
    }

    private void synchronise() {
        peer.send(TcpHeader.SYN);
        world.until("SYN-ACK", () -> peer.synchronised, SECOND_NS);
    }

    private void establish() {
        if (random.nextBoolean()) {
            connect();
            peer.send(TcpHeader.SYN | TcpHeader.ACK);
        } else {
            synchronise();
            peer.send(TcpHeader.ACK);
        }
        world.until("established", () -> victim != null && victim.isConnected(), SECOND_NS);
        peer.send(TcpHeader.ACK, new Pattern(8).bytes(0, 500));
        world.until("data", () -> victim.readable() == 500, SECOND_NS);
    }

    private void close(String state) {
        switch (state) {
            case "FIN-WAIT-1" -> finish();
            case "FIN-WAIT-2", "TIME-WAIT" -> {
                finish();
                peer.send(TcpHeader.ACK);
                if (state.equals("TIME-WAIT")) {
                    peer.send(TcpHeader.FIN | TcpHeader.ACK);
                }
            }
            case "CLOSING" -> {
                finish();
                port.inject(peer.segment(TcpHeader.FIN | TcpHeader.ACK, new byte[0]).ack(peer.ack - 1).build(), 0);
                peer.seq++;
            }
            case "CLOSE-WAIT" -> peer.send(TcpHeader.FIN | TcpHeader.ACK);
            case "LAST-ACK" -> {
                peer.send(TcpHeader.FIN | TcpHeader.ACK);
                world.run(1_000_000);
                finish();
            }
            default -> {
            }
        }
    }

    private void finish() {
        victim.shutdownOutput();
        world.until("FIN", () -> peer.ended, SECOND_NS);
    }

    /** Gives the target one frame and lets it finish with it: it must come to rest, and the frame to some account. */
    void receive(byte[] frame, int segmentSize) {
        long before = accounts();
        port.inject(frame, segmentSize);
        long nowNs = world.clock.nowNs();
        for (int i = 0; target.poll(nowNs) <= nowNs; i++) {
            if (i > MAX_ROUNDS) {
                throw new AssertionError("busy without end; " + world.describe());
            }
        }
        if (accounts() <= before) {
            throw new AssertionError("received and not accounted for");
        }
        world.run(random.nextInt(20_000));
    }

    private long accounts() {
        long[] sum = new long[1];
        target.status().counters().forEach((name, count) -> {
            boolean own = name.startsWith("drop.") && !name.equals("drop.nothing to send");
            sum[0] += own || name.startsWith("network.") || name.equals(received) ? count : 0;
        });
        return sum[0];
    }

    /** Fails unless the innocent's streams arrive, the mark is whole, and once all is closed nothing is left. */
    void assertUnharmed() {
        world.until("innocent's streams", stream::isDone, 60 * SECOND_NS);
        assertMarked(receiveRing);
        assertMarked(transmitRing);
        stream.close();
        marked[0].close();
        marked[1].close();
        if (victim != null) {
            victim.abort();
        }
        world.until("all gone", () -> target.status().contextConnections() == 0
            && target.status().transports().getFirst().flows() == 0
            && target.status().connections().size() == 1, 1000 * SECOND_NS);
        long rounds = world.rounds;
        world.run(100 * SECOND_NS);
        if (world.rounds - rounds > 500 || target.counter("contexts.transfer faults") != 0) {
            throw new AssertionError((world.rounds - rounds) + " rounds in 100 s of rest; " + world.describe());
        }
    }

    private void assertMarked(long ring) {
        MemorySegment region = target.toe.region();
        for (int i = 0; i < RING; i++) {
            if (region.get(ValueLayout.JAVA_BYTE, ring + i) != MARK) {
                throw new AssertionError("byte " + i + " of a ring of another connection was written");
            }
        }
    }
}
