package org.millrace.runtime.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.memory.frame.FrameMesh;
import org.millrace.ports.FramePort;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.steer.Steering;

/** Frames come to whom they are for, wherever the port has put them. */
class ShardPortTest {
    private static final long SEED = 20261130;
    private static final int SHARDS = 3;
    private static final int ETHERNET = EthernetHeader.LENGTH;

    private final Random random = new Random(SEED);
    private final long key = random.nextLong();
    private final Steering steering = new Steering(SHARDS, key);
    private final FrameMesh mesh = new FrameMesh(SHARDS);
    private final List<FramePort> queues = IntStream.range(0, SHARDS)
        .mapToObj(i -> new FramePort("q" + i, 0x020000000001L, 1500, sent -> { })).toList();
    private final List<DropReason> drops = new ArrayList<>();
    private final List<ShardPort> ports = IntStream.range(0, SHARDS)
        .mapToObj(i -> new ShardPort(queues.get(i), mesh.node(i), new Steering(SHARDS, key), drops::add)).toList();
    private final List<List<byte[]>> arrived = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final FrameBatch batch = new FrameBatch(16);

    private byte[] segment(int protocol) {
        byte[] frame = new byte[ETHERNET + 40 + random.nextInt(1000)];
        random.nextBytes(frame);
        packet(ByteBuffer.wrap(frame), ETHERNET, frame.length - ETHERNET, protocol);
        return frame;
    }

    private static void packet(ByteBuffer frame, int at, int bytes, int protocol) {
        frame.putShort(EthernetHeader.ETHER_TYPE, (short) EthernetHeader.IPV4);
        frame.put(at, (byte) 0x45).putShort(at + Ipv4Header.TOTAL_LENGTH, (short) bytes)
            .putShort(at + Ipv4Header.FRAGMENT, (short) 0x4000).put(at + Ipv4Header.PROTOCOL, (byte) protocol);
    }

    /** What a router says of a segment that was sent. */
    private byte[] error(int source, int target, int ports) {
        byte[] bytes = new byte[ETHERNET + 20 + 8 + 28];
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        packet(frame, ETHERNET, bytes.length - ETHERNET, Ipv4Header.ICMP);
        frame.put(ETHERNET + 20, (byte) 3).put(ETHERNET + 21, (byte) 4);
        int inner = ETHERNET + 28;
        packet(frame, inner, 1500, Ipv4Header.TCP);
        frame.putInt(inner + Ipv4Header.SOURCE, source).putInt(inner + Ipv4Header.DESTINATION, target).putInt(inner + 20, ports);
        return bytes;
    }

    private static byte[] arp(int operation, int sender, int target) {
        byte[] bytes = new byte[ETHERNET + ArpPacket.LENGTH];
        ByteBuffer.wrap(bytes).putShort(EthernetHeader.ETHER_TYPE, (short) EthernetHeader.ARP);
        new ArpPacket().wrap(MemorySegment.ofArray(bytes), ETHERNET).initialize(operation).sender(0x020000000002L, sender)
            .target(0, target);
        return bytes;
    }

    private void run() {
        for (int quiet = 0; quiet < 3; quiet++) {
            for (int i = 0; i < SHARDS; i++) {
                for (int n = ports.get(i).receive(batch); n > 0; n = ports.get(i).receive(batch)) {
                    for (int frame = 0; frame < n; frame++) {
                        arrived.get(i).add(batch.segment[frame].asSlice(batch.offset[frame], batch.length[frame])
                            .toArray(ValueLayout.JAVA_BYTE));
                    }
                    quiet = 0;
                }
            }
        }
    }

    @Test
    void everySegmentComesToItsShardOnceAndUnchanged() {
        List<List<byte[]>> expected = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int strayed = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] frame = segment(random.nextBoolean() ? Ipv4Header.TCP : Ipv4Header.UDP);
            int home = steering.shard(MemorySegment.ofArray(frame), 0, frame.length);
            int queue = random.nextInt(SHARDS);
            expected.get(home).add(frame);
            queues.get(queue).inject(frame);
            strayed += home == queue ? 0 : 1;
            if (i % 50 == 0) {
                run();
            }
        }
        run();
        for (int i = 0; i < SHARDS; i++) {
            assertThat(arrived.get(i)).as("seed %d, shard %d", SEED, i).containsExactlyInAnyOrderElementsOf(expected.get(i));
        }
        assertThat(IntStream.range(0, SHARDS).mapToLong(i -> mesh.node(i).handed()).sum()).isEqualTo(strayed);
    }

    @Test
    void framesOfAFlowKeepTheirOrder() {
        byte[] flow = segment(Ipv4Header.TCP);
        int home = steering.shard(MemorySegment.ofArray(flow), 0, flow.length);
        for (int i = 0; i < 100; i++) {
            byte[] next = flow.clone();
            ByteBuffer.wrap(next).putInt(ETHERNET + 24, i); // its sequence number
            queues.get((home + 1) % SHARDS).inject(next);
        }
        run();
        assertThat(arrived.get(home)).extracting(frame -> ByteBuffer.wrap(frame).getInt(ETHERNET + 24))
            .containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void errorsComeToWhoSentWhatTheyAreAbout() {
        for (int i = 0; i < 200; i++) {
            int local = random.nextInt();
            int remote = random.nextInt();
            int home = steering.shard(remote, 80, local, 1000 + i);
            byte[] error = error(local, remote, 1000 + i << 16 | 80);
            queues.get(random.nextInt(SHARDS)).inject(error);
            int before = arrived.get(home).size();
            run();
            assertThat(arrived.get(home)).hasSize(before + 1).last().isEqualTo(error);
        }
    }

    @Test
    void allLearnOfNeighbours() {
        queues.get(2).inject(arp(ArpPacket.REPLY, 1, 2));
        queues.get(1).inject(arp(ArpPacket.REQUEST, 3, 3));
        run();
        queues.get(0).inject(arp(ArpPacket.REQUEST, 1, 2));
        run();
        assertThat(arrived).allSatisfy(frames -> assertThat(frames).hasSize(3));
    }

    @Test
    void copiesForNeighboursSayThatTheyAre() {
        queues.get(1).inject(arp(ArpPacket.REQUEST, 1, 2));
        for (int shard : new int[] {1, 0, 2}) {
            assertThat(ports.get(shard).receive(batch)).isOne();
            assertThat(batch.flags[0] & FrameBatch.COPIED).as("shard %d", shard).isEqualTo(shard == 1 ? 0 : FrameBatch.COPIED);
        }
    }

    /** {@return a frame of the first shard's that says who has received it} */
    private byte[] own(int queue) {
        byte[] frame = segment(Ipv4Header.TCP);
        while (steering.shard(MemorySegment.ofArray(frame), 0, frame.length) != 0) {
            frame = segment(Ipv4Header.TCP);
        }
        ByteBuffer.wrap(frame).putInt(ETHERNET + 24, queue);
        return frame;
    }

    /** {@return by which queues the frames came that the first shard receives in some rounds, while there are more of all} */
    private Set<Integer> heard(int rounds, int... from) {
        for (int queue : from) {
            for (int i = 0; i < 100; i++) {
                queues.get(queue).inject(own(queue));
            }
        }
        for (int other = 1; other < SHARDS; other++) {
            do {
                assertThat(ports.get(other).receive(batch)).as("shard %d has nothing of its own", other).isZero();
            } while (mesh.node(other).handed() % 100 != 0);
        }
        Set<Integer> heard = new TreeSet<>();
        for (int round = 0; round < rounds; round++) {
            assertThat(ports.getFirst().receive(batch)).isEqualTo(16);
            for (int frame = 0; frame < 16; frame++) {
                heard.add(ByteBuffer.wrap(batch.segment[frame].asSlice(batch.offset[frame], batch.length[frame]).toArray(ValueLayout.JAVA_BYTE))
                    .getInt(ETHERNET + 24));
            }
        }
        return heard;
    }

    @Test
    void neitherPortNorOtherShardsAreStarved() {
        assertThat(heard(2, 0, 1)).containsExactly(0, 1);
    }

    @Test
    void noOtherShardIsStarved() {
        assertThat(heard(SHARDS, 1, 2)).containsExactly(1, 2);
    }

    @Test
    void whoSleepsIsWokenByOthersFrames() {
        int[] woken = new int[1];
        mesh.node(0).wokenBy(() -> woken[0]++);
        for (boolean sleeps : new boolean[] {true, false}) {
            ports.getFirst().sleeping(sleeps);
            queues.get(1).inject(own(1));
            ports.get(1).receive(batch);
            assertThat(woken[0]).as("sleeps: %s", sleeps).isOne();
        }
    }

    /** What is another's is copied, so no payload may stay in the kernel. */
    @Test
    void framesAreReceivedWhole() {
        batch.takesHeads = true;
        ports.getFirst().receive(batch);
        assertThat(batch.takesHeads).isFalse();
    }

    @Test
    void fullWireDropsAndCounts() {
        byte[] frame = segment(Ipv4Header.TCP);
        int home = steering.shard(MemorySegment.ofArray(frame), 0, frame.length);
        int other = (home + 1) % SHARDS;
        int count = 4_000_000 / frame.length;
        for (int i = 0; i < count; i++) {
            queues.get(other).inject(frame.clone());
            ports.get(other).receive(batch);
        }
        assertThat(mesh.node(other).dropped()).isPositive();
        assertThat(drops).hasSize((int) mesh.node(other).dropped()).containsOnly(DropReason.SHARD_FULL);
        assertThat(mesh.node(other).dropped() + mesh.node(other).handed()).isEqualTo(count);
        run();
        assertThat(arrived.get(home)).hasSize((int) mesh.node(other).handed());
    }
}
