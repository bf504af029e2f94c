package org.millrace.distribution;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.port.Port;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.testkit.ImpairedPort;
import org.millrace.testkit.Impairment;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;

/** Two Millrace hosts on one wire: a client, and a server that listens. */
final class TwoHosts {
    static final long SECOND_NS = 1_000_000_000;
    static final ContextSize SIZE = new ContextSize(16, 256 << 10, 256 << 10, 1024);
    static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80);

    final VirtualWorld world;
    final VirtualHost client;
    final VirtualHost server;
    final ListenSocket listener;

    /** What a test may choose. */
    static final class Choice {
        FrameLink link = new FrameLink(50_000, 1500, false).bitsPerSecond(10_000_000_000L);
        ContextSize size = SIZE;
        HardwareBackend hardware = new BluefieldBackend();
        TransportFactory transport = new FlexToeFactory();
        Map<String, String> options = Map.of();
        Map<String, String> route = Map.of();
        Impairment impairment = Impairment.NONE;
        UnaryOperator<Port> serverPort = UnaryOperator.identity();
        long seed = 1;
        long startNs = SECOND_NS;
    }

    TwoHosts(Choice choice) {
        world = new VirtualWorld(choice.link, choice.startNs);
        client = host(choice, "10.0.0.1", 0x0200_0000_0001L, UnaryOperator.identity());
        server = host(choice, "10.0.0.2", 0x0200_0000_0002L, choice.serverPort);
        listener = server.toe.listen(SERVER, 16);
        world.until("listening", listener::isListening, SECOND_NS);
    }

    private VirtualHost host(Choice c, String address, long mac, UnaryOperator<Port> around) {
        Port port = around.apply(world.fabric.port(address, mac));
        Impairment i = c.impairment;
        if (!i.equals(Impairment.NONE)) {
            Impairment own = new Impairment(i.seed() * 31 + mac, i.loss(), i.reorder(), i.duplicate(), i.corrupt(),
                i.side());
            port = ImpairedPort.wrap(port, own, world.clock, VirtualHost.HOLD_NS);
        }
        return world.add(new VirtualHost(port, address, c.size, new VirtualHost.Stack(c.hardware, c.transport, c.options),
            c.route, c.seed + mac));
    }

    /** Both ends of one connection. */
    record Pair(StreamEnd client, StreamEnd server) {
        boolean isDone() {
            return client.isDone(server.sent) && server.isDone(client.sent);
        }

        void close() {
            client.socket.close();
            server.socket.close();
        }
    }

    /** Opens a connection; both ends are applications from the next round on. */
    Pair connect(long clientBytes, long serverBytes, int writeBytes) {
        StreamSocket outgoing = client.toe.connect(SERVER);
        StreamSocket[] accepted = new StreamSocket[1];
        world.until("connected", () -> {
            if (outgoing.status() != Status.OK) {
                throw new AssertionError("connect: " + outgoing.status());
            }
            if (accepted[0] == null) {
                accepted[0] = accept();
            }
            return outgoing.isConnected() && accepted[0] != null;
        }, 120 * SECOND_NS);
        Pair pair = new Pair(new StreamEnd(outgoing, 1, 2, clientBytes, writeBytes),
            new StreamEnd(accepted[0], 2, 1, serverBytes, writeBytes));
        client.applications.add(pair.client);
        server.applications.add(pair.server);
        return pair;
    }

    private StreamSocket accept() {
        try {
            return listener.accept();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Streams both ways at once and closes; answers how long the streams took, nanoseconds. */
    long exchange(long bytes, int writeBytes) {
        long beginNs = world.clock.nowNs();
        Pair pair = connect(bytes, bytes, writeBytes);
        world.until(bytes + " bytes both ways", pair::isDone, 600 * SECOND_NS);
        long tookNs = world.clock.nowNs() - beginNs;
        pair.close();
        return tookNs;
    }

    /** Fails unless nothing is left of any connection once the last has had time to go. */
    void assertNothingLeft() {
        world.until("connections gone", () -> isBare(client) && isBare(server), 900 * SECOND_NS);
    }

    private static boolean isBare(VirtualHost host) {
        return host.status().contextConnections() == 0 && host.status().transports().getFirst().flows() == 0
            && host.status().connections().stream().allMatch(line -> line.peer() == null);
    }
}
