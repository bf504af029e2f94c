package org.millrace.distribution;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.path.DataPath;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * A server whose data path is what everybody waits for: its work takes time ({@link WorkPort}), its peers' takes none. It echoes to some
 * and sends to, or receives from, others without end, each from a context of its own.
 */
final class SharedServer {
    static final int ECHO = 7;
    static final int BULK = 8;
    static final int REQUEST = 64;
    private static final long DELAY_NS = 2_000;
    private static final int THINK_NS = 5_000;
    private static final int NOBODY = -1;
    private static final long STEP_NS = 500;
    private static final ContextSize SIZE = new ContextSize(40, 256 << 10, 256 << 10, 4096);
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.2");

    /** What a test may choose. */
    static final class Choice {
        HardwareBackend hardware = new BluefieldBackend();
        TransportFactory transport = new FlexToeFactory();
        /** Peers are 10.0.0.16 and so on, one for the echoes and one for each bulk class. */
        List<Route> routes = List.of();
        Map<Integer, Integer> weights = Map.of();
        int echoes = 32;
        /** Streams of each bulk class. */
        int streams = 4;
        int bulkClasses = 1;
        /** Whether the peers send the bulk. */
        boolean inwards;
        long seed = 1;
    }

    final ManualClock clock = new ManualClock(1_000_000_000);
    final DataPath path;
    /** How long each answer took, ns: from the request's sending to the answer's, in the server's time. */
    final List<Long> latenciesNs = new ArrayList<>();
    /** Bytes that each bulk class has got through. */
    final long[] bulkBytes;
    private final Choice choice;
    private final Random random;
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(DELAY_NS, 1500, true));
    private final List<VirtualHost> peers = new ArrayList<>();
    private final List<Toe> toes;
    private final ListenSocket echo;
    private final ListenSocket bulk;
    private final List<StreamSocket> served = new ArrayList<>();
    private final List<StreamSocket> moved = new ArrayList<>();
    private final Map<Integer, Long> requestedNs = new HashMap<>();
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[256 << 10]);

    SharedServer(Choice choice) {
        this.choice = choice;
        System.out.println("seed " + choice.seed);
        random = new Random(choice.seed);
        bulkBytes = new long[choice.bulkClasses];
        Port port = new WorkPort(fabric.port("server", 0x0200_0000_0002L), this::pass, this::answered);
        List<Route> routes = new ArrayList<>(choice.routes);
        routes.add(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500));
        path = new DataPath(new DataPathConfig("server", choice.hardware,
            List.of(new DataPathConfig.TransportChoice(choice.transport, Map.of())), port, List.of(Ipv4Address.parse("10.0.0.2")),
            routes, new Capacity(64, 4), new Random(choice.seed), ShardPlace.ALONE,
            choice.weights));
        toes = List.of(Toe.open(path.grant(SIZE)), Toe.open(path.grant(SIZE)));
        echo = toes.get(0).listen(new InetSocketAddress(ADDRESS, ECHO), 64);
        bulk = toes.get(1).listen(new InetSocketAddress(ADDRESS, BULK), 64);
        for (int i = 0; i <= choice.bulkClasses; i++) {
            String address = "10.0.0." + (16 + i);
            peers.add(new VirtualHost(fabric.port(address, 0x0200_0000_0010L + i), address, SIZE,
                new VirtualHost.Stack(new BluefieldBackend(), new FlexToeFactory(), Map.of()), Map.of(), choice.seed + i));
        }
        run(100_000);
        for (int i = 0; i < choice.echoes; i++) {
            caller(peers.getFirst());
            run(i == 0 ? 100_000 : 20_000); // what waits for a neighbour is limited
        }
    }

    /** Lets the bulk begin. */
    void beginBulk() {
        for (int i = 0; i < choice.bulkClasses; i++) {
            for (int j = 0; j < choice.streams; j++) {
                mover(peers.get(1 + i), i);
                run(j == 0 ? 100_000 : 20_000);
            }
        }
    }

    private void caller(VirtualHost peer) {
        StreamSocket socket = peer.toe.connect(new InetSocketAddress(ADDRESS, ECHO));
        long[] nextNs = {0};
        int[] missing = {0};
        peer.applications.add(() -> {
            try {
                if (!socket.isConnected()) {
                    return false;
                }
                int got = socket.read(buffer, 0, REQUEST);
                if (got > 0) {
                    missing[0] -= got;
                    nextNs[0] = clock.nowNs() + random.nextInt(THINK_NS);
                }
                if (missing[0] == 0 && clock.nowNs() >= nextNs[0]) {
                    missing[0] = socket.write(buffer, 0, REQUEST);
                    requestedNs.put(socket.localAddress().getPort(), clock.nowNs());
                    return true;
                }
                return got > 0;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void mover(VirtualHost peer, int number) {
        StreamSocket socket = peer.toe.connect(new InetSocketAddress(ADDRESS, BULK));
        peer.applications.add(() -> socket.isConnected() && move(socket, choice.inwards, number));
    }

    /** Writes what it can, or reads what there is, which counts for a class. */
    private boolean move(StreamSocket socket, boolean writes, int number) {
        try {
            int bytes = writes ? socket.write(buffer, 0, socket.writable()) : socket.read(buffer, 0, (int) buffer.byteSize());
            if (number != NOBODY) {
                bulkBytes[number] += Math.max(bytes, 0);
            }
            return bytes > 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void answered(int port) {
        Long sinceNs = requestedNs.remove(port);
        if (sinceNs != null) {
            latenciesNs.add(clock.nowNs() - sinceNs);
        }
    }

    /** Runs for a time. */
    void run(long ns) {
        long endNs = clock.nowNs() + ns;
        while (clock.nowNs() < endNs) {
            toes.forEach(Toe::flush);
            path.poll(clock.nowNs());
            serve();
        }
    }

    /** Time passes, in which the peers do what they have to. */
    private void pass(long ns) {
        for (long left = ns; left > 0; left -= STEP_NS) {
            clock.advance(Math.min(left, STEP_NS));
            for (VirtualHost peer : peers) {
                peer.poll(clock.nowNs());
            }
        }
    }

    private void serve() {
        for (Toe toe : toes) {
            toe.poll(0);
            while (toe.nextReady() != null) { // all are asked
            }
        }
        try {
            for (StreamSocket next; (next = echo.accept()) != null;) {
                served.add(next);
            }
            for (StreamSocket next; (next = bulk.accept()) != null;) {
                moved.add(next);
            }
            for (StreamSocket socket : served) {
                int bytes = socket.read(buffer, 0, REQUEST);
                if (bytes > 0) {
                    socket.write(buffer, 0, bytes);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        moved.forEach(socket -> move(socket, !choice.inwards, NOBODY));
        toes.forEach(Toe::flush);
    }

    /** {@return latencies at quantiles of what has been measured since the last call} */
    long[] quantilesNs(double... quantiles) {
        long[] sorted = latenciesNs.stream().mapToLong(Long::longValue).sorted().toArray();
        latenciesNs.clear();
        return Arrays.stream(quantiles).mapToLong(q -> sorted[(int) (q * (sorted.length - 1))]).toArray();
    }
}
