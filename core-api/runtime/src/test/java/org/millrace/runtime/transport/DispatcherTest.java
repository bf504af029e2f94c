package org.millrace.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.ContextRequest.Kind;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.transport.TransportFactory;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.memory.Addresses;
import org.millrace.memory.Descriptor;
import org.millrace.memory.DescriptorRing;
import org.millrace.net.Route;
import org.millrace.ports.MemoryPort;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.datagram.DatagramTransport;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.tenant.AppContext;
import org.millrace.runtime.tenant.ConnectionSlots;
import org.millrace.runtime.tenant.OutgoingMessage;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Which transport a request goes to, of one for streams and one for messages. */
class DispatcherTest {
    private static final ContextSize SIZE = new ContextSize(4, 4096, 4096, 64);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 5000);
    private static final InetSocketAddress PEER = new InetSocketAddress("10.0.0.2", 80);
    private static final int ANY = 0;

    private DataPath path;
    private Dispatcher dispatcher;
    private AppContext context;

    private void load(TransportFactory... transports) {
        path = new DataPath(new DataPathConfig("test", new BluefieldBackend(),
            List.of(transports).stream().map(factory -> new TransportChoice(factory, Map.of())).toList(),
            MemoryPort.pair(Map.of())[0], List.of(Ipv4Address.parse("10.0.0.1")),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)), new Capacity(16, 4), new Random(1)));
        dispatcher = new Dispatcher(path.transports(), path.contexts(), path.counters());
        context = path.open(SIZE);
    }

    private boolean request(int transport, Kind kind, int connection) {
        return dispatcher.request(context, transport, new ContextRequest(kind, context.number, connection, 1,
            LOCAL, kind == Kind.CONNECT ? PEER : null, 4), 0);
    }

    private List<Integer> flows() {
        ToIntFunction<LoadedTransport<?>> size = transport -> transport.host.flows().size();
        return path.transports().all().stream().mapToInt(size).boxed().toList();
    }

    @Test
    void messagesGoToTheFirstTransportWithoutStreams() {
        load(new FlexToeFactory(), new DatagramTransport());
        assertThat(request(ANY, Kind.BIND, 0)).isTrue();
        assertThat(flows()).containsExactly(0, 1);
    }

    @Test
    void streamsGoToTheFirstTransportThatHasThem() {
        load(new DatagramTransport(), new FlexToeFactory());
        assertThat(request(ANY, Kind.CONNECT, 0)).isTrue();
        path.poll(0);
        assertThat(path.status().connections()).extracting("transport").containsExactly("tcp-flextoe");
    }

    @Test
    void namedTransportIsAskedWhateverItCanDo() {
        load(new DatagramTransport(), new FlexToeFactory());
        assertThat(request(1, Kind.CONNECT, 0)).isTrue();
        path.poll(0);
        assertThat(path.status().connections()).isEmpty();
        assertThat(eventsOf(context)).isEqualTo(1); // that it has none
    }

    @Test
    void firstTransportAnswersWhereNoneFits() {
        load(new FlexToeFactory());
        assertThat(request(ANY, Kind.BIND, 0)).isTrue();
        assertThat(flows()).containsExactly(0);
    }

    @Test
    void numberBehindTheLastIsNobody() {
        load(new DatagramTransport());
        assertThat(request(2, Kind.BIND, 0)).isFalse();
        assertThat(flows()).containsExactly(0);
    }

    @Test
    void bumpOfAFailedConnectionIsNobodys() {
        load(new DatagramTransport());
        request(ANY, Kind.BIND, 0);
        int id = context.slots.id(0);
        request(1, Kind.CLOSE, id);
        assertThat(context.slots.flow(0)).isZero();
        dispatcher.bump(context, 0, 0, 0, 0, 0);
        dispatcher.message(context, 0, new OutgoingMessage(), 0);
        dispatcher.cancel(context, 0, 1, 0);
        assertThat(path.transports().at(0).counters.items).containsOnly(0);
    }

    private void assertEndsWithoutHarm(int target) {
        request(ANY, Kind.BIND, 0);
        dispatcher.handOver(context, 0, target, 5, 0);
        path.poll(0);
        assertThat(path.counters().refusedHandovers).isEqualTo(1);
        assertThat(flows()).containsExactly(0);
        assertThat(context.layout.isOpen()).isTrue();
    }

    private static int eventsOf(AppContext context) {
        return new DescriptorRing(context.region.segment(), context.layout.eventRing(), SIZE.ringSlots()).available();
    }

    @Test
    void handOverToSomebodyElse() {
        load(new DatagramTransport());
        AppContext foreign = path.open(SIZE, new ConnectionSlots(SIZE.connections()), path.memory(SIZE), "somebody else", 0);
        assertEndsWithoutHarm(foreign.number);
        assertThat(eventsOf(foreign)).isZero();
    }

    @Test
    void handOverToNobody() {
        load(new DatagramTransport());
        assertEndsWithoutHarm(3);
    }

    @Test
    void handOverToItself() {
        load(new DatagramTransport());
        assertEndsWithoutHarm(context.number);
    }

    @Test
    void messageToAStreamEndsItsContext() {
        load(new FlexToeFactory());
        int id = context.open(0, 1, LOCAL, PEER);
        context.announce(Descriptor.CONNECTED, id, 1, Status.OK.code());
        MemorySegment memory = context.region.segment();
        DescriptorRing requests = new DescriptorRing(memory, context.layout.requestRing(), SIZE.ringSlots());
        long at = requests.claim();
        requests.u8(at, Descriptor.TYPE, Descriptor.MESSAGE);
        requests.i32(at, Descriptor.CONNECTION, id);
        requests.i32(at, Descriptor.TX_BYTES, 10);
        Addresses.write(memory, at + Descriptor.PEER_ADDRESS, PEER.getAddress());
        requests.publish();
        path.poll(0);
        assertThat(context.violation()).contains("takes a stream for a message socket");
        assertThat(context.layout.isOpen()).isFalse();
    }
}
