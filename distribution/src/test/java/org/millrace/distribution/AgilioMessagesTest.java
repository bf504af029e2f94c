package org.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.millrace.agilio.AgilioBackend;
import org.millrace.agilio.machine.Machine;
import org.millrace.api.context.ContextSize;
import org.millrace.api.hardware.Capacity;
import org.millrace.api.hardware.HardwareBackend;
import org.millrace.homa.HomaFactory;
import org.millrace.net.Route;
import org.millrace.runtime.config.DataPathConfig;
import org.millrace.runtime.path.DataPath;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.testkit.ManualClock;
import org.millrace.tcp.flextoe.FlexToeFactory;
import org.millrace.toe.ListenSocket;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.RpcSocket;
import org.millrace.toe.StreamSocket;
import org.millrace.toe.Toe;
import org.millrace.udp.UdpFactory;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/** Transports of messages on the model of an Agilio CX, both ends, under virtual time. */
class AgilioMessagesTest {
    private static final long STEP_NS = 5_000;
    private static final int STEPS = 10_000;
    private static final int PORT = 77;
    private static final int BYTES = 200_000;

    private final ManualClock clock = new ManualClock();
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(2_000, 1500, false));
    private DataPath near;
    private DataPath far;
    private Toe client;
    private Toe server;

    private void begin(boolean isLive, DataPathConfig.TransportChoice... transports) {
        near = path("near", 1, isLive, transports);
        far = path("far", 2, isLive, transports);
        client = Toe.open(near.grant(new ContextSize(16, 1 << 20, 1 << 20, 1024)));
        server = Toe.open(far.grant(new ContextSize(16, 1 << 20, 1 << 20, 1024)));
    }

    private static DataPathConfig.TransportChoice homa() {
        return new DataPathConfig.TransportChoice(new HomaFactory(), Map.of("link-mbps", "0"));
    }

    private DataPath path(String name, int number, boolean isLive, DataPathConfig.TransportChoice... transports) {
        HardwareBackend hardware = isLive ? new AgilioBackend() : AgilioBackend.onCallersClock(Machine.nfp4000(), null, view -> { });
        return new DataPath(new DataPathConfig(name, hardware, List.of(transports),
            fabric.port(name, 0x020000000000L + number), List.of(Ipv4Address.parse("10.0.0." + number)),
            List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500)), new Capacity(1024, 4), new Random(1)));
    }

    private static InetSocketAddress at(int host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + host), port);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void until(Condition condition) throws IOException {
        for (int i = 0; i < STEPS; i++) {
            if (condition.holds()) {
                return;
            }
            client.flush();
            server.flush();
            near.poll(clock.nowNs());
            far.poll(clock.nowNs());
            clock.set(clock.nowNs() + STEP_NS);
            client.poll(0);
            server.poll(0);
        }
        throw new AssertionError("nothing came of it: " + near.status().drops() + ", " + far.status().drops());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callsOfHomaAreAnswered(boolean isLive) throws IOException {
        begin(isLive, homa());
        RpcSocket serving = server.bindRpc(at(2, PORT), "homa");
        RpcSocket calling = client.bindRpc(at(1, 0), "homa");
        until(() -> serving.isBound() && calling.isBound());
        for (int bytes : new int[] {1, 1424, 1425, 100_000}) {
            long from = calling.allocate(bytes);
            client.region().set(ValueLayout.JAVA_BYTE, from + bytes - 1, (byte) bytes);
            assertThat(calling.call(from, bytes, at(2, PORT), RpcSocket.NO_DEADLINE)).isNotNegative();
            until(() -> serving.next() == RpcSocket.Happening.REQUEST);
            assertThat(serving.length()).isEqualTo(bytes);
            assertThat(server.region().get(ValueLayout.JAVA_BYTE, serving.offset() + bytes - 1)).isEqualTo((byte) bytes);
            long answer = serving.allocate(bytes);
            assertThat(serving.reply(serving.number(), answer, bytes)).isTrue();
            serving.release(serving.offset());
            until(() -> calling.next() == RpcSocket.Happening.RESPONSE);
            assertThat(calling.length()).isEqualTo(bytes);
            calling.release(calling.offset());
        }
        assertThat(near.status().counters().get("homa.cycles")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsCross(boolean isLive) throws IOException {
        begin(isLive, new DataPathConfig.TransportChoice(new UdpFactory(), Map.of()));
        MessageSocket receiving = server.bind(at(2, PORT), "udp");
        MessageSocket sending = client.bind(at(1, 0), "udp");
        until(() -> receiving.isBound() && sending.isBound());
        ByteBuffer buffer = ByteBuffer.allocateDirect(2_000);
        for (int bytes : new int[] {1, 64, 1_472}) {
            assertThat(sending.send(ByteBuffer.allocateDirect(bytes).put(bytes - 1, (byte) bytes), at(2, PORT))).isTrue();
            until(() -> receiving.nextLength() >= 0);
            assertThat(receiving.receive(buffer.clear())).isEqualTo(sending.localAddress());
            assertThat(buffer.flip().remaining()).isEqualTo(bytes);
            assertThat(buffer.get(bytes - 1)).isEqualTo((byte) bytes);
        }
        assertThat(far.status().counters().get("udp.cycles")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamCrossesBesideCalls(boolean isLive) throws IOException {
        begin(isLive, new DataPathConfig.TransportChoice(new FlexToeFactory(), Map.of()), homa());
        ListenSocket listener = server.listen(at(2, PORT), 8);
        RpcSocket serving = server.bindRpc(at(2, PORT), "homa");
        RpcSocket calling = client.bindRpc(at(1, 0), "homa");
        until(() -> listener.localAddress() != null && serving.isBound() && calling.isBound());
        StreamSocket stream = client.connect(at(2, PORT));
        StreamSocket[] accepted = new StreamSocket[1];
        until(() -> (accepted[0] = accepted[0] == null ? listener.accept() : accepted[0]) != null && stream.isConnected());
        ByteBuffer out = ByteBuffer.allocateDirect(BYTES);
        ByteBuffer in = ByteBuffer.allocateDirect(BYTES);
        calling.call(calling.allocate(100), 100, at(2, PORT), RpcSocket.NO_DEADLINE);
        until(() -> {
            stream.write(out);
            accepted[0].read(in);
            return !in.hasRemaining();
        });
        until(() -> serving.next() == RpcSocket.Happening.REQUEST);
        assertThat(far.status().counters().get("tcp-flextoe.cycles")).isGreaterThan(100_000);
    }
}
