package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.net.NetHarness.MS;
import static org.millrace.net.NetHarness.PEER;
import static org.millrace.net.NetHarness.REPLY_OF_PEER;
import static org.millrace.net.NetHarness.ROUTER;
import static org.millrace.net.NetHarness.US;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.net.NetCounters.Event;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Header;

class IcmpResponderTest {
    private static final String ECHO_REQUEST =
            "02000000000102000000000a080045bb00214321400007011bf60a00000a0a0000010800a1f81234000168656c6c6f";
    private static final String ECHO_REPLY =
            "02000000000a020000000001080045b80021000040004001261a0a0000010a00000a0000a9f81234000168656c6c6f";
    private static final String UDP =
            "02000000000102000000000a080045000020007740004011264c0a00000a0a00000115b30009000c000064617461";
    private static final String PORT_UNREACHABLE = "02000000000a02000000000108004500003c00004000400126b70a0000010a00000a"
            + "03030e720000000045000020007740004011264c0a00000a0a00000115b30009000c000064617461";
    /** From the router, about a segment of ours of 1460 bytes to the peer. */
    private static final String FRAGMENTATION_NEEDED =
            "02000000000102000000000a08004500003800004000400125c70a0000fe0a00000103049645"
            + "00000578450005b4000040004006213a0a0000010a00000a0050c350deadbeef";

    private final NetHarness net = new NetHarness();

    @BeforeEach
    void resolvePeer() {
        net.layer.resolvedMac(PEER, 0);
        net.arp(REPLY_OF_PEER, 0);
        net.takeSent();
    }

    @Test
    void echoIsAnsweredWithItsDataAndItsTosWithoutEcn() {
        net.icmp(ECHO_REQUEST, 0);

        assertThat(net.takeSent()).containsExactly(ECHO_REPLY);
        assertThat(net.count(Event.ECHO_REPLY_SENT)).isEqualTo(1);
    }

    @Test
    void linkPaddingIsNotEchoed() {
        net.icmp(ECHO_REQUEST + "00".repeat(13), 0);

        assertThat(net.takeSent()).containsExactly(ECHO_REPLY);
    }

    @Test
    void echoesAreLimitedInRate() {
        for (int i = 0; i < 150; i++) {
            net.icmp(ECHO_REQUEST, 0);
        }
        assertThat(net.takeSent()).hasSize(100);
        assertThat(net.count(Event.ECHO_RATE_LIMITED)).isEqualTo(50);

        net.icmp(ECHO_REQUEST, MS / 10);
        net.icmp(ECHO_REQUEST, MS / 10);

        assertThat(net.takeSent()).hasSize(1);
    }

    @Test
    void echoToAllOrWithBadChecksumOrInFragmentsIsDropped() {
        net.icmp("ffffffffffff" + ECHO_REQUEST.substring(12), 0);
        assertThat(net.count(Event.IP_NOT_FOR_US)).isEqualTo(1);
        net.icmp(ECHO_REQUEST.replace("68656c6c6f", "68656c6c6e"), 0);
        assertThat(net.count(Event.ICMP_MALFORMED)).isEqualTo(1);
        net.icmp(rewritten(ECHO_REQUEST, ip -> ip.fragment(Ipv4Header.MORE_FRAGMENTS, 0)), 0);
        assertThat(net.count(Event.IP_FRAGMENT)).isEqualTo(1);
        net.icmp(rewritten(ECHO_REQUEST, ip -> ip.destination(NetHarness.ip("10.0.0.255"))), 0);
        assertThat(net.count(Event.IP_NOT_FOR_US)).isEqualTo(2);
        net.icmp(ECHO_REQUEST.replace("1bf6", "1bf7"), 0);
        assertThat(net.count(Event.IP_MALFORMED)).isEqualTo(1);
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void fragmentationNeededIsDeliveredWithWhatItQuotes() {
        net.icmp(FRAGMENTATION_NEEDED, 0);

        assertThat(net.errors).containsExactly(
                new IcmpError(3, 4, 1400, ROUTER, Ipv4Header.TCP, US, PEER, 80, 50000, 0xdeadbeef));
        assertThat(net.layer.mtu(PEER)).isEqualTo(1500); // until the transport believes it
    }

    @Test
    void oldRoutersMeanTheNextPlateau() {
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.nextHopMtu(0)), 0);

        assertThat(net.errors).extracting(IcmpError::mtuBytes).containsExactly(1006);
    }

    @Test
    void mtuBelowAnyLinksIsDropped() {
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.nextHopMtu(67)), 0);

        assertThat(net.errors).isEmpty();
        assertThat(net.count(Event.ICMP_MALFORMED)).isEqualTo(1);
    }

    @Test
    void unreachablesAreDeliveredByCode() {
        for (int code = 0; code <= 3; code++) {
            int each = code;
            net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.code(each)), 0);
        }

        assertThat(net.errors).extracting(IcmpError::code).containsExactly(0, 1, 2, 3);
        assertThat(net.errors).extracting(IcmpError::mtuBytes).containsOnly(0);
    }

    @Test
    void errorAboutWhatWeDidNotSendIsUnrelated() {
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.segment().set(
                ValueLayout.JAVA_BYTE, icmp.offset() + 8 + 15, (byte) 9)), 0);
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.segment().set(
                ValueLayout.JAVA_BYTE, icmp.offset() + 8, (byte) 0x46)), 0);
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.segment().set(
                ValueLayout.JAVA_BYTE, icmp.offset() + 8, (byte) 0x44)), 0);

        assertThat(net.errors).isEmpty();
        assertThat(net.count(Event.ICMP_ERROR_UNRELATED)).isEqualTo(3);
    }

    @Test
    void typesThatAskNothingAreCounted() {
        net.icmp(ECHO_REPLY.replace("02000000000a020000000001", "02000000000102000000000a")
                .replace("261a0a0000010a00000a", "261a0a00000a0a000001"), 0);

        assertThat(net.count(Event.ICMP_IGNORED)).isEqualTo(1);
    }

    /** RFC 6633 §3, whatever it quotes. */
    @Test
    void sourceQuenchIsIgnored() {
        net.icmp(icmp(FRAGMENTATION_NEEDED, icmp -> icmp.type(IcmpHeader.SOURCE_QUENCH).code(0)), 0);

        assertThat(net.errors).isEmpty();
        assertThat(net.count(Event.ICMP_IGNORED)).isEqualTo(1);
    }

    @Test
    void portUnreachableQuotesThePacket() {
        unreachable(UDP);

        assertThat(net.takeSent()).containsExactly(PORT_UNREACHABLE);
    }

    @Test
    void protocolUnreachableDiffersInItsCode() {
        MemorySegment frame = NetHarness.shifted(UDP);
        int length = (int) frame.byteSize() - 3;

        net.layer.protocolUnreachable(frame, 3, length, 0);

        assertThat(net.takeSent()).containsExactly(PORT_UNREACHABLE.replace("03030e7200000000", "03020e7300000000"));
    }

    @Test
    void longPacketIsQuotedUpTo576Bytes() {
        String large = rewritten(UDP + "00".repeat(1000), ip -> ip.totalLength(1032));

        unreachable(large);

        assertThat(net.takeSent()).singleElement().satisfies(
                frame -> assertThat(frame.length() / 2).isEqualTo(EthernetHeader.LENGTH + 576));
    }

    @Test
    void noErrorAboutErrorsBroadcastsLaterFragmentsOrImpossibleSenders() {
        unreachable(FRAGMENTATION_NEEDED);
        unreachable(rewritten(UDP, ip -> ip.destination(NetHarness.ip("10.0.0.255"))));
        unreachable(rewritten(UDP, ip -> ip.destination(NetHarness.ip("224.0.0.1"))));
        unreachable(rewritten(UDP, ip -> ip.fragment(0, 8)));
        unreachable(rewritten(UDP, ip -> ip.source(0)));
        unreachable(rewritten(UDP, ip -> ip.source(-1)));
        unreachable(rewritten(UDP, ip -> ip.source(NetHarness.ip("10.0.0.255"))));
        unreachable(rewritten(UDP, ip -> ip.protocol(Ipv4Header.ICMP).totalLength(20)));
        assertThat(net.count(Event.ICMP_ERROR_FORBIDDEN)).isEqualTo(8);

        unreachable("ffffffffffff" + UDP.substring(12));
        assertThat(net.count(Event.IP_NOT_FOR_US)).isEqualTo(1);
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void errorsAreLimitedInRate() {
        for (int i = 0; i < 120; i++) {
            unreachable(UDP);
        }

        assertThat(net.takeSent()).hasSize(100);
        assertThat(net.count(Event.ICMP_ERROR_RATE_LIMITED)).isEqualTo(20);
    }

    private void unreachable(String frame) {
        MemorySegment segment = NetHarness.shifted(frame);
        net.layer.portUnreachable(segment, 3, (int) segment.byteSize() - 3, 0);
    }

    private static String rewritten(String frame, Consumer<Ipv4Header> change) {
        MemorySegment segment = NetHarness.shifted(frame);
        Ipv4Header ip = new Ipv4Header().wrap(segment, 3 + EthernetHeader.LENGTH);
        change.accept(ip);
        ip.writeChecksum();
        return digits(segment);
    }

    private static String icmp(String frame, Consumer<IcmpHeader> change) {
        MemorySegment segment = NetHarness.shifted(frame);
        long offset = 3 + EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
        IcmpHeader icmp = new IcmpHeader().wrap(segment, offset);
        change.accept(icmp);
        icmp.writeChecksum(segment.byteSize() - offset);
        return digits(segment);
    }

    private static String digits(MemorySegment shifted) {
        byte[] bytes = shifted.toArray(ValueLayout.JAVA_BYTE);
        return HexFormat.of().formatHex(bytes, 3, bytes.length);
    }
}
