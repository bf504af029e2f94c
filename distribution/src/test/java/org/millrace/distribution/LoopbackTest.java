package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.sim.port.FrameLink;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.tcp.laminar.LaminarFactory;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.tofino.TofinoBackend;
import org.millrace.wire.PcapngWriter;

/** Applications that talk to their own host's address: over the data path, and not over the wire. */
class LoopbackTest {
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 80);
    private static final long SECOND_NS = TwoHosts.SECOND_NS;
    private static final long BYTES = 3 << 20;

    private VirtualWorld world;
    private VirtualHost host;
    private Toe neighbour;

    private static Stream<Arguments> stacks() {
        return Stream.of(Arguments.of(new BluefieldBackend(), new FlexToeFactory()),
            Arguments.of(new BluefieldBackend(), new LaminarFactory()),
            Arguments.of(TofinoBackend.onCallersClock(), new LaminarFactory()));
    }

    private void start(HardwareBackend hardware, TransportFactory transport) {
        world = new VirtualWorld(new FrameLink(50_000, 1500, false), SECOND_NS);
        host = world.add(new VirtualHost(world.fabric.port("10.0.0.1", 0x0200_0000_0001L), "10.0.0.1", TwoHosts.SIZE,
            new VirtualHost.Stack(hardware, transport, Map.of()), Map.of(), 1));
        neighbour = Toe.open(host.path.grant(TwoHosts.SIZE));
        world.bystanders.add(neighbour::flush);
        host.applications.add(() -> {
            boolean busy = neighbour.poll(0) > 0;
            while (neighbour.nextReady() != null) {
                busy = true;
            }
            return busy;
        });
    }

    private StreamSocket accept(ListenSocket listener) {
        StreamSocket[] accepted = new StreamSocket[1];
        world.until("accepted", () -> {
            try {
                accepted[0] = listener.accept();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return accepted[0] != null;
        }, SECOND_NS);
        return accepted[0];
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void streamsToItselfAndToANeighbourStayOffTheWire(HardwareBackend hardware, TransportFactory transport)
        throws IOException {
        start(hardware, transport);
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        world.fabric.trace(new PcapngWriter(Channels.newChannel(wire)));
        ListenSocket listener = host.toe.listen(HERE, 16);
        world.until("listening", listener::isListening, SECOND_NS);
        int before = wire.size();
        for (Toe from : new Toe[] {neighbour, host.toe}) {
            StreamSocket outgoing = from.connect(HERE);
            StreamSocket incoming = accept(listener);
            assertThat(outgoing.localAddress().getAddress()).isEqualTo(HERE.getAddress());
            assertThat(incoming.peerAddress()).isEqualTo(outgoing.localAddress());
            StreamEnd there = new StreamEnd(outgoing, 1, 2, BYTES, 16 << 10);
            StreamEnd here = new StreamEnd(incoming, 2, 1, BYTES, 16 << 10);
            host.applications.add(there);
            host.applications.add(here);
            world.until("both ways", () -> there.isDone(BYTES) && here.isDone(BYTES), 60 * SECOND_NS);
            outgoing.close();
            incoming.close();
        }
        world.until("nothing left", () -> host.status().contextConnections() == 0
            && host.status().transports().getFirst().flows() == 0, 900 * SECOND_NS);
        assertThat(wire.size()).as("bytes on the wire").isEqualTo(before);
        assertThat(host.counter("loopback.frames")).isGreaterThan(4 * BYTES / 65_536);
        assertThat(host.counter("contexts.closed for cause")).isZero();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void nobodyListensThere(HardwareBackend hardware, TransportFactory transport) {
        start(hardware, transport);
        StreamSocket refused = neighbour.connect(HERE);
        world.until("refused", () -> refused.status() == Status.REFUSED, SECOND_NS);
        StreamSocket itself = neighbour.connect(HERE, HERE, null);
        world.until("refused", () -> itself.status() == Status.ADDRESS_IN_USE, SECOND_NS);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void loopbackAddressesAreTheHostsOwn(HardwareBackend hardware, TransportFactory transport) throws IOException {
        start(hardware, transport);
        ListenSocket listener = host.toe.listen(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 80), 16);
        world.until("listening", listener::isListening, SECOND_NS);
        StreamSocket outgoing = neighbour.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80));
        StreamSocket incoming = accept(listener);
        assertThat(incoming.localAddress().getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        StreamEnd there = new StreamEnd(outgoing, 1, 2, 10_000, 1000);
        StreamEnd here = new StreamEnd(incoming, 2, 1, 10_000, 1000);
        host.applications.add(there);
        host.applications.add(here);
        world.until("both ways", () -> there.isDone(10_000) && here.isDone(10_000), SECOND_NS);
    }
}
