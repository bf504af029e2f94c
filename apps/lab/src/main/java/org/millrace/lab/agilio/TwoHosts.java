package org.millrace.lab.agilio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.MachineView;
import org.millrace.agilio.machine.Machine;
import org.millrace.agilio.machine.Mapping;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/**
 * A client and a server on a link, in virtual time; a host with a machine is the modelled one, another's data path takes no time. Of a
 * modelled machine a received frame waits at its port as long as the machine has no room, and nothing is scheduled while its port
 * has none. Owned by one thread.
 */
final class TwoHosts {
    private static final int FIRST_PORT = 7000;
    private static final InetAddress SERVER = InetAddress.ofLiteral("10.0.0.2");
    private static final int MAX_ROUNDS_AT_ONCE = 100_000;
    private static final int OPENED_AT_ONCE = 64;

    private final Wire wire;
    private final Side server;
    private final Side client;
    private final long stepNs;
    private long nowNs = 1_000_000_000;

    /**
     * A host to be.
     *
     * @param hardware    runs FlexTOE
     * @param size        of what
     * @param application runs on it
     */
    record Plan(Hardware hardware, VirtualHost.Size size, VirtualHost.Application application) {
    }

    /** What a host's data path runs on, and the machine if it is modelled. */
    static final class Hardware {
        final HardwareBackend backend;
        private final List<MachineView> machines = new ArrayList<>();

        private Hardware(Machine machine, Mapping mapping) {
            backend = machine == null ? new BluefieldBackend() : AgilioBackend.onCallersClock(machine, mapping, machines::add);
        }

        /** {@return a modelled one} */
        static Hardware modelled(Machine machine, Mapping mapping) {
            return new Hardware(machine, mapping);
        }

        /** {@return one that takes no time} */
        static Hardware timeless() {
            return new Hardware(null, null);
        }

        /** {@return the machine; null if it takes no time} */
        MachineView machine() {
            return machines.isEmpty() ? null : machines.getFirst();
        }
    }

    private record Side(VirtualHost host, MachineView machine, Port port) {
        boolean takes() {
            return machine == null || machine.hasRoom();
        }
    }

    /**
     * Makes them; nothing is connected.
     *
     * @param stepNs time goes on by so much at least, if there is nothing that has to be done at once
     */
    TwoHosts(Plan server, Plan client, Wire.Shape shape, long stepNs, long seed) {
        this.stepNs = stepNs;
        wire = new Wire(shape, new SplittableRandom(seed));
        this.server = side(server, wire.server(), "10.0.0.2", seed);
        this.client = side(client, wire.client(), "10.0.0.1", seed + 1);
    }

    private Side side(Plan plan, Port port, String address, long seed) {
        VirtualHost host = new VirtualHost(port, address, plan.size, seed, plan.application);
        MachineView machine = plan.hardware.machine();
        if (machine != null) {
            machine.holdWhile(() -> wire.isFull(port));
        }
        Side side = new Side(host, machine, port);
        wire.gate(port, side::takes);
        return side;
    }

    /** {@return the streams of the client, those of a context to one context of the server, all connected} */
    List<StreamSocket> connect(int connections) {
        int serving = server.host.contexts.size();
        List<ListenSocket> listeners = new ArrayList<>();
        for (int i = 0; i < serving; i++) {
            listeners.add(server.host.contexts.get(i).listen(new InetSocketAddress(SERVER, FIRST_PORT + i), connections));
        }
        client.host.nextNs = nowNs;
        server.host.nextNs = nowNs;
        wire.nowNs(nowNs);
        run(() -> listeners.stream().allMatch(ListenSocket::isListening));
        List<StreamSocket> streams = new ArrayList<>();
        while (streams.size() < connections) {
            int context = streams.size() % client.host.contexts.size();
            streams.add(client.host.contexts.get(context).connect(new InetSocketAddress(SERVER, FIRST_PORT + context % serving)));
            if (streams.size() % OPENED_AT_ONCE == 0 || streams.size() == connections) {
                wake();
                List<StreamSocket> last = streams.subList(Math.max(0, streams.size() - OPENED_AT_ONCE), streams.size());
                run(() -> areConnected(last));
            }
        }
        return streams;
    }

    private static boolean areConnected(List<StreamSocket> streams) {
        for (int i = streams.size() - 1; i >= 0; i--) {
            if (!streams.get(i).isConnected()) {
                return false;
            }
        }
        return true;
    }

    /** {@return which of the server's contexts a stream of it belongs to} */
    static int context(StreamSocket ofServer) {
        return ofServer.localAddress().getPort() - FIRST_PORT;
    }

    /** Takes all that wait at a listener. */
    static void accept(ListenSocket listener, Consumer<StreamSocket> accepted) {
        try {
            for (StreamSocket socket = listener.accept(); socket != null; socket = listener.accept()) {
                accepted.accept(socket);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applications have done something from outside. */
    void wake() {
        client.host.contexts.forEach(toe -> toe.flush());
        client.host.nextNs = nowNs;
        server.host.nextNs = nowNs;
    }

    long nowNs() {
        return nowNs;
    }

    /** {@return frames that found the link's queue full} */
    long dropped() {
        return wire.dropped();
    }

    /** {@return frames that the link has lost} */
    long lost() {
        return wire.lost();
    }

    /** Lets time pass until something is so. */
    void run(BooleanSupplier until) {
        int rounds = 0;
        while (!until.getAsBoolean()) {
            poll(client);
            poll(server);
            long next = Math.min(due(client), due(server));
            if (next == Long.MAX_VALUE && !until.getAsBoolean()) {
                throw new IllegalStateException("nothing is going to happen any more");
            }
            rounds = next > nowNs ? 0 : rounds + 1;
            if (rounds > MAX_ROUNDS_AT_ONCE) {
                throw new IllegalStateException("busy without end");
            }
            if (next != Long.MAX_VALUE && next > nowNs) {
                nowNs = Math.max(next, nowNs + stepNs);
            }
            wire.nowNs(nowNs);
        }
    }

    private long due(Side side) {
        long due = Math.min(side.host.nextNs, wire.roomNs(side.port));
        return side.takes() ? Math.min(due, wire.nextNs(side.port)) : due;
    }

    private void poll(Side side) {
        if (due(side) <= nowNs) {
            side.host.poll(nowNs);
        }
    }
}
