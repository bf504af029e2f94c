package org.millrace.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.benchmarks.figures.Figures;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.Linux;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.ShardPlace;
import org.millrace.runtime.path.DataPath;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * Figure 5.19, live, in work: 32 connections with a call of 64 bytes under way each, alone and beside 4 streams without end, without
 * weights and with them, in turn. Two hosts at the memory port, data paths and applications, calls and streams in contexts of
 * their own, all in one thread that serves them in turn: what a call takes is the CPU time of the thread until it is answered, so
 * nobody else on the machine is in it. Prints median and 99 % of the calls, and what the streams get; of each round.
 *
 * <p>Arguments: rounds (9), ms of each measurement (300), {@code tcp-flextoe} or {@code tcp-laminar} (tcp-flextoe).
 */
public final class Isolation {
    /** Who sends the streams. */
    public static final List<String> DIRECTIONS = List.of("sent", "received");
    /** Contexts have weights, all the same. */
    public static final String WITH = "with";
    /** Whether they have. */
    public static final List<String> POLICIES = List.of("without", WITH);
    /** The median beside, as a multiple of that alone. */
    public static final String MEDIAN = ".median";
    /** The same of the 99th percentile. */
    public static final String TAIL = ".tail";
    /** What the streams get. */
    public static final String RATE = ".rate";
    /** The median alone. */
    public static final String ALONE = ".alone";

    private static final int CALLERS = 32;
    private static final int STREAMS = 4;
    private static final int BYTES = 64;
    private static final int CALLS = 7;
    private static final int BULK = 8;
    private static final int WARMUP_ROUNDS = 2;
    private static final int SAMPLES = 1 << 21;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long PATIENCE_S = 10;
    private static final long SETTLE_MS = 100;
    private static final double NS_PER_US = 1e3;
    private static final InetAddress SERVER = InetAddress.ofLiteral("10.0.0.2");

    private final boolean isSentByServer;
    private final Host server;
    private final Host client;
    private long nowNs;
    private long moved;
    private boolean isStreaming;
    private boolean isRecording;

    private Isolation(TransportFactory transport, boolean hasWeights, boolean isSentByServer) throws IOException {
        this.isSentByServer = isSentByServer;
        MemoryPort[] wire = MemoryPort.pair(Map.of());
        server = new Host(wire[0], true, transport, hasWeights);
        client = new Host(wire[1], false, transport, hasWeights);
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (client.streams.size() < STREAMS || !client.isOpen()) {
            round();
            if (System.nanoTime() > untilNs) {
                throw new IOException("not connected");
            }
        }
    }

    private void round() throws IOException {
        nowNs = THREADS.getCurrentThreadCpuTime();
        server.round();
        client.round();
    }

    private final class Host {
        private final boolean isServer;
        private final DataPath path;
        private final Toe calls;
        private final Toe bulk;
        private final List<StreamSocket> streams = new ArrayList<>();
        private final Map<StreamSocket, long[]> callers = new LinkedHashMap<>();
        private final MemorySegment buffer = Arena.ofAuto().allocate(BYTES);
        private final long[] samples = new long[SAMPLES];
        private int count;

        Host(Port port, boolean isServer, TransportFactory transport, boolean hasWeights) {
            this.isServer = isServer;
            path = new DataPath(new DataPathConfig(isServer ? "server" : "client", new BluefieldBackend(),
                List.of(new DataPathConfig.TransportChoice(transport, Map.of())), port,
                List.of(Ipv4Address.parse(isServer ? "10.0.0.2" : "10.0.0.1")),
                List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), port.info().mtuBytes())), new Capacity(256, 2), new Random(1),
                ShardPlace.ALONE, hasWeights ? Map.of(Linux.userId(), 1) : Map.of()));
            calls = Toe.open(path.grant(new ContextSize(2 * CALLERS, 16 << 10, 16 << 10, 4096)));
            bulk = Toe.open(path.grant(new ContextSize(2 * STREAMS, 1 << 20, 1 << 20, 4096)));
            if (isServer) {
                calls.listen(new InetSocketAddress(SERVER, CALLS), CALLERS);
                bulk.listen(new InetSocketAddress(SERVER, BULK), STREAMS);
            }
        }

        void round() throws IOException {
            connect();
            path.poll(System.nanoTime());
            calls.poll(0);
            for (Endpoint ready; (ready = calls.nextReady()) != null;) {
                call(ready);
            }
            calls.flush();
            bulk.poll(0);
            for (Endpoint ready; (ready = bulk.nextReady()) != null;) {
                if (ready instanceof ListenSocket listener) {
                    for (StreamSocket next; (next = listener.accept()) != null;) {
                        streams.add(next);
                    }
                }
            }
            for (int i = 0; i < streams.size(); i++) {
                move(streams.get(i));
            }
            bulk.flush();
        }

        boolean isOpen() {
            return callers.keySet().stream().allMatch(StreamSocket::isConnected)
                && streams.stream().allMatch(StreamSocket::isConnected);
        }

        /** One after the other, for few wait for a neighbour. */
        private void connect() {
            if (isServer || streams.size() == STREAMS || !isOpen()) {
                return;
            }
            if (callers.size() < CALLERS) {
                callers.put(calls.connect(new InetSocketAddress(SERVER, CALLS)), new long[1]);
            } else {
                streams.add(bulk.connect(new InetSocketAddress(SERVER, BULK)));
            }
        }

        private void call(Endpoint ready) throws IOException {
            if (ready instanceof ListenSocket listener) {
                while (listener.accept() != null) {
                    continue;
                }
            } else if (ready instanceof StreamSocket stream) {
                long[] sinceNs = callers.get(stream);
                int length = stream.read(buffer, 0, BYTES);
                if (sinceNs == null) {
                    stream.write(buffer, 0, Math.max(length, 0));
                } else if (length > 0 || stream.isConnected() && sinceNs[0] == 0) {
                    if (isRecording && length > 0 && count < SAMPLES) {
                        samples[count++] = nowNs - sinceNs[0];
                    }
                    sinceNs[0] = nowNs;
                    stream.write(buffer, 0, BYTES);
                }
            }
        }

        private void move(StreamSocket stream) throws IOException {
            if (!stream.isConnected()) {
                return;
            }
            if (isServer != isSentByServer) {
                int readable = stream.readable();
                if (readable > 0) {
                    stream.release(readable);
                    moved += readable;
                }
            } else if (isStreaming) {
                stream.commit(stream.contiguousWritable());
            }
        }

        void close() {
            calls.close();
            bulk.close();
            path.close();
        }
    }

    private void run(long ms) throws IOException {
        long untilNs = THREADS.getCurrentThreadCpuTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        do {
            round();
        } while (nowNs < untilNs);
    }

    /** {@return median and 99 % of the calls, µs; the streams' rate, Gbit/s} */
    private double[] measure(boolean beside, long ms) throws IOException {
        isStreaming = beside;
        run(SETTLE_MS);
        client.count = 0;
        long before = moved;
        isRecording = true;
        run(ms);
        isRecording = false;
        if (client.count == 0) {
            throw new IOException("no calls were answered");
        }
        long[] ns = Arrays.copyOf(client.samples, client.count);
        Arrays.sort(ns);
        return new double[] {ns[ns.length / 2] / NS_PER_US, ns[ns.length - 1 - ns.length / 100] / NS_PER_US,
            8.0 * (moved - before) / TimeUnit.MILLISECONDS.toNanos(ms)};
    }

    private void end() {
        client.close();
        server.close();
    }

    /**
     * Measures all in turn.
     *
     * @param rounds    how many
     * @param ms        of each measurement
     * @param transport {@code tcp-flextoe} or {@code tcp-laminar}
     * @return by direction, a dot, policy, and what: µs, Gbit/s and multiples
     * @throws IOException if the hosts do not connect
     */
    public static Map<String, Figures> compare(int rounds, long ms, String transport) throws IOException {
        TransportFactory factory = transport.equals("tcp-laminar") ? new LaminarFactory() : new FlexToeFactory();
        Map<String, double[]> all = new LinkedHashMap<>();
        for (int round = -WARMUP_ROUNDS; round < rounds; round++) {
            for (String direction : DIRECTIONS) {
                for (String policy : POLICIES) {
                    Isolation world = new Isolation(factory, policy.equals(WITH), direction.equals("sent"));
                    double[] alone = world.measure(false, ms);
                    double[] beside = world.measure(true, ms);
                    world.end();
                    double[] figures = {alone[0], beside[0] / alone[0], beside[1] / alone[1], beside[2]};
                    List<String> names = List.of(ALONE, MEDIAN, TAIL, RATE);
                    for (int i = 0; i < names.size(); i++) {
                        all.computeIfAbsent(direction + "." + policy + names.get(i), name -> new double[rounds])[Math.max(0, round)] = figures[i];
                    }
                }
            }
        }
        Map<String, Figures> named = new LinkedHashMap<>();
        all.forEach((name, figures) -> named.put(name, new Figures(name,
            name.endsWith(ALONE) ? "us" : name.endsWith(RATE) ? "Gbit/s" : "", figures)));
        return named;
    }

    /**
     * Runs it.
     *
     * @param arguments see above
     * @throws IOException if the hosts do not connect
     */
    public static void main(String[] arguments) throws IOException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        long ms = arguments.length > 1 ? Long.parseLong(arguments[1]) : 300;
        compare(rounds, ms, arguments.length > 2 ? arguments[2] : "tcp-flextoe").values().forEach(figures -> System.out.println(figures.line()));
    }
}
