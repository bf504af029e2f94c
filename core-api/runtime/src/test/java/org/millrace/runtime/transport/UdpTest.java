package org.millrace.runtime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.hardware.Capacity;
import org.millrace.bluefield.BluefieldBackend;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.config.DataPathConfig.TransportChoice;
import org.millrace.runtime.path.DataPath;
import org.millrace.runtime.swap.Swap;
import org.millrace.runtime.swap.SwapException;
import org.millrace.runtime.swap.SwapRequest;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;
import org.millrace.udp.UdpFactory;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** The shipped UDP on two data paths and virtual time. */
class UdpTest {
    private static final ContextSize SIZE = new ContextSize(16, 4096, 4096, 64);

    private final ManualClock clock = new ManualClock();
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(10_000, 1500, false));
    private final DataPath near = path("near", 0x020000000001L, "10.0.0.1");
    private final DataPath far = path("far", 0x020000000002L, "10.0.0.2");
    private final Toe client = Toe.open(near.grant(SIZE));
    private final Toe server = Toe.open(far.grant(SIZE));

    private DataPath path(String name, long mac, String address) {
        return new DataPath(new DataPathConfig(name, new BluefieldBackend(), List.of(new TransportChoice(new UdpFactory(), Map.of())),
            fabric.port(name, mac), List.of(Ipv4Address.parse(address)),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)), new Capacity(64, 4), new Random(1)));
    }

    private void settle() {
        for (int i = 0; i < 50; i++) {
            client.flush();
            server.flush();
            near.poll(clock.nowNs());
            far.poll(clock.nowNs());
            clock.set(clock.nowNs() + 20_000);
        }
        client.poll(0);
        server.poll(0);
    }

    private MessageSocket bind(Toe toe, String address, int port) {
        MessageSocket socket = toe.bind(at(address, port), "udp");
        settle();
        return socket;
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(MessageSocket socket) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(2000);
        InetSocketAddress from = socket.receive(buffer);
        return from == null ? null : from.getAddress().getHostAddress() + " "
            + new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @Test
    void socketAtAnyAddressHearsAndAnswersFromTheRouteS() throws IOException {
        MessageSocket any = bind(server, "0.0.0.0", 7);
        MessageSocket asker = bind(client, "10.0.0.1", 5000);
        asker.send(text("who?"), at("10.0.0.2", 7));
        settle();
        assertThat(read(any)).isEqualTo("10.0.0.1 who?");
        any.send(text("me"), at("10.0.0.1", 5000));
        settle();
        assertThat(read(asker)).isEqualTo("10.0.0.2 me");
    }

    @Test
    void firstMessageWaitsForTheNeighbour() throws IOException {
        MessageSocket reader = bind(server, "10.0.0.2", 7);
        MessageSocket writer = bind(client, "10.0.0.1", 5000);
        writer.send(text("first of all"), at("10.0.0.2", 7));
        settle();
        assertThat(read(reader)).isEqualTo("10.0.0.1 first of all");
        assertThat(near.status().drops()).isEmpty();
        assertThat(far.status().drops()).isEmpty();
    }

    @Test
    void portIsOneSockets() {
        MessageSocket first = bind(client, "10.0.0.1", 5000);
        assertThat(first.isBound()).isTrue();
        assertThat(bind(client, "10.0.0.1", 5000).status()).isEqualTo(Status.ADDRESS_IN_USE);
        assertThat(bind(client, "0.0.0.0", 5000).status()).isEqualTo(Status.ADDRESS_IN_USE);
        assertThat(bind(client, "10.0.0.9", 5001).status()).isEqualTo(Status.ADDRESS_NOT_AVAILABLE);
        first.close();
        settle();
        assertThat(bind(client, "0.0.0.0", 5000).isBound()).isTrue();
    }

    @Test
    void portZeroIsAnyFreeOne() {
        MessageSocket one = bind(client, "10.0.0.1", 0);
        MessageSocket other = bind(client, "10.0.0.1", 0);
        assertThat(one.localAddress().getPort()).isBetween(49_152, 65_535).isNotEqualTo(other.localAddress().getPort());
    }

    @Test
    void messageThatIsKeptHoldsUpNoOther() throws IOException {
        MessageSocket reader = bind(server, "10.0.0.2", 7);
        MessageSocket writer = bind(client, "10.0.0.1", 5000);
        writer.send(text("keep me"), at("10.0.0.2", 7));
        settle();
        long kept = reader.take();
        for (int i = 0; i < 100; i++) {
            writer.send(text("x".repeat(1000) + i), at("10.0.0.2", 7));
            settle();
            assertThat(read(reader)).endsWith("x" + i);
        }
        MemorySegment bytes = server.region().asSlice(kept, 7);
        assertThat(new String(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)).isEqualTo("keep me");
        assertThat(far.status().drops()).isEmpty();
    }

    @Test
    void readerThatNeverReadsLosesWhatFindsNoRoomAndNobodyElseDoes() throws IOException {
        MessageSocket idle = bind(server, "10.0.0.2", 7);
        MessageSocket reader = bind(server, "10.0.0.2", 8);
        MessageSocket writer = bind(client, "10.0.0.1", 5000);
        for (int i = 0; i < 10; i++) {
            writer.send(text("y".repeat(1000)), at("10.0.0.2", 7));
            writer.send(text("for you " + i), at("10.0.0.2", 8));
            settle();
            assertThat(read(reader)).endsWith("for you " + i);
        }
        assertThat(far.status().drops()).containsOnly(Map.entry("no receive buffer", 6L));
        assertThat(read(idle)).isNotNull();
    }

    @Test
    void longMessageIsNotSentAndItsSenderIsTold() throws IOException {
        MessageSocket writer = bind(client, "10.0.0.1", 5000);
        writer.send(text("z".repeat(1473)), at("10.0.0.2", 7));
        settle();
        assertThat(writer.failedSends()).isEqualTo(1);
        assertThat(writer.lastFailure()).isEqualTo(Status.TOO_LONG);
        assertThat(writer.unsent()).isZero();
    }

    @Test
    void socketsAndUnreadMessagesSurviveASwap() throws IOException, SwapException {
        MessageSocket reader = bind(server, "10.0.0.2", 7);
        MessageSocket writer = bind(client, "10.0.0.1", 5000);
        writer.send(text("before"), at("10.0.0.2", 7));
        settle();
        Swap.now(far, SwapRequest.KEEP.transport(0, new TransportChoice(new UdpFactory(), Map.of())));
        writer.send(text("after"), at("10.0.0.2", 7));
        settle();
        assertThat(read(reader)).isEqualTo("10.0.0.1 before");
        assertThat(read(reader)).isEqualTo("10.0.0.1 after");
        assertThat(bind(server, "10.0.0.2", 7).status()).isEqualTo(Status.ADDRESS_IN_USE);
        reader.close();
        settle();
        assertThat(far.status().contextConnections()).isZero();
    }
}
