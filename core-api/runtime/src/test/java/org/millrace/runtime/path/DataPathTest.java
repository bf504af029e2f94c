package org.millrace.runtime.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.millrace.testkit.SegmentAssert.assertSegment;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.context.ContextSize;
import org.millrace.api.context.Status;
import org.millrace.api.port.FrameBatch;
import org.millrace.runtime.status.DataPathStatus;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.sim.port.SimulatedPort;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.Frames;
import org.millrace.testkit.ManualClock;
import org.millrace.testkit.SegmentAssert;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;

/** Two data paths and their applications on virtual time. */
class DataPathTest {
    private static final ContextSize SIZE = new ContextSize(16, 16384, 16384, 64);

    private final ManualClock clock = new ManualClock();
    private final FrameFabric fabric = new FrameFabric(clock, new FrameLink(10_000, 1500, true));
    private final TestHost a = new TestHost(fabric.port("a", 0x020000000001L), "10.0.0.1");
    private final TestHost b = new TestHost(fabric.port("b", 0x020000000002L), "10.0.0.2");
    private final SimulatedPort linux = fabric.port("linux", 0x0200000000ffL);
    private final List<byte[]> heard = new ArrayList<>();
    private final Toe toeA = Toe.open(a, SIZE);
    private final Toe toeB = Toe.open(b, SIZE);

    /** Lets time pass from event to event until nothing happens any more at this time or within 100 ms. */
    private void settle() {
        long endNs = clock.nowNs() + 100_000_000;
        int rounds = 0;
        while (true) {
            toeA.flush();
            toeB.flush();
            long next = Math.min(a.path.poll(clock.nowNs()), b.path.poll(clock.nowNs()));
            listen();
            next = Math.min(next, fabric.nextDeliveryNs());
            if (next > endNs || ++rounds > 10_000) {
                assertThat(rounds).isLessThan(10_000);
                break;
            }
            clock.set(Math.max(next, clock.nowNs()));
        }
        toeA.poll(0);
        toeB.poll(0);
    }

    private void listen() {
        FrameBatch batch = new FrameBatch(8);
        linux.receive(batch);
        for (int i = 0; i < batch.count(); i++) {
            heard.add(Frames.copy(batch, i));
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    private static String receive(MessageSocket socket) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(2000);
        InetSocketAddress from = socket.receive(buffer);
        return from == null ? null
            : from.getPort() + ":" + new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @Test
    void messageGoesThereAndAnswerComesBack() throws IOException {
        MessageSocket client = toeA.bind(at("10.0.0.1", 5000), null);
        MessageSocket server = toeB.bind(at("10.0.0.2", 7), null);
        settle();
        assertThat(client.isBound()).isTrue();
        assertThat(client.localAddress()).isEqualTo(at("10.0.0.1", 5000));

        client.send(text("hello"), at("10.0.0.2", 7));
        settle();
        assertThat(receive(server)).isEqualTo("5000:hello");
        server.send(text("hello yourself"), at("10.0.0.1", 5000));
        settle();
        assertThat(receive(client)).isEqualTo("7:hello yourself");

        DataPathStatus status = a.path.status();
        assertThat(status.drops()).isEmpty();
        assertThat(status.transports().getFirst().emitted()).isEqualTo(1);
        assertThat(status.transports().getFirst().received()).isEqualTo(1);
        assertThat(status.receivedPayloadBytes()).isEqualTo("hello yourself".length());
    }

    @Test
    void manyMessagesWrapTheBuffersUnchanged() throws IOException {
        MessageSocket client = toeA.bind(at("10.0.0.1", 5000), null);
        MessageSocket server = toeB.bind(at("10.0.0.2", 7), null);
        settle();
        for (int i = 0; i < 200; i++) {
            String message = (i + ",").repeat(300).substring(0, 300 + i * 3);
            assertThat(client.send(text(message), at("10.0.0.2", 7))).isTrue();
            settle();
            assertThat(receive(server)).isEqualTo("5000:" + message);
        }
        assertThat(b.path.status().drops()).isEmpty();
        assertThat(b.path.status().transferFaults()).isZero();
    }

    @Test
    void messageThatFindsNoRoomIsDroppedAndCounted() throws IOException {
        MessageSocket client = toeA.bind(at("10.0.0.1", 5000), null);
        MessageSocket server = toeB.bind(at("10.0.0.2", 7), null);
        settle();
        for (int i = 0; i < 20; i++) {
            client.send(text("x".repeat(1000)), at("10.0.0.2", 7));
            settle();
        }
        assertThat(b.path.status().drops()).containsOnly(entry("no receive buffer", 4L));
        for (int i = 0; i < 16; i++) {
            assertThat(receive(server)).hasSize("5000:".length() + 1000);
        }
        settle();
        client.send(text("there is room again"), at("10.0.0.2", 7));
        settle();
        assertThat(receive(server)).isEqualTo("5000:there is room again");
    }

    @Test
    void unboundPortIsAnsweredWithIcmp() throws IOException {
        MessageSocket client = toeA.bind(at("10.0.0.1", 5000), null);
        settle();
        client.send(text("x"), at("10.0.0.2", 9));
        settle();
        assertThat(b.path.status().drops()).containsOnly(entry("no such flow", 1L));
        assertThat(a.transport.told()).contains("icmp code 3 about 5000 to 9");
    }

    @Test
    void secondBindOfAnAddressFailsAndClosingFreesEverything() {
        MessageSocket first = toeA.bind(at("10.0.0.1", 5000), null);
        MessageSocket second = toeA.bind(at("10.0.0.1", 5000), null);
        MessageSocket foreign = toeA.bind(at("10.0.0.9", 5000), null);
        settle();
        assertThat(first.status()).isEqualTo(Status.OK);
        assertThat(second.status()).isEqualTo(Status.ADDRESS_IN_USE);
        assertThat(foreign.status()).isEqualTo(Status.ADDRESS_NOT_AVAILABLE);
        assertThat(a.path.status().transports().getFirst().flows()).isEqualTo(1);
        first.close();
        settle();
        assertThat(a.path.status().transports().getFirst().flows()).isZero();
        assertThat(a.path.status().contextConnections()).isZero();
    }

    @Test
    void streamsAreRefusedByATransportWithoutThem() {
        var stream = toeA.connect(at("10.0.0.2", 80));
        var listener = toeA.listen(at("10.0.0.1", 80), 5);
        settle();
        assertThat(stream.status()).isEqualTo(Status.UNSUPPORTED);
        assertThat(listener.status()).isEqualTo(Status.UNSUPPORTED);
    }

    @Test
    void closedContextIsGoneAndItsNumberIsUsedAgain() {
        toeA.bind(at("10.0.0.1", 5000), null);
        settle();
        int number = a.lastOpened.number;
        toeA.close();
        assertThat(a.path.status().contexts()).isZero();
        assertThat(a.path.status().transports().getFirst().flows()).isZero();
        for (int i = 0; i < 4; i++) {
            assertThat(a.path.open(SIZE)).isNotNull();
        }
        assertThat(a.path.open(SIZE)).isNull();
        assertThat(a.path.contexts().all()).anyMatch(context -> context.number == number);
    }

    @Test
    void idlePathNamesItsDeadlineAndIsWokenByItsApplications() {
        settle();
        assertThat(a.path.poll(clock.nowNs())).isEqualTo(Long.MAX_VALUE);
        a.path.sleeping(true);
        toeA.bind(at("10.0.0.1", 5000), null);
        toeA.flush();
        toeA.flush();
        assertThat(a.rings).isEqualTo(1);
        assertThat(a.path.poll(clock.nowNs())).isLessThanOrEqualTo(clock.nowNs());
    }

    @Test
    void answersArpAndPing() {
        Endpoint us = Endpoint.of("02:00:00:00:00:ff", "10.0.0.77", 0);
        Endpoint path = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 0);
        send(linux, FrameBuilder.arpRequest(us, path.address()));
        settle();
        assertSegment(heard.removeLast(), SegmentAssert.isArpReply(path.address()));

        send(linux, FrameBuilder.echoRequest(1, 2).from(us).to(path).payload("x".repeat(1200)).build());
        settle();
        assertSegment(heard.removeLast(), SegmentAssert.isIcmp(0, 0), SegmentAssert.validChecksums(),
            SegmentAssert.to(us));
    }

    private static void send(SimulatedPort port, byte[] frame) {
        var batch = port.newTransmitBatch();
        var memory = MemorySegment.ofArray(frame);
        MemorySegment.copy(memory, 0, batch.headers, batch.headerOffset(0), 14);
        batch.add(14);
        batch.span(memory, 14, frame.length - 14);
        port.transmit(batch);
    }
}
