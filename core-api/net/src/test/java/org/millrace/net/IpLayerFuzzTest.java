package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.net.NetHarness.SECOND;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;

/** Hostile frames: nothing throws, no read leaves the frame, no table grows beyond its bound. */
class IpLayerFuzzTest {
    private static final long SEED = 826;
    private static final int ROUNDS = 60_000;
    private static final List<String> SEEDS = List.of(NetHarness.REQUEST_OF_PEER, NetHarness.REPLY_OF_PEER,
            "02000000000102000000000a080045bb00214321400007011bf60a00000a0a0000010800a1f81234000168656c6c6f",
            "02000000000102000000000a08004500003800004000400125c70a0000fe0a00000103049645"
                    + "00000578450005b4000040004006213a0a0000010a00000a0050c350deadbeef",
            "02000000000102000000000a080045000020007740004011264c0a00000a0a00000115b30009000c000064617461");

    private final Random random = new Random(SEED);
    private final NetHarness net = new NetHarness(new NeighbourSettings(16, 2, 60 * SECOND, SECOND, 3));

    @Test
    void mutatedFramesNeverThrowAndTablesStayBounded() {
        long nowNs = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = mutate();
            nowNs += random.nextInt(100_000_000);
            try {
                feed(bytes, nowNs);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + SEED + " round " + round + " " + HexFormat.of().formatHex(bytes), e);
            }
            assertThat(net.layer.neighbours()).hasSizeLessThanOrEqualTo(16);
            assertThat(net.takeSent()).allMatch(frame -> frame.length() / 2 <= EthernetHeader.LENGTH + 1500);
            net.told.clear();
        }
        assertThat(net.errors).as("the mutations reach the parser of errors").hasSizeGreaterThan(100);
        assertThat(net.count(NetCounters.Event.ECHO_REPLY_SENT)).isGreaterThan(100);
    }

    private void feed(byte[] bytes, long nowNs) {
        MemorySegment frame = MemorySegment.ofArray(bytes); // ends with the frame: a read behind it throws
        net.layer.arp(frame, 0, bytes.length, nowNs);
        net.layer.icmp(frame, 0, bytes.length, nowNs);
        net.layer.portUnreachable(frame, 0, bytes.length, nowNs);
        net.layer.protocolUnreachable(frame, 0, bytes.length, nowNs);
        net.layer.lowerPathMtu(random.nextInt(), random.nextInt(2_000), nowNs);
        net.send(NetHarness.PEER + random.nextInt(40), "0011", nowNs);
        net.layer.advance(nowNs);
    }

    private byte[] mutate() {
        byte[] bytes = HexFormat.of().parseHex(SEEDS.get(random.nextInt(SEEDS.size())));
        int flips = random.nextInt(4);
        for (int i = 0; i < flips; i++) {
            int from = random.nextBoolean() ? 0 : EthernetHeader.LENGTH;
            bytes[from + random.nextInt(bytes.length - from)] = (byte) random.nextInt();
        }
        if (random.nextInt(4) == 0) {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
        }
        if (random.nextBoolean()) {
            repairChecksums(bytes);
        }
        return bytes;
    }

    private void repairChecksums(byte[] bytes) {
        MemorySegment frame = MemorySegment.ofArray(bytes);
        Ipv4Header ip = new Ipv4Header().wrap(frame, EthernetHeader.LENGTH);
        int available = bytes.length - EthernetHeader.LENGTH;
        if (ip.checkLengths(available) == HeaderFault.NONE) {
            ip.writeChecksum();
            int payload = ip.totalLength() - ip.headerLength();
            if (payload >= IcmpHeader.LENGTH && ip.protocol() == Ipv4Header.ICMP) {
                new IcmpHeader().wrap(frame, ip.offset() + ip.headerLength()).writeChecksum(payload);
            }
        }
    }
}
