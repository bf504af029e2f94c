package org.millrace.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Whole frames, read field by field, and written again to the same bytes. */
class HeadersTest {
    /** A SYN with the options in the order of Linux: MSS 1460, SACK permitted, timestamps, NOP, window scale 7. */
    private static final String SYN = """
            02000000000a 020000000001 0800
            4500003c1c4640004006 0a74 0a000001 0a000002
            c350 0050 12345678 00000000 a002 faf0 c859 0000
            020405b4 0402080a 11223344 00000000 01030307
            """;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int L4 = IP + Ipv4Header.MIN_LENGTH;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();

    @Test
    void synIsRead() {
        MemorySegment frame = Hex.segment(SYN);
        ethernet.wrap(frame, 0);
        ipv4.wrap(frame, IP);
        tcp.wrap(frame, L4);
        TcpOptions options = new TcpOptions();

        assertThat(ethernet.destination()).isEqualTo(0x02000000000aL);
        assertThat(ethernet.source()).isEqualTo(0x020000000001L);
        assertThat(ethernet.etherType()).isEqualTo(EthernetHeader.IPV4);
        assertThat(ipv4.check(60)).isEqualTo(HeaderFault.NONE);
        assertThat(ipv4.headerLength()).isEqualTo(20);
        assertThat(ipv4.totalLength()).isEqualTo(60);
        assertThat(ipv4.identification()).isEqualTo(0x1c46);
        assertThat(ipv4.flags()).isEqualTo(Ipv4Header.DONT_FRAGMENT);
        assertThat(ipv4.isFragment()).isFalse();
        assertThat(ipv4.ttl()).isEqualTo(64);
        assertThat(ipv4.protocol()).isEqualTo(Ipv4Header.TCP);
        assertThat(ipv4.source()).isEqualTo(0x0a000001);
        assertThat(ipv4.destination()).isEqualTo(0x0a000002);
        assertThat(tcp.check(40)).isEqualTo(HeaderFault.NONE);
        assertThat(tcp.sourcePort()).isEqualTo(50000);
        assertThat(tcp.destinationPort()).isEqualTo(80);
        assertThat(tcp.sequence()).isEqualTo(0x12345678);
        assertThat(tcp.acknowledgment()).isZero();
        assertThat(tcp.dataOffset()).isEqualTo(40);
        assertThat(tcp.flags()).isEqualTo(TcpHeader.SYN);
        assertThat(tcp.window()).isEqualTo(64240);
        assertThat(tcp.checksumValid(ipv4.source(), ipv4.destination(), 40)).isTrue();
        assertThat(options.decode(frame, L4 + 20, 20)).isTrue();
        assertThat(options.mss()).isEqualTo(1460);
        assertThat(options.windowScale()).isEqualTo(7);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.tsValue()).isEqualTo(0x11223344);
    }

    @Test
    void sameSynIsWritten() {
        MemorySegment frame = MemorySegment.ofArray(new byte[74]).fill((byte) 0xee);
        ethernet.wrap(frame, 0).destination(0x02000000000aL).source(0x020000000001L).etherType(EthernetHeader.IPV4);
        ipv4.wrap(frame, IP).initialize().totalLength(60).identification(0x1c46)
                .fragment(Ipv4Header.DONT_FRAGMENT, 0).ttl(64).protocol(Ipv4Header.TCP)
                .source(0x0a000001).destination(0x0a000002).writeChecksum();
        MemorySegment.copy(Hex.segment("020405b4 0402080a 11223344 00000000 01030307"), 0, frame, L4 + 20, 20);
        tcp.wrap(frame, L4).ports(50000, 80).sequence(0x12345678).acknowledgment(0).dataOffset(40)
                .flags(TcpHeader.SYN).window(64240).urgentPointer(0).writeChecksum(0x0a000001, 0x0a000002, 40);

        assertThat(Hex.of(frame, 0, 74)).isEqualTo(Hex.of(Hex.segment(SYN), 0, 74));
    }

    @Test
    void ipv4ChecksumWithOptionsCountsThem() {
        MemorySegment packet = Hex.segment("46000018 00004000 40060000 0a000001 0a000002 94040000");
        ipv4.wrap(packet, 0).writeChecksum();

        assertThat(ipv4.check(24)).isEqualTo(HeaderFault.NONE);
        packet.set(Flyweight.U16, 22, (short) 1);
        assertThat(ipv4.check(24)).isEqualTo(HeaderFault.CHECKSUM);
    }

    @Test
    void badIpv4HeadersAreNamed() {
        MemorySegment frame = Hex.segment(SYN);
        ipv4.wrap(frame, IP);

        assertThat(ipv4.check(19)).isEqualTo(HeaderFault.TRUNCATED);
        assertThat(ipv4.check(59)).isEqualTo(HeaderFault.TOTAL_LENGTH);
        assertThat(ipv4.ttl(63).check(60)).isEqualTo(HeaderFault.CHECKSUM);
        assertThat(ipv4.totalLength(19).check(60)).isEqualTo(HeaderFault.TOTAL_LENGTH);
        frame.set(Flyweight.U16, IP, (short) 0x4400);
        assertThat(ipv4.check(60)).isEqualTo(HeaderFault.HEADER_LENGTH);
        frame.set(Flyweight.U16, IP, (short) 0x4f00);
        assertThat(ipv4.check(59)).isEqualTo(HeaderFault.HEADER_LENGTH);
        frame.set(Flyweight.U16, IP, (short) 0x6500);
        assertThat(ipv4.check(60)).isEqualTo(HeaderFault.VERSION);
    }

    @Test
    void fragmentsAndEcnAreSplitFromTheirNeighbours() {
        ipv4.wrap(MemorySegment.ofArray(new byte[20]), 0).initialize();

        assertThat(ipv4.fragment(Ipv4Header.MORE_FRAGMENTS, 0).isFragment()).isTrue();
        ipv4.fragment(0, 1480);
        assertThat(ipv4.isFragment()).isTrue();
        assertThat(ipv4.fragmentOffset()).isEqualTo(1480);
        ipv4.tos(0xb9).ecn(Ipv4Header.ECN_CE);
        assertThat(ipv4.dscp()).isEqualTo(46);
        assertThat(ipv4.ecn()).isEqualTo(Ipv4Header.ECN_CE);
    }

    @Test
    void badTcpLengthsAreNamed() {
        MemorySegment frame = Hex.segment(SYN);
        tcp.wrap(frame, L4);

        assertThat(tcp.check(19)).isEqualTo(HeaderFault.TRUNCATED);
        assertThat(tcp.check(39)).isEqualTo(HeaderFault.HEADER_LENGTH);
        assertThat(tcp.dataOffset(16).check(40)).isEqualTo(HeaderFault.HEADER_LENGTH);
        tcp.flags(TcpHeader.ACK | TcpHeader.ECE | TcpHeader.CWR);
        assertThat(tcp.flags()).isEqualTo(0xd0);
        assertThat(tcp.has(TcpHeader.ECE | TcpHeader.SYN)).isTrue();
        assertThat(tcp.has(TcpHeader.SYN)).isFalse();
        assertThat(tcp.checksumValid(0x0a000001, 0x0a000002, 40)).isFalse();
    }

    @Test
    void udpChecksumOfZeroIsSentAsAllOnes() {
        UdpHeader udp = new UdpHeader().wrap(MemorySegment.ofArray(new byte[10]), 0);
        udp.ports(7, 9).length(10).writeChecksum(0x0a000001, 0x0a000002);
        udp.segment().set(Flyweight.U16, 8, (short) udp.checksum()); // a payload that makes the sum all ones

        udp.writeChecksum(0x0a000001, 0x0a000002);

        assertThat(udp.checksum()).isEqualTo(0xffff);
        assertThat(udp.checksumValid(0x0a000001, 0x0a000002)).isTrue();
        udp.segment().set(Flyweight.U16, 8, (short) 0x1234);
        assertThat(udp.checksumValid(0x0a000001, 0x0a000002)).isFalse();
        assertThat(udp.checksum(0).checksumValid(0x0a000001, 0x0a000002)).isTrue();
    }

    @Test
    void badUdpLengthsAreNamed() {
        UdpHeader udp = new UdpHeader().wrap(MemorySegment.ofArray(new byte[12]), 0);

        assertThat(udp.check(7)).isEqualTo(HeaderFault.TRUNCATED);
        assertThat(udp.length(7).check(12)).isEqualTo(HeaderFault.TOTAL_LENGTH);
        assertThat(udp.length(13).check(12)).isEqualTo(HeaderFault.TOTAL_LENGTH);
        assertThat(udp.length(10).check(12)).isEqualTo(HeaderFault.NONE);
    }

    @Test
    void vlanTagSplitsItsFields() {
        VlanTag tag = new VlanTag().wrap(Hex.segment("b00a0800"), 0);

        assertThat(tag.priority()).isEqualTo(5);
        assertThat(tag.dropEligible()).isTrue();
        assertThat(tag.vlanId()).isEqualTo(10);
        assertThat(tag.etherType()).isEqualTo(EthernetHeader.IPV4);
        tag.control(3, false, 4095).etherType(EthernetHeader.ARP);
        assertThat(Hex.of(tag.segment(), 0, 4)).isEqualTo("6fff0806");
    }

    @Test
    void arpRequestIsReadAndWritten() {
        String request = "0001080006040001 02000000000a 0a000001 000000000000 0a000002";
        ArpPacket arp = new ArpPacket().wrap(Hex.segment(request), 0);

        assertThat(arp.check(28)).isEqualTo(HeaderFault.NONE);
        assertThat(arp.check(27)).isEqualTo(HeaderFault.TRUNCATED);
        assertThat(arp.operation()).isEqualTo(ArpPacket.REQUEST);
        assertThat(arp.senderMac()).isEqualTo(0x02000000000aL);
        assertThat(arp.senderIp()).isEqualTo(0x0a000001);
        assertThat(arp.targetMac()).isZero();
        assertThat(arp.targetIp()).isEqualTo(0x0a000002);
        arp.wrap(MemorySegment.ofArray(new byte[28]), 0).initialize(ArpPacket.REQUEST)
                .sender(0x02000000000aL, 0x0a000001).target(0, 0x0a000002);
        assertThat(Hex.of(arp.segment(), 0, 28)).isEqualTo(request.replace(" ", ""));
    }

    @Test
    void arpOfAnotherKindIsRefused() {
        ArpPacket arp = new ArpPacket().wrap(Hex.segment("0001 86dd 0610 0001".concat("00".repeat(20))), 0);

        assertThat(arp.check(28)).isEqualTo(HeaderFault.VERSION);
    }

    @Test
    void icmpEchoOfPingIsReadAndAnsweredByTypeAndChecksum() {
        IcmpHeader icmp = new IcmpHeader().wrap(Hex.segment("0800 0000 1234 0001 6162636465"), 0);
        icmp.writeChecksum(13);

        assertThat(icmp.check(13)).isEqualTo(HeaderFault.NONE);
        assertThat(icmp.check(7)).isEqualTo(HeaderFault.TRUNCATED);
        assertThat(icmp.check(12)).isEqualTo(HeaderFault.CHECKSUM);
        assertThat(icmp.identifier()).isEqualTo(0x1234);
        assertThat(icmp.sequence()).isEqualTo(1);
        assertThat(icmp.isError()).isFalse();
    }

    @Test
    void icmpFragmentationNeededCarriesAnMtuAndIsAnError() {
        IcmpHeader icmp = new IcmpHeader().wrap(MemorySegment.ofArray(new byte[8]).fill((byte) -1), 0);
        icmp.type(IcmpHeader.DESTINATION_UNREACHABLE).code(IcmpHeader.FRAGMENTATION_NEEDED).nextHopMtu(1400)
                .writeChecksum(8);

        assertThat(Hex.of(icmp.segment(), 0, 8)).isEqualTo("0304f78300000578");
        assertThat(icmp.nextHopMtu()).isEqualTo(1400);
        assertThat(icmp.isError()).isTrue();
    }
}
