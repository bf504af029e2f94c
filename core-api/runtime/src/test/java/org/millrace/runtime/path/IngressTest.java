package org.millrace.runtime.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.millrace.api.context.ContextSize;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;
import org.millrace.sim.port.FrameFabric;
import org.millrace.sim.port.FrameLink;
import org.millrace.sim.port.SimulatedPort;
import org.millrace.testkit.Endpoint;
import org.millrace.testkit.FrameBuilder;
import org.millrace.testkit.ManualClock;
import org.millrace.toe.MessageSocket;
import org.millrace.toe.Toe;
import org.millrace.wire.Ipv4Header;

/** Every way in which a frame can be wrong before a transport sees it. */
class IngressTest {
    private static final Endpoint US = Endpoint.of("02:00:00:00:00:01", "10.0.0.1", 7);
    private static final Endpoint PEER = Endpoint.of("02:00:00:00:00:ff", "10.0.0.9", 5000);

    private final FrameFabric fabric = new FrameFabric(new ManualClock(), new FrameLink(0, 9000, false));
    private final TestHost host = new TestHost(fabric.port("us", US.mac()), "10.0.0.1");
    private final SimulatedPort wire = fabric.port("wire", PEER.mac());

    /** A frame and what becomes of it. */
    private enum Case {
        NOTHING_BEHIND_ETHERNET(DropReason.TRUNCATED, f -> Arrays.copyOf(f, 14), f -> { }),
        SHORTER_THAN_IP(DropReason.TRUNCATED, f -> Arrays.copyOf(f, 33), f -> { }),
        SHORTER_THAN_TOTAL_LENGTH(DropReason.TRUNCATED, f -> Arrays.copyOf(f, f.length - 1), f -> { }),
        SHORTER_THAN_TAG(DropReason.TRUNCATED, f -> Arrays.copyOf(f, 17), f -> type(f, 0x8100)),
        UNKNOWN_TYPE(DropReason.UNKNOWN_ETHERTYPE, f -> f, f -> type(f, 0x86dd)),
        LENGTH_INSTEAD_OF_TYPE(DropReason.UNKNOWN_ETHERTYPE, f -> f, f -> type(f, 60)),
        OTHER_VLAN(DropReason.NOT_FOR_US, f -> tagged(f, 5), f -> { }),
        TWO_TAGS(DropReason.UNKNOWN_ETHERTYPE, f -> tagged(tagged(f, 0), 0), f -> { }),
        BROADCAST(DropReason.NOT_FOR_US, f -> f, f -> Arrays.fill(f, 0, 6, (byte) 0xff)),
        OTHER_ADDRESS(DropReason.NOT_FOR_US, f -> f, f -> { f[14 + 19] = 77; checksum(f); }),
        OTHER_VERSION(DropReason.BAD_IP_HEADER, f -> f, f -> f[14] = 0x65),
        HEADER_TOO_SHORT(DropReason.BAD_IP_HEADER, f -> f, f -> f[14] = 0x44),
        HEADER_BEHIND_THE_END(DropReason.BAD_IP_HEADER, f -> Arrays.copyOf(f, 14 + 28), f -> f[14] = 0x4f),
        TOTAL_LENGTH_IN_THE_HEADER(DropReason.BAD_IP_HEADER, f -> f, f -> { f[16] = 0; f[17] = 19; checksum(f); }),
        BAD_CHECKSUM(DropReason.BAD_IP_CHECKSUM, f -> f, f -> f[14 + 10] ^= 1),
        FRAGMENT(DropReason.IP_FRAGMENT, f -> f, f -> { f[14 + 6] = 0x20; checksum(f); }),
        LAST_FRAGMENT(DropReason.IP_FRAGMENT, f -> f, f -> { f[14 + 6] = 0; f[14 + 7] = 9; checksum(f); }),
        FROM_NOBODY(DropReason.BAD_IP_HEADER, f -> f, f -> { Arrays.fill(f, 26, 30, (byte) 0); checksum(f); }),
        FROM_LOOPBACK(DropReason.BAD_IP_HEADER, f -> f, f -> { f[26] = 127; checksum(f); }),
        FROM_BROADCAST(DropReason.BAD_IP_HEADER, f -> f, f -> { Arrays.fill(f, 26, 30, (byte) -1); checksum(f); }),
        FROM_OURSELVES(DropReason.BAD_IP_HEADER, f -> f, f -> { f[29] = 1; checksum(f); }),
        TO_LOOPBACK(DropReason.BAD_IP_HEADER, f -> f, f -> { f[30] = 127; checksum(f); }),
        UNKNOWN_PROTOCOL(DropReason.UNKNOWN_PROTOCOL, f -> f, f -> { f[14 + 9] = 47; checksum(f); }),
        BAD_TRANSPORT(DropReason.BAD_TRANSPORT_HEADER, f -> f, f -> f[14 + 20 + 4] = 99),
        BAD_TRANSPORT_CHECKSUM(DropReason.BAD_CHECKSUM, f -> f, f -> f[f.length - 1] ^= 1),
        NOBODY_LISTENS(DropReason.NO_FLOW, f -> f, f -> { }),
        NOBODY_LISTENS_BEHIND_A_PRIORITY_TAG(DropReason.NO_FLOW, f -> tagged(f, 0), f -> { });

        private final DropReason reason;
        private final UnaryOperator<byte[]> shape;
        private final Consumer<byte[]> damage;

        Case(DropReason reason, UnaryOperator<byte[]> shape, Consumer<byte[]> damage) {
            this.reason = reason;
            this.shape = shape;
            this.damage = damage;
        }

        private static void type(byte[] frame, int type) {
            frame[12] = (byte) (type >> 8);
            frame[13] = (byte) type;
        }

        private static byte[] tagged(byte[] frame, int vlan) {
            byte[] tagged = new byte[frame.length + 4];
            System.arraycopy(frame, 0, tagged, 0, 12);
            System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
            type(tagged, 0x8100);
            tagged[15] = (byte) vlan;
            return tagged;
        }

        private static void checksum(byte[] frame) {
            new Ipv4Header().wrap(MemorySegment.ofArray(frame), 14).writeChecksum();
        }
    }

    private static byte[] datagram() {
        return FrameBuilder.udp().from(PEER).to(US).payload("payload").build();
    }

    private void receive(byte[] frame) {
        TransmitBatch batch = wire.newTransmitBatch();
        MemorySegment memory = MemorySegment.ofArray(frame);
        int head = Math.min(14, frame.length);
        MemorySegment.copy(memory, 0, batch.headers, batch.headerOffset(0), head);
        batch.add(head);
        batch.span(memory, head, frame.length - head);
        wire.transmit(batch);
        host.path.poll(0);
    }

    @ParameterizedTest
    @EnumSource
    void isCountedUnderItsReason(Case c) {
        byte[] frame = c.shape.apply(datagram());
        c.damage.accept(frame);
        receive(frame);
        assertThat(host.path.status().drops()).isEqualTo(Map.of(c.reason.text(), 1L));
    }

    @Test
    void whatIsSentHasTheTimeToLiveThatIsSet() throws IOException {
        receive(FrameBuilder.arpRequest(PEER, US.address()));
        host.path.ttl(7);
        receive(FrameBuilder.echoRequest(1, 2).from(PEER).to(US).build());
        assertThat(timeToLive()).as("of the network layer").isEqualTo(7);
        Toe toe = Toe.open(host, new ContextSize(4, 4096, 4096, 64));
        MessageSocket socket = toe.bind(new InetSocketAddress("10.0.0.1", 5000), null);
        toe.flush();
        host.path.poll(0);
        toe.poll(0);
        socket.send(ByteBuffer.wrap(new byte[3]), new InetSocketAddress("10.0.0.9", 7));
        toe.flush();
        host.path.poll(0);
        assertThat(timeToLive()).as("of a transport").isEqualTo(7);
    }

    /** Of the last frame. */
    private int timeToLive() {
        FrameBatch batch = new FrameBatch(16);
        int count = wire.receive(batch);
        return batch.segment[count - 1].get(ValueLayout.JAVA_BYTE, batch.offset[count - 1] + 14 + 8);
    }

    @Test
    void optionsAreSkipped() {
        byte[] plain = datagram();
        byte[] frame = new byte[plain.length + 8];
        System.arraycopy(plain, 0, frame, 0, 34);
        Arrays.fill(frame, 34, 42, (byte) 1);
        System.arraycopy(plain, 34, frame, 42, plain.length - 34);
        new Ipv4Header().wrap(MemorySegment.ofArray(frame), 14).totalLength(frame.length - 14);
        frame[14] = 0x47;
        Case.checksum(frame);
        receive(frame);
        assertThat(host.path.status().drops()).isEqualTo(Map.of(DropReason.NO_FLOW.text(), 1L));
    }

    @Test
    void mutatedFramesNeverEscapeOrDisturb() {
        long seed = 20261122;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = random.nextInt(4) == 0 ? FrameBuilder.echoRequest(1, 2).from(PEER).to(US).build()
                : random.nextInt(6) == 0 ? FrameBuilder.arpRequest(PEER, US.address()) : datagram();
            for (int n = random.nextInt(4); n > 0; n--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            frame = Arrays.copyOf(frame, random.nextInt(14, frame.length + 8));
            receive(frame);
        }
        long drops = host.path.status().drops().values().stream().mapToLong(Long::longValue).sum();
        assertThat(drops).as("seed %d", seed).isBetween(10_000L, 20_000L);
        assertThat(host.path.status().transferFaults()).isZero();
    }
}
