package org.millrace.runtime.swap;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.port.PortInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.TransportFactory.Service;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.config.Running;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * Runs the new side of a swap before anybody depends on it: two scratch data paths joined in memory, with streams both
 * ways, on the caller's thread. The compiler gets to know its code, and one that does not work is found out.
 *
 * <p>DESIGN NOTES. Each round begins with the old side at one end: it connects, streams, is swapped for the new side
 * under the streams, and those are streamed on and closed. So the old side's export and the new side's import are run
 * and tested as well. Time in the scratch world is counted, not read.
 */
final class WarmUp {
    private static final Ipv4Address CLIENT = Ipv4Address.parse("192.0.2.1"); // RFC 5737: nobody's
    private static final Ipv4Address SERVER = Ipv4Address.parse("192.0.2.2");
    private static final int PORT = 9; // RFC 863
    static final int STREAMS = 32;
    private static final Capacity CAPACITY = new Capacity(4 * STREAMS, 1);
    private static final long STEP_NS = 100_000;
    /** Steps before streams are swapped; enough to fill every buffer and lose frames. */
    private static final int STEPS_BEFORE = 100;
    private static final int STEPS_AFTER = 400;
    /** Swaps of a round, back and forth for practice: what runs in the pause is run by nobody else. */
    private static final int SWAPS = 3;
    private static final int EXPORTS = 60;
    /** Of all streams, in a round: so often that the compiler takes what does it for hot in the second round. */
    private static final int HANDOVERS = 100;
    /** Steps in which the first stream must have come about. */
    private static final int MOST_STEPS = 1000;
    private static final long MOST_IDLE_NS = 1_000_000_000;
    /** Rounds without a faster one, after which the compiler is thought to be done. */
    private static final int STEADY_ROUNDS = 8;
    private static final int FASTER_ONE_OF = 20;

    private final PortInfo port;
    private final Running before;
    private final Running after;
    private final SwapRequest swap;
    private final SwapRequest back;
    private final int position;
    private final LongSupplier clock;
    private final Runnable look;
    private final long untilNs;

    /**
     * @param port   what the real one can do
     * @param before what runs
     * @param after  what is to run
     * @param swap   makes the one the other
     * @param clock  real time, ns
     * @param look   called now and then; what it throws ends the rehearsal
     */
    WarmUp(PortInfo port, Running before, Running after, SwapRequest swap, LongSupplier clock, Runnable look) {
        this.look = look;
        this.clock = clock;
        untilNs = clock.getAsLong() + swap.warmUpNs();
        this.port = port;
        this.before = before;
        this.after = after;
        this.swap = new SwapRequest(swap.hardware(), swap.transports(), false, 0);
        back = new SwapRequest(before.hardware(), swap.transports().keySet().stream()
            .collect(Collectors.toMap(i -> i, before.transports()::get)), false, 0);
        position = streams(after.transports());
    }

    private static int streams(List<TransportChoice> transports) {
        for (int i = 0; i < transports.size(); i++) {
            if (transports.get(i).factory().services().contains(Service.STREAMS)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Goes on as long as rounds get faster or until the time is over, at least for one round. Without a transport that has
     * streams there is nothing that it could run.
     *
     * @throws SwapException if the new side refuses the old one's state, or streams do not get through
     */
    void run() throws SwapException {
        long bestNs = Long.MAX_VALUE;
        int steady = 0;
        while (position >= 0 && steady < STEADY_ROUNDS) {
            long beginNs = clock.getAsLong();
            round();
            long endNs = clock.getAsLong();
            if (endNs - untilNs >= 0) {
                return;
            }
            long ns = endNs - beginNs;
            steady = ns < bestNs - bestNs / FASTER_ONE_OF ? 0 : steady + 1;
            bestNs = Math.min(bestNs, ns);
        }
    }

    void round() throws SwapException {
        ScratchPort[] wire = ScratchPort.pair(port);
        try (Round round = new Round(wire, path(after, wire[0], CLIENT), path(before, wire[1], SERVER))) {
            round.run();
        }
    }

    private static DataPath path(Running side, ScratchPort port, Ipv4Address address) {
        Route link = Route.onLink(Ipv4Prefix.parse("192.0.2.0/24"), port.info().mtuBytes());
        return new DataPath(new DataPathConfig("scratch", side.hardware(), side.transports(), port, List.of(address),
            List.of(link), CAPACITY, new Random(address.bits())));
    }

    /** Streams between two data paths, one of which is swapped. */
    private final class Round implements AutoCloseable {
        private final ScratchPort[] wire;
        private final DataPath client;
        private final DataPath server;
        private final ScratchApplication near;
        private final ScratchApplication far;
        private long nowNs = 1_000_000_000;

        Round(ScratchPort[] wire, DataPath client, DataPath server) {
            this.wire = wire;
            this.client = client;
            this.server = server;
            near = new ScratchApplication(client);
            far = new ScratchApplication(server);
        }

        void run() throws SwapException {
            far.listen(position, SERVER.bits(), PORT);
            step();
            near.connect(position, SERVER.bits(), PORT); // by itself: many would not wait for the neighbour's answer
            for (int i = 0; near.connected() == 0 || far.connected() == 0; i++) {
                check(i < MOST_STEPS, "no stream comes about");
                step();
            }
            for (int i = 1; i < STREAMS; i++) {
                near.connect(position, SERVER.bits(), PORT);
            }
            stream(STEPS_BEFORE);
            Swap.practise(server, swap, position, HANDOVERS);
            for (int i = 0; i < SWAPS; i++) {
                if (i > 0) {
                    Swap.now(server, back);
                    stream(1);
                }
                export();
                Swap.now(server, swap);
                stream(1);
            }
            stream(STEPS_AFTER);
            near.close();
            step();
            far.close();
            step();
        }

        /** Again and again: it changes nothing. */
        private void export() throws SwapException {
            try {
                for (int i = 0; i < EXPORTS; i++) {
                    for (LoadedTransport<?> transport : server.loaded().transports()) {
                        transport.control.exportState(ControlPlane.Handover.ALL,
                            new DataOutputStream(OutputStream.nullOutputStream()), nowNs);
                    }
                }
            } catch (IOException e) {
                throw new SwapException(SwapStep.WARM, "state is not exported: " + e, e);
            }
        }

        private void stream(int steps) throws SwapException {
            long received = near.received();
            long sent = far.received();
            for (int i = 0; i < steps; i++) {
                step();
            }
            check(steps == 1 || near.received() > received && far.received() > sent, "nothing gets through");
            check(near.failures() == 0 && far.failures() == 0, "streams break, or carry other bytes than were sent");
        }

        /** A round of everybody; if nothing is left to do now, on to the next timer. */
        private void step() {
            long deadlineNs = Math.min(client.poll(nowNs), server.poll(nowNs));
            look.run();
            boolean busy = near.run() | far.run() | !wire[0].isEmpty() | !wire[1].isEmpty();
            nowNs += STEP_NS;
            if (!busy) {
                nowNs = Math.clamp(deadlineNs, nowNs, nowNs + MOST_IDLE_NS);
            }
        }

        private void check(boolean condition, String otherwise) throws SwapException {
            if (!condition) {
                throw new SwapException(SwapStep.WARM, otherwise, null);
            }
        }

        @Override
        public void close() {
            client.close();
            server.close();
            near.free();
            far.free();
        }
    }
}
