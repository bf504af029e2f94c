package org.millrace.lab.agilio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.MachineView;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/**
 * Remote procedure calls over many connections, in closed loops: a server on the modelled machine, its host taking a while for each
 * call, and a client whose own data path takes no time beside the link's. Owned by one thread.
 */
final class EchoWorld {
    private static final int FIRST_PORT = 7000;
    private static final InetAddress SERVER = InetAddress.ofLiteral("10.0.0.2");
    private static final int BUFFERED_CALLS = 32; // few updates of the window, as FlexTOE sends few
    private static final int MOST_BUFFER_BYTES = 1 << 19;
    private static final int MAX_ROUNDS_AT_ONCE = 100_000;

    private final Load load;
    private final Wire wire;
    private final VirtualHost server;
    private final VirtualHost client;
    private final List<MachineView> machines = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final Map<Endpoint, Loop> loopOf = new HashMap<>();
    private final MemorySegment scratch;
    private long nowNs = 1_000_000_000;
    private long[] latencies = new long[1 << 12];
    private int completed;
    private boolean isMeasuring;

    /**
     * What the clients do.
     *
     * @param connections   loops
     * @param contexts      of the server, and of the client
     * @param requestBytes  of a call
     * @param responseBytes of its answer
     * @param pipelined     calls of a connection under way at once
     * @param hostNs        from a call's arrival at the application to its answer
     */
    record Load(int connections, int contexts, int requestBytes, int responseBytes, int pipelined, long hostNs) {
    }

    /**
     * What runs.
     *
     * @param modules stages of a user's at the server
     * @param options of FlexTOE, at both ends
     */
    record Software(List<StageExtension> modules, Map<String, String> options) {
        /** FlexTOE as published. */
        static final Software PUBLISHED = new Software(List.of(), Map.of("profile", "dissertation"));

        /** {@return with stages at the server} */
        Software with(List<StageExtension> added) {
            return new Software(added, options);
        }
    }

    /**
     * What came of it.
     *
     * @param calls      completed
     * @param tookNs     in this time
     * @param latencies  of each, nanoseconds, sorted
     * @param machine    the server's
     * @param fairness   Jain's index of the connections' completed calls
     * @param dropped    frames that found the link's queue full
     */
    record Outcome(int calls, long tookNs, long[] latencies, MachineView machine, double fairness, long dropped) {
        double callsPerSecond() {
            return calls * 1e9 / tookNs;
        }

        /** {@return a percentile of the latency, microseconds} */
        double percentileUs(double percent) {
            int at = (int) Math.ceil(percent / 100 * latencies.length) - 1;
            return latencies[Math.clamp(at, 0, latencies.length - 1)] / 1e3;
        }

        double meanUs() {
            return Arrays.stream(latencies).average().orElse(Double.NaN) / 1e3;
        }
    }

    /** A connection of the client's. */
    private static final class Loop {
        StreamSocket socket;
        final Deque<Long> sentNs = new ArrayDeque<>();
        long calls;
    }

    EchoWorld(Machine machine, Mapping mapping, Load load, Wire.Shape shape, long seed) {
        this(machine, mapping, load, shape, seed, Software.PUBLISHED);
    }

    EchoWorld(Machine machine, Mapping mapping, Load load, Wire.Shape shape, long seed, Software software) {
        this.load = load;
        scratch = MemorySegment.ofArray(new byte[Math.max(load.requestBytes, load.responseBytes)]);
        wire = new Wire(shape, new SplittableRandom(seed));
        int each = Math.ceilDiv(load.connections, load.contexts) + 1;
        int most = Math.max(load.requestBytes, load.responseBytes) * load.pipelined;
        int buffer = Integer.highestOneBit(Math.max(2 * most, Math.min(BUFFERED_CALLS * Math.max(most, 128), MOST_BUFFER_BYTES)));
        server = new VirtualHost(wire.server(), "10.0.0.2", new VirtualHost.Size(
            AgilioBackend.onCallersClock(machine, mapping, machines::add), software.options, List.of(new StageExtensions(software.modules)),
            load.contexts, each, buffer), seed, new Server());
        client = new VirtualHost(wire.client(), "10.0.0.1", new VirtualHost.Size(new BluefieldBackend(), software.options, List.of(),
            load.contexts, each, buffer), seed + 1, new Client());
        open();
    }

    private void open() {
        List<ListenSocket> listeners = new ArrayList<>();
        for (int i = 0; i < load.contexts; i++) {
            listeners.add(server.contexts.get(i).listen(new InetSocketAddress(SERVER, FIRST_PORT + i), load.connections));
        }
        client.nextNs = nowNs;
        server.nextNs = nowNs;
        wire.nowNs(nowNs);
        run(() -> listeners.stream().allMatch(ListenSocket::isListening));
        for (int i = 0; i < load.connections; i++) {
            Loop loop = new Loop();
            int context = i % load.contexts;
            loop.socket = client.contexts.get(context).connect(new InetSocketAddress(SERVER, FIRST_PORT + context));
            loopOf.put(loop.socket, loop);
            loops.add(loop);
            if (i % 64 == 63 || i == load.connections - 1) {
                client.contexts.forEach(toe -> toe.flush());
                client.nextNs = nowNs;
                run(() -> loops.stream().skip(Math.max(0, loops.size() - 64)).allMatch(l -> l.socket.isConnected()));
            }
        }
    }

    /** {@return the server's machine} */
    MachineView machine() {
        return machines.getFirst();
    }

    /** Calls until so many have completed; the first tenth is not counted. */
    Outcome run(int calls) {
        for (Loop loop : loops) {
            for (int i = 0; i < load.pipelined; i++) {
                call(loop);
            }
        }
        client.contexts.forEach(toe -> toe.flush());
        client.nextNs = nowNs;
        completed = 0;
        run(() -> completed >= Math.max(calls / 10, load.connections));
        completed = 0;
        loops.forEach(loop -> loop.calls = 0);
        isMeasuring = true;
        machines.getFirst().restart();
        long beganNs = nowNs;
        run(() -> completed >= calls);
        long[] sorted = Arrays.copyOf(latencies, completed);
        Arrays.sort(sorted);
        double sum = loops.stream().mapToDouble(loop -> loop.calls).sum();
        double squares = loops.stream().mapToDouble(loop -> (double) loop.calls * loop.calls).sum();
        return new Outcome(completed, nowNs - beganNs, sorted, machines.getFirst(), sum * sum / (loops.size() * squares), wire.dropped());
    }

    private void run(BooleanSupplier until) {
        int rounds = 0;
        while (!until.getAsBoolean()) {
            poll(client, wire.client());
            poll(server, wire.server());
            long next = Math.min(due(client, wire.client()), due(server, wire.server()));
            if (next == Long.MAX_VALUE && !until.getAsBoolean()) {
                throw new IllegalStateException("nothing is going to happen any more");
            }
            rounds = next > nowNs ? 0 : rounds + 1;
            if (rounds > MAX_ROUNDS_AT_ONCE) {
                throw new IllegalStateException("busy without end");
            }
            nowNs = next == Long.MAX_VALUE ? nowNs : Math.max(next, nowNs);
            wire.nowNs(nowNs);
        }
    }

    private long due(VirtualHost host, Port port) {
        return Math.min(host.nextNs, wire.nextNs(port));
    }

    private void poll(VirtualHost host, Port port) {
        if (due(host, port) <= nowNs) {
            host.poll(nowNs);
        }
    }

    private void call(Loop loop) {
        write(loop.socket, load.requestBytes);
        loop.sentNs.add(nowNs);
    }

    private void write(StreamSocket socket, int bytes) {
        try {
            if (socket.write(scratch, 0, bytes) != bytes) {
                throw new IllegalStateException("the buffer is too small for what is pipelined");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for whole answers, and calls again at once. */
    private final class Client implements VirtualHost.Application {
        @Override
        public void ready(Endpoint endpoint, long atNs) {
            Loop loop = loopOf.get(endpoint);
            while (loop != null && loop.socket.readable() >= load.responseBytes) {
                loop.socket.release(load.responseBytes);
                long latency = atNs - loop.sentNs.poll();
                if (isMeasuring) {
                    if (completed == latencies.length) {
                        latencies = Arrays.copyOf(latencies, 2 * completed);
                    }
                    latencies[completed] = latency;
                }
                loop.calls++;
                completed++;
                call(loop);
            }
        }

        @Override
        public boolean act(long atNs) {
            return false;
        }

        @Override
        public long dueNs() {
            return Long.MAX_VALUE;
        }
    }

    /** Answers whole calls after the host's time. */
    private final class Server implements VirtualHost.Application {
        private final Deque<StreamSocket> answering = new ArrayDeque<>();
        private final Deque<Long> dueNs = new ArrayDeque<>();
        private final Map<Endpoint, Integer> taken = new HashMap<>();

        @Override
        public void ready(Endpoint endpoint, long atNs) {
            if (endpoint instanceof ListenSocket listener) {
                accept(listener);
            } else if (endpoint instanceof StreamSocket socket) {
                int waiting = taken.getOrDefault(socket, 0);
                for (; socket.readable() - waiting >= load.requestBytes; waiting += load.requestBytes) {
                    answering.add(socket);
                    dueNs.add(atNs + load.hostNs);
                }
                taken.put(socket, waiting);
            }
        }

        private void accept(ListenSocket listener) {
            try {
                while (listener.accept() != null) {
                    // it becomes ready when a call arrives
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean act(long atNs) {
            boolean any = false;
            while (!dueNs.isEmpty() && dueNs.peek() <= atNs) {
                dueNs.poll();
                StreamSocket socket = answering.poll();
                socket.release(load.requestBytes);
                taken.merge(socket, -load.requestBytes, Integer::sum);
                write(socket, load.responseBytes);
                any = true;
            }
            return any;
        }

        @Override
        public long dueNs() {
            return dueNs.isEmpty() ? Long.MAX_VALUE : dueNs.peek();
        }
    }
}
