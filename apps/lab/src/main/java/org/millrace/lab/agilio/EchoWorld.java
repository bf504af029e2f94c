package org.millrace.lab.agilio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.MachineView;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.pipeline.StageExtension;
import org.millrace.lab.experiment.Samples;
import org.millrace.runtime.extension.StageExtensions;
import org.millrace.toe.Endpoint;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/**
 * Remote procedure calls over many connections, in closed loops: a server on the modelled machine, its host taking a while for each
 * call, and a client whose own data path takes no time beside the link's. Owned by one thread.
 */
final class EchoWorld {
    private static final int BUFFERED_CALLS = 32; // few updates of the window, as FlexTOE sends few
    private static final int MOST_BUFFER_BYTES = 1 << 19;

    private final Load load;
    private final TwoHosts.Hardware modelled;
    private final TwoHosts hosts;
    private final List<Loop> loops = new ArrayList<>();
    private final MemorySegment scratch;
    private final Samples latenciesUs = new Samples();
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
     * @param warmUp        calls of a connection, on average, that are not counted; a tenth of what is counted at least
     */
    record Load(int connections, int contexts, int requestBytes, int responseBytes, int pipelined, long hostNs, int warmUp) {
        Load(int connections, int contexts, int requestBytes, int responseBytes, int pipelined, long hostNs) {
            this(connections, contexts, requestBytes, responseBytes, pipelined, hostNs, 1);
        }

    }

    /**
     * What runs.
     *
     * @param modules stages of a user's at the server
     * @param options of FlexTOE at the server
     * @param client  of FlexTOE at the client
     */
    record Software(List<StageExtension> modules, Map<String, String> options, Map<String, String> client) {
        private static final Map<String, String> PROFILE = Map.of("profile", "dissertation");
        /** FlexTOE as published, with its control by rate; the clients run something else. */
        static final Software PUBLISHED = new Software(List.of(),
            Map.of("profile", "dissertation", "congestion", "plug-in:" + RateControl.NAME), PROFILE);

        /** With control by a window, which paces nothing. */
        static final Software UNPACED = new Software(List.of(), PROFILE, PROFILE);

        /** {@return with stages at the server} */
        Software with(List<StageExtension> added) {
            return new Software(added, options, client);
        }
    }

    /**
     * What came of it.
     *
     * @param calls      completed
     * @param tookNs     in this time
     * @param latenciesUs of each, microseconds
     * @param machine    the server's
     * @param fairness   Jain's index of the connections' completed calls
     * @param dropped    frames that found the link's queue full
     */
    record Outcome(int calls, long tookNs, Samples latenciesUs, MachineView machine, double fairness, long dropped) {
        double callsPerSecond() {
            return calls * 1e9 / tookNs;
        }
    }

    /** A connection of the client's. */
    private static final class Loop {
        final StreamSocket socket;
        final Deque<Long> sentNs = new ArrayDeque<>();
        long calls;

        Loop(StreamSocket socket) {
            this.socket = socket;
        }
    }

    EchoWorld(Machine machine, Mapping mapping, Load load, Wire.Shape shape, long seed) {
        this(machine, mapping, load, shape, seed, Software.PUBLISHED);
    }

    EchoWorld(Machine machine, Mapping mapping, Load load, Wire.Shape shape, long seed, Software software) {
        this.load = load;
        scratch = MemorySegment.ofArray(new byte[Math.max(load.requestBytes, load.responseBytes)]);
        int each = Math.ceilDiv(load.connections, load.contexts) + 1;
        int most = Math.max(load.requestBytes, load.responseBytes) * load.pipelined;
        int buffer = Integer.highestOneBit(Math.max(2 * most, Math.min(BUFFERED_CALLS * Math.max(most, 128), MOST_BUFFER_BYTES)));
        long roundNs = AgilioBackend.statisticsNs(machine, load.connections);
        modelled = TwoHosts.Hardware.modelled(machine, mapping);
        TwoHosts.Hardware timeless = TwoHosts.Hardware.timeless();
        hosts = new TwoHosts(new TwoHosts.Plan(modelled, new VirtualHost.Size(modelled.backend, software.options,
            List.of(new StageExtensions(software.modules)), load.contexts, each, buffer, roundNs), new Server()),
            new TwoHosts.Plan(timeless, new VirtualHost.Size(timeless.backend, software.client, List.of(), load.contexts, each,
                buffer, roundNs),
                new Client()), shape, 0, seed);
        for (StreamSocket socket : hosts.connect(load.connections)) {
            Loop loop = new Loop(socket);
            socket.attach(loop);
            loops.add(loop);
        }
    }

    /** {@return the server's machine} */
    MachineView machine() {
        return modelled.machine();
    }

    /** Calls until so many have completed; the first tenth is not counted. */
    Outcome run(int calls) {
        return run(() -> completed >= Math.max(calls / 10, load.warmUp * load.connections), () -> completed >= calls);
    }

    /** Calls for so long; what comes before that, for so long, is not counted. */
    Outcome runFor(long warmUpNs, long countedNs) {
        long until = hosts.nowNs() + warmUpNs;
        return run(() -> hosts.nowNs() >= until, () -> hosts.nowNs() >= until + countedNs);
    }

    private Outcome run(BooleanSupplier isWarm, BooleanSupplier isOver) {
        for (Loop loop : loops) {
            for (int i = 0; i < load.pipelined; i++) {
                call(loop);
            }
        }
        hosts.wake();
        completed = 0;
        hosts.run(isWarm);
        completed = 0;
        loops.forEach(loop -> loop.calls = 0);
        isMeasuring = true;
        machine().restart();
        long beganNs = hosts.nowNs();
        hosts.run(isOver);
        double fairness = new Samples(loops.stream().mapToDouble(loop -> loop.calls).toArray()).jain();
        return new Outcome(completed, hosts.nowNs() - beganNs, latenciesUs, machine(), fairness, hosts.dropped());
    }

    private void call(Loop loop) {
        write(loop.socket, load.requestBytes);
        loop.sentNs.add(hosts.nowNs());
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
            Loop loop = (Loop) endpoint.attachment();
            while (loop != null && loop.socket.readable() >= load.responseBytes) {
                loop.socket.release(load.responseBytes);
                long latencyNs = atNs - loop.sentNs.poll();
                if (isMeasuring) {
                    latenciesUs.add(latencyNs / 1e3);
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
                TwoHosts.accept(listener, accepted -> { }); // it becomes ready when a call arrives
            } else if (endpoint instanceof StreamSocket socket) {
                int waiting = taken.getOrDefault(socket, 0);
                for (; socket.readable() - waiting >= load.requestBytes; waiting += load.requestBytes) {
                    answering.add(socket);
                    dueNs.add(atNs + load.hostNs);
                }
                taken.put(socket, waiting);
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
