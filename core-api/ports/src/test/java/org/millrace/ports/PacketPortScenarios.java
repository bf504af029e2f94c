package org.millrace.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.FrameSteering;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortException;
import org.millrace.api.port.TransmitBatch;
import org.millrace.memory.Poller;
import org.millrace.testkit.Eventually;
import org.millrace.testkit.Namespace;
import org.millrace.wire.steer.Steering;
import org.millrace.wire.steer.SteeringFilter;

/** What {@link PacketPortTest} runs in a namespace: a veth pair {@code va}, {@code vb}. */
final class PacketPortScenarios {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int MSS = 1448;
    private static final int TCP_HEADERS = 66;
    private static final long PATIENCE_NS = 20_000_000_000L;

    private PacketPortScenarios() {
    }

    public static void main(String[] arguments) throws Exception {
        Path ipv6 = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
        if (Files.exists(ipv6)) {
            Files.writeString(ipv6, "1"); // or the kernel's own frames would be among those counted
        }
        Namespace.execute("ip link add va type veth peer name vb", "ip link set va up", "ip link set vb up");
        switch (arguments[0]) {
            case "framesArriveUnchanged" -> framesArriveUnchanged();
            case "superFramesStayWhole" -> superFramesStayWhole();
            case "payloadOfSuperFramesIsMovedOnce" -> payloadOfSuperFramesIsMovedOnce();
            case "whatIsBehindTheLongestPacketIsLeftOut" -> whatIsBehindTheLongestPacketIsLeftOut();
            case "superFramesAreCutWhereTheLinkIsSmall" -> superFramesAreCutWhereTheLinkIsSmall();
            case "kernelCompletesAndTrustsPartialChecksums" -> kernelCompletesAndTrustsPartialChecksums();
            case "tagsAreRestored" -> tagsAreRestored();
            case "fullRingIsCounted" -> fullRingIsCounted();
            case "interfaceGoingDownWakesOnceAndDrops" -> interfaceGoingDownWakesOnceAndDrops();
            case "linkIsReportedAsItIs" -> linkIsReportedAsItIs();
            case "openingSaysWhatIsWrong" -> openingSaysWhatIsWrong();
            case "takenInterfaceIsRefusedUntilItIsFree" -> takenInterfaceIsRefusedUntilItIsFree();
            case "queuesShareWhatComesAsTheFilterSays" -> queuesShareWhatComesAsTheFilterSays();
            case "openWithoutPrivilege" -> openWithoutPrivilege();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("passed: " + arguments[0]);
    }

    private static void takenInterfaceIsRefusedUntilItIsFree() {
        try (Port first = open("va"); Port other = open("va", "mac", "02:00:00:00:00:77")) {
            assertThat(other.info().macAddress()).isNotEqualTo(first.info().macAddress());
            assertThatThrownBy(() -> open("va")).isInstanceOf(PortException.class)
                    .hasMessageContaining("interface 'va' is taken").hasMessageNotContaining("\n");
        }
        open("va").close();
    }

    private static void queuesShareWhatComesAsTheFilterSays() {
        Random random = new Random(20261130);
        Steering steering = new Steering(3, random.nextLong());
        List<Port> queues = new PacketPortFactory().open(Map.of("interface", "vb", "ring-frames", "30"),
                new FrameSteering(3, SteeringFilter.of(steering)));
        int[] expected = new int[3];
        try (Port a = open("va")) {
            assertThat(queues).hasSize(3).allSatisfy(queue ->
                    assertThat(queue.info().macAddress()).isEqualTo(queues.getFirst().info().macAddress()));
            assertThatThrownBy(() -> open("vb")).isInstanceOf(PortException.class).hasMessageContaining("is taken");
            TransmitBatch batch = a.newTransmitBatch();
            FrameBatch received = new FrameBatch(8);
            for (int i = 0; i < 300; i++) {
                long at = batch.headerOffset(0);
                Frames.ipv4(batch.headers, at, queues.getFirst().info().macAddress(), a.info().macAddress(), random.nextInt(),
                        random.nextInt(), random.nextBoolean() ? Frames.UDP : Frames.TCP, 20);
                batch.headers.set(INT, at + 34, random.nextInt());
                int queue = steering.shard(batch.headers, at, 54);
                expected[queue]++;
                batch.add(54);
                a.transmit(batch);
                Eventually.holds(() -> queues.get(queue).receive(received) == 1, () -> "frame is not in queue " + queue);
            }
        }
        assertThat(expected).doesNotContain(0);
        queues.getFirst().close();
        assertThatThrownBy(() -> open("vb")).as("others of it are open").isInstanceOf(PortException.class);
        queues.forEach(Port::close);
        open("vb").close();
    }

    private static void linkIsReportedAsItIs() {
        try (Port port = open("va")) {
            awaitUp(port, true);
            Namespace.execute("ip link set vb down");
            awaitUp(port, false);
            Namespace.execute("ip link set vb up");
            awaitUp(port, true);
            Namespace.execute("ip link set va down");
            assertThat(port.isUp()).isFalse();
            Namespace.execute("ip link set va up");
            awaitUp(port, true);
            Namespace.execute("ip link del va");
            assertThat(port.isUp()).isFalse();
            Namespace.execute("ip link add va type veth peer name vb");
            Namespace.execute("ip link set vb up");
            Namespace.execute("ip link set va up");
            assertThat(port.isUp()).as("of another interface by that name").isFalse();
        }
    }

    /** The kernel tells of a link later than it has it. */
    private static void awaitUp(Port port, boolean up) {
        Eventually.holds(() -> port.isUp() == up, () -> up ? "the link is down still" : "the link is up still");
    }

    private static Port open(String name, String... options) {
        Map<String, String> all = new HashMap<>(Map.of("interface", name));
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return new PacketPortFactory().open(all);
    }

    /** Receives, asleep while there is nothing, until {@code count} frames have come. */
    private static List<byte[]> receive(Port port, int count) {
        Poller poller = new Poller(port.descriptor());
        FrameBatch batch = new FrameBatch(8);
        List<byte[]> frames = new ArrayList<>();
        while (frames.size() < count) {
            port.sleeping(true);
            if (port.receive(batch) == 0) {
                assertThat(poller.poll(PATIENCE_NS)).as("waiting for frame " + frames.size()).isEqualTo(1);
            }
            port.sleeping(false);
            for (int i = 0; i < batch.count(); i++) {
                frames.add(Frames.bytes(batch, i));
            }
        }
        assertThat(port.receive(batch)).isZero();
        return frames;
    }

    private static void framesArriveUnchanged() {
        Random random = new Random(1);
        try (Port a = open("va"); Port b = open("vb", "ring-frames", "30", "receive-buffer", "65536")) {
            assertThat(a.info().name()).isEqualTo("packet:va");
            assertThat(a.info().mtuBytes()).isEqualTo(1500);
            assertThat(a.info().macAddress()).isNotEqualTo(b.info().macAddress());
            assertThat(new Poller(b.descriptor()).poll(0)).isZero();
            TransmitBatch batch = a.newTransmitBatch();
            long bytes = 0;
            for (int round = 0; round < 40; round++) {
                List<byte[]> sent = new ArrayList<>();
                for (int i = 0; i < 1 + random.nextInt(20); i++) {
                    int length = random.nextInt(1400);
                    sent.add(Frames.add(batch, random, 14 + random.nextInt(100), Frames.payload(random, length),
                            random.nextInt(length + 1), length));
                }
                assertThat(a.transmit(batch)).isEqualTo(sent.size());
                assertThat(batch.count()).isZero();
                List<byte[]> received = receive(b, sent.size());
                for (int i = 0; i < sent.size(); i++) {
                    bytes += sent.get(i).length;
                    assertThat(received.get(i)).as("round " + round + " frame " + i).isEqualTo(sent.get(i));
                }
            }
            assertThat(a.counters().transmittedBytes()).isEqualTo(bytes);
            assertThat(b.counters().receivedBytes()).isEqualTo(bytes);
            assertThat(b.counters().receivedFrames()).isEqualTo(a.counters().transmittedFrames());
            assertThat(b.counters().receivedDropped() + a.counters().transmitDropped()).isZero();
            assertThat(a.receive(new FrameBatch(1))).as("own frames do not come back").isZero();
        }
    }

    /** Adds a TCP super-frame with a timestamp option, checksum partial. */
    private static byte[] addSuperFrame(TransmitBatch batch, Random random, int payloadBytes) {
        MemorySegment payload = Frames.payload(random, payloadBytes);
        long at = batch.headerOffset(batch.count());
        MemorySegment memory = batch.headers;
        int pseudo = Frames.ipv4(memory, at, 0x020000000002L, 0x020000000001L, 0x0a000001, 0x0a000002, Frames.TCP,
                32 + payloadBytes);
        long tcp = at + 34;
        memory.asSlice(tcp, 32).fill((byte) 0);
        memory.set(INT, tcp, 0x30394321);
        memory.set(INT, tcp + 4, 1000);
        memory.set(SHORT, tcp + 12, (short) 0x8010);
        memory.set(SHORT, tcp + 16, (short) pseudo);
        memory.set(INT, tcp + 20, 0x0101080a);
        batch.add(TCP_HEADERS);
        int cut = random.nextInt(payloadBytes);
        batch.span(payload, 0, cut);
        batch.span(payload, cut, payloadBytes - cut);
        batch.offload(34, 16, MSS);
        byte[] frame = new byte[TCP_HEADERS + payloadBytes];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, frame, 0, TCP_HEADERS);
        MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, 0, frame, TCP_HEADERS, payloadBytes);
        return frame;
    }

    private static void superFramesStayWhole() {
        Random random = new Random(2);
        try (Port a = open("va"); Port b = open("vb")) {
            assertThat(a.info().segmentation() && a.info().checksumOffload()).isTrue();
            int largest = (a.info().maxFrameBytes() - TCP_HEADERS) / MSS * MSS;
            assertThat(largest).isGreaterThan(60_000);
            TransmitBatch batch = a.newTransmitBatch();
            FrameBatch received = new FrameBatch(64);
            for (int payloadBytes : new int[] {largest, a.info().maxFrameBytes() - TCP_HEADERS, MSS + 1, MSS, 1}) {
                byte[] sent = addSuperFrame(batch, random, payloadBytes);
                assertThat(a.transmit(batch)).isEqualTo(1);
                assertThat(new Poller(b.descriptor()).poll(PATIENCE_NS)).isEqualTo(1);
                assertThat(b.receive(received)).isEqualTo(1);
                assertThat(Frames.bytes(received, 0)).isEqualTo(sent);
                assertThat(received.segmentSize[0]).isEqualTo(payloadBytes > MSS ? MSS : 0);
                assertThat(received.flags[0]).isEqualTo(FrameBatch.CHECKSUM_VALID);
            }
            b.receive(received);
            for (int i = 0; i < 64; i++) {
                addSuperFrame(batch, random, largest);
            }
            assertThat(a.transmit(batch)).as("a batch of 4 MB").isEqualTo(64);
            assertThat(receive(b, 64)).hasSize(64);
        }
        try (Port plain = open("va", "super-frames", "false", "mac", "02:00:00:00:00:07")) {
            assertThat(plain.info().segmentation() || plain.info().checksumOffload()).isFalse();
            assertThat(plain.info().maxFrameBytes()).isEqualTo(1514);
            assertThat(plain.info().macAddress()).isEqualTo(0x020000000007L);
        }
    }

    /** Four of six: taken in two spans, passed over, short and whole, completed, taken, never wanted. */
    private static void payloadOfSuperFramesIsMovedOnce() {
        Random random = new Random(5);
        try (Port a = open("va"); Port b = open("vb"); Arena arena = Arena.ofConfined()) {
            TransmitBatch batch = a.newTransmitBatch();
            FrameBatch received = new FrameBatch(8);
            received.takesHeads = true;
            MemorySegment region = arena.allocate(1 << 18, 8);
            for (int round = 0; round < 3; round++) {
                List<byte[]> sent = new ArrayList<>();
                for (int payloadBytes : new int[] {40 * MSS, 20 * MSS, 1, 30 * MSS, 10 * MSS, 44 * MSS}) {
                    sent.add(addSuperFrame(batch, random, payloadBytes));
                }
                assertThat(a.transmit(batch)).isEqualTo(6);
                assertThat(b.receive(received)).isEqualTo(6);
                for (int i = 0; i < 6; i++) {
                    assertThat(received.length[i]).isEqualTo(sent.get(i).length);
                    assertThat(received.isWhole(i)).isEqualTo(i == 2);
                    byte[] head = new byte[TCP_HEADERS];
                    MemorySegment.copy(received.segment[i], ValueLayout.JAVA_BYTE, received.offset[i], head, 0, TCP_HEADERS);
                    assertThat(head).startsWith(Arrays.copyOf(sent.get(i), 14 + 20));
                }
                assertThat(received.take(0, TCP_HEADERS, region, 5000, 10 * MSS, 0, 5000)).isTrue();
                assertSame(region, 5000, sent.get(0), TCP_HEADERS, 10 * MSS);
                assertSame(region, 0, sent.get(0), TCP_HEADERS + 10 * MSS, 5000);
                assertThat(received.take(0, TCP_HEADERS, region, 0, 1, 0, 0)).as("again").isFalse();
                assertThat(received.take(2, TCP_HEADERS, region, 0, 1, 0, 0)).as("a whole one").isFalse();
                received.complete(3);
                assertThat(Frames.bytes(received, 3)).isEqualTo(sent.get(3));
                assertThat(Frames.bytes(received, 1)).as("those before it are not lost").isEqualTo(sent.get(1));
                assertThat(received.take(3, TCP_HEADERS, region, 0, 1, 0, 0)).as("completed").isFalse();
                received.take(4, TCP_HEADERS + MSS, region, 0, 9 * MSS, 0, 0);
                assertSame(region, 0, sent.get(4), TCP_HEADERS + MSS, 9 * MSS);
            }
            assertThat(b.receive(received)).isZero();
            assertThat(b.counters().receivedFrames()).isEqualTo(18);
            assertThat(b.counters().receivedDropped()).isZero();
        }
    }

    private static void assertSame(MemorySegment region, long at, byte[] frame, int from, int length) {
        assertThat(region.asSlice(at, length).mismatch(MemorySegment.ofArray(frame).asSlice(from, length))).isEqualTo(-1);
    }

    /** A link can be set to longer ones: IPv6's jumbo payload (RFC 2675), which the kernel's own TCP sends then. */
    private static void whatIsBehindTheLongestPacketIsLeftOut() {
        Namespace.execute("ip link set dev va gso_max_size 200000");
        Random random = new Random(6);
        try (Port a = open("va"); Port b = open("vb")) {
            TransmitBatch batch = a.newTransmitBatch();
            FrameBatch received = new FrameBatch(8);
            MemorySegment payload = Frames.payload(random, 100_000);
            long at = batch.headerOffset(0);
            Frames.ipv4(batch.headers, at, 0x020000000002L, 0x020000000001L, 0, 0, Frames.TCP, 0);
            batch.headers.asSlice(at + 12, 62).fill((byte) 0);
            batch.headers.set(INT, at + 12, 0x86dd6000);
            batch.headers.set(SHORT, at + 20, (short) (Frames.TCP << 8 | 64));
            batch.headers.set(SHORT, at + 66, (short) 0x5010);
            batch.add(74);
            batch.span(payload, 0, 100_000);
            batch.offload(54, 16, MSS);
            byte[] next = addSuperFrame(batch, random, 2 * MSS);
            assertThat(a.transmit(batch)).isEqualTo(2);
            assertThat(b.receive(received)).isEqualTo(2);
            assertThat(received.length).as("Ethernet and 64 KB").startsWith(14 + 65535, next.length);
            assertThat(MemorySegment.ofArray(Frames.bytes(received, 0)).asSlice(74).mismatch(payload)).isEqualTo(14 + 65535 - 74);
            assertThat(Frames.bytes(received, 1)).isEqualTo(next);
        }
    }

    private static void superFramesAreCutWhereTheLinkIsSmall() {
        Namespace.execute("ip link set dev va gso_max_size 8192");
        Random random = new Random(3);
        try (Port a = open("va"); Port b = open("vb")) {
            TransmitBatch batch = a.newTransmitBatch();
            byte[] sent = addSuperFrame(batch, random, 45 * MSS);
            assertThat(a.transmit(batch)).isEqualTo(1);
            List<byte[]> received = receive(b, 45);
            for (int i = 0; i < 45; i++) {
                MemorySegment frame = MemorySegment.ofArray(received.get(i));
                assertThat(frame.byteSize()).isEqualTo(TCP_HEADERS + MSS);
                assertThat(frame.get(INT, 38)).as("sequence number").isEqualTo(1000 + i * MSS);
                assertThat(Frames.sum(frame, 14, 20, 0)).as("IP checksum").isEqualTo(0xffff);
                assertThat(frame.asSlice(TCP_HEADERS).mismatch(
                        MemorySegment.ofArray(sent).asSlice(TCP_HEADERS + (long) i * MSS, MSS))).isEqualTo(-1);
            }
        }
    }

    private static void kernelCompletesAndTrustsPartialChecksums() throws Exception {
        Namespace.execute("ip addr add 10.0.0.1/24 dev vb",
                "ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev vb");
        Files.writeString(Path.of("/proc/sys/net/ipv4/conf/vb/rp_filter"), "0");
        String text = Namespace.execute("ip -br link show vb");
        long kernelMac = Long.parseLong(text.replaceAll("(?s).*?(([0-9a-f]{2}:){5}[0-9a-f]{2}).*", "$1")
                .replace(":", ""), 16);
        try (Port a = open("va", "mac", "02:00:00:00:00:02");
             DatagramSocket kernel = new DatagramSocket(7, InetAddress.getByName("10.0.0.1"))) {
            kernel.setSoTimeout((int) (PATIENCE_NS / 1_000_000));
            TransmitBatch batch = a.newTransmitBatch();
            addDatagram(batch, kernelMac, "partial", true);
            addDatagram(batch, kernelMac, "complete and wrong", false);
            addDatagram(batch, kernelMac, "partial again", true);
            assertThat(a.transmit(batch)).isEqualTo(3);
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            kernel.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength())).isEqualTo("partial");
            kernel.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength())).isEqualTo("partial again");

            kernel.send(packet);
            FrameBatch received = new FrameBatch(4);
            assertThat(new Poller(a.descriptor()).poll(PATIENCE_NS)).isEqualTo(1);
            assertThat(a.receive(received)).isEqualTo(1);
            assertThat(new String(Frames.bytes(received, 0), 42, packet.getLength())).isEqualTo("partial again");
            assertThat(received.flags[0]).as("the kernel left the checksum to us").isEqualTo(FrameBatch.CHECKSUM_VALID);
        }
    }

    private static void addDatagram(TransmitBatch batch, long to, String text, boolean partial) {
        MemorySegment payload = Frames.payload(new Random(4), text.length());
        MemorySegment.copy(text.getBytes(), 0, payload, ValueLayout.JAVA_BYTE, 0, text.length());
        long at = batch.headerOffset(batch.count());
        int pseudo = Frames.ipv4(batch.headers, at, to, 0x020000000002L, 0x0a000002, 0x0a000001, Frames.UDP,
                8 + text.length());
        batch.headers.set(INT, at + 34, 7777 << 16 | 7);
        batch.headers.set(SHORT, at + 38, (short) (8 + text.length()));
        batch.headers.set(SHORT, at + 40, (short) (partial ? pseudo : 0x1234));
        batch.add(42);
        batch.span(payload, 0, text.length());
        if (partial) {
            batch.offload(34, 6, 0);
        }
    }

    private static void tagsAreRestored() {
        Random random = new Random(5);
        try (Port a = open("va"); Port b = open("vb")) {
            TransmitBatch batch = a.newTransmitBatch();
            byte[] sent = Frames.add(batch, random, 60, Frames.payload(random, 100), 50, 100);
            batch.headers.set(INT, batch.headerOffset(0) + 12, 0x81002005);
            batch.headers.set(SHORT, batch.headerOffset(0) + 16, (short) 0x88b5);
            MemorySegment.copy(batch.headers, ValueLayout.JAVA_BYTE, batch.headerOffset(0), sent, 0, 60);
            a.transmit(batch);
            assertThat(receive(b, 1).getFirst()).isEqualTo(sent);
        }
    }

    private static void fullRingIsCounted() {
        Random random = new Random(6);
        try (Port a = open("va"); Port b = open("vb", "ring-frames", "16")) {
            TransmitBatch batch = a.newTransmitBatch();
            MemorySegment payload = Frames.payload(random, 100);
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 50; i++) {
                    Frames.add(batch, random, 60, payload, 100, 100);
                }
                assertThat(a.transmit(batch)).isEqualTo(50);
            }
            int slots = 37; // as many as a block of 64 KB has, at least 16
            Eventually.holds(() -> b.counters().receivedDropped() == 100 - slots, b::counters); // the kernel may be late
            assertThat(receive(b, slots)).hasSize(slots);
            assertThat(b.counters().receivedFrames()).isEqualTo(slots);
            assertThat(b.counters().receivedDropped()).isEqualTo(100 - slots);
            assertThat(b.counters().receivedDropped()).as("asked again").isEqualTo(100 - slots);
        }
    }

    private static void interfaceGoingDownWakesOnceAndDrops() {
        Random random = new Random(7);
        try (Port a = open("va")) {
            Poller poller = new Poller(a.descriptor());
            Namespace.execute("ip link set va down");
            assertThat(poller.poll(PATIENCE_NS)).isEqualTo(1);
            a.sleeping(true);
            assertThat(poller.poll(0)).as("no error left that would keep the thread awake").isZero();
            TransmitBatch batch = a.newTransmitBatch();
            MemorySegment payload = Frames.payload(random, 100);
            Frames.add(batch, random, 60, payload, 100, 100);
            Frames.add(batch, random, 60, payload, 100, 100);
            assertThat(a.transmit(batch)).isZero();
            assertThat(a.counters().transmitDropped()).isEqualTo(2);
            Namespace.execute("ip link set va up");
            Frames.add(batch, random, 60, payload, 100, 100);
            assertThat(a.transmit(batch)).isEqualTo(1);
            Frames.add(batch, random, 60, Frames.payload(random, 2000), 100, 2000);
            Frames.add(batch, random, 60, payload, 100, 100);
            assertThat(a.transmit(batch)).as("one is too long").isEqualTo(1);
            assertThat(a.counters().transmitDropped()).isEqualTo(3);
        }
    }

    private static void openingSaysWhatIsWrong() {
        Namespace.execute("ip link set va down");
        assertThatThrownBy(() -> open("va")).isInstanceOf(PortException.class)
                .hasMessageContaining("ip link set va up");
        assertThatThrownBy(() -> open("vc")).isInstanceOf(PortException.class).hasMessageContaining("[lo, va, vb]");
        assertThatThrownBy(() -> open("vb", "mac", "1")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mac");
        assertThatThrownBy(() -> open("vb", "batch-frames", "0")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batch-frames");
        Port port = open("vb");
        port.close();
        port.close();
        assertThat(port.counters().receivedDropped()).isZero();
    }

    private static void openWithoutPrivilege() {
        assertThatThrownBy(() -> open("vb")).isInstanceOf(PortException.class)
                .satisfies(e -> System.out.println(e.getMessage()));
    }
}
