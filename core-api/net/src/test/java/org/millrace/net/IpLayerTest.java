package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.millrace.net.NetHarness.PEER;
import static org.millrace.net.NetHarness.OUR_MAC;
import static org.millrace.net.NetHarness.PEER_MAC;
import static org.millrace.net.NetHarness.REMOTE;
import static org.millrace.net.NetHarness.REPLY_OF_PEER;
import static org.millrace.net.NetHarness.REQUEST_FOR_PEER;
import static org.millrace.net.NetHarness.ROUTER;
import static org.millrace.net.NetHarness.SECOND;
import static org.millrace.net.NetHarness.US;
import static org.millrace.net.NetHarness.ip;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.net.NetCounters.Event;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

class IpLayerTest {
    private static final String DATA = "02000000000a02000000000108004502001800004000400626d40a0000010a00000a61626364";

    private final NetHarness net = new NetHarness();

    @Test
    void packetWaitsForTheNeighbourAndThenLeavesWhole() {
        assertThat(net.send(PEER, "61626364", 0)).isTrue();
        assertThat(net.takeSent()).containsExactly(REQUEST_FOR_PEER);

        net.arp(REPLY_OF_PEER, SECOND / 10);

        assertThat(net.takeSent()).containsExactly(DATA);
        assertThat(net.layer.changes()).isEqualTo(1);
    }

    @Test
    void packetToAKnownNeighbourLeavesAtOnceWithTheNextIdentification() {
        net.layer.resolvedMac(PEER, 0);
        net.arp(REPLY_OF_PEER, 0);
        net.takeSent();

        assertThat(net.send(PEER, "61626364", 0)).isTrue();
        assertThat(net.send(PEER, "61626364", 0)).isTrue();

        assertThat(net.takeSent()).containsExactly(DATA, DATA.replace("00004000400626d4", "00014000400626d3"));
    }

    @Test
    void oldestPacketGoesWhenTooManyWait() {
        for (int i = 0; i < 6; i++) {
            assertThat(net.send(PEER, "6162630" + i, 0)).isTrue();
        }
        net.takeSent();

        net.arp(REPLY_OF_PEER, 0);

        assertThat(net.takeSent()).extracting(frame -> frame.substring(frame.length() - 1))
                .containsExactly("2", "3", "4", "5");
        assertThat(net.count(Event.PENDING_OVERFLOW)).isEqualTo(2);
    }

    @Test
    void packetBeyondTheLinkGoesToTheRouter() {
        assertThat(net.layer.resolvedMac(REMOTE, 0)).isEqualTo(IpLayer.UNRESOLVED);
        net.arp(REPLY_OF_PEER.replace("0a00000a", "0a0000fe"), 0);

        assertThat(net.layer.resolvedMac(REMOTE, 0)).isEqualTo(PEER_MAC);
        assertThat(net.layer.resolvedMac(ROUTER, 0)).isEqualTo(PEER_MAC);
        assertThat(net.layer.sourceAddress(REMOTE)).isEqualTo(US);
        assertThat(net.layer.mtu(REMOTE)).isEqualTo(1400);
    }

    @Test
    void otherRoutesHoldFromTheNextPacketAndImpossibleOnesNever() {
        RouteTable only = new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1300)));
        net.layer.route(only);
        assertThat(net.layer.mtu(PEER)).isEqualTo(1300);
        assertThat(net.layer.resolvedMac(REMOTE, 0)).isEqualTo(IpLayer.NO_ROUTE);

        RouteTable throughUs = new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
                Route.via(Ipv4Prefix.ALL, new Ipv4Address(US), 1500)));
        assertThatIllegalArgumentException().isThrownBy(() -> net.layer.route(throughUs));
        assertThat(net.layer.mtu(PEER)).isEqualTo(1300);
    }

    @Test
    void ownAndLoopbackAddressesAreReachedByTheOwnMac() {
        for (String address : List.of("10.0.0.1", "127.0.0.1", "127.255.0.3")) {
            assertThat(net.layer.resolvedMac(ip(address), 0)).as(address).isEqualTo(OUR_MAC);
            assertThat(net.layer.sourceAddress(ip(address))).as(address).isEqualTo(ip(address));
            assertThat(net.layer.mtu(ip(address))).as(address).isPositive();
            assertThat(net.layer.isLocal(ip(address))).as(address).isTrue();
            assertThat(net.send(ip(address), "00", 0)).as(address).isTrue();
        }
        assertThat(net.count(Event.BAD_ADDRESS)).isZero();
    }

    @Test
    void refusalsAreCountedByReason() {
        assertThat(net.send(ip("172.16.0.1"), "00", 0)).isFalse();
        assertThat(net.count(Event.NO_ROUTE)).isEqualTo(1);
        for (String address : List.of("10.0.0.255", "255.255.255.255", "224.0.0.1", "0.0.0.0")) {
            assertThat(net.send(ip(address), "00", 0)).as(address).isFalse();
            assertThat(net.layer.resolvedMac(ip(address), 0)).as(address).isEqualTo(IpLayer.NO_ROUTE);
        }
        assertThat(net.count(Event.BAD_ADDRESS)).isEqualTo(4);
        assertThat(net.send(PEER, "00".repeat(1481), 0)).isFalse();
        assertThat(net.count(Event.TOO_LARGE)).isEqualTo(1);
        assertThat(net.layer.resolvedMac(ip("172.16.0.1"), 0)).isEqualTo(IpLayer.NO_ROUTE);
        assertThat(net.layer.mtu(ip("172.16.0.1"))).isZero();
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.send(PEER, "00".repeat(1480), 0)).isTrue();
    }

    @Test
    void fullOutputIsReported() {
        net.layer.resolvedMac(PEER, 0);
        net.arp(REPLY_OF_PEER, 0);
        net.outputFull = true;

        assertThat(net.send(PEER, "00", 0)).isFalse();
        assertThat(net.count(Event.OUTPUT_FULL)).isEqualTo(1);
    }

    @Test
    void pathMtuIsLoweredOnlyAndForgottenAfterTenMinutes() {
        net.layer.lowerPathMtu(PEER, 1200, 0);
        net.layer.lowerPathMtu(PEER, 1300, 0);
        net.layer.lowerPathMtu(ip("10.0.0.11"), 9000, 0);

        assertThat(net.layer.mtu(PEER)).isEqualTo(1200);
        assertThat(net.layer.mtu(ip("10.0.0.11"))).isEqualTo(1500);
        assertThat(net.send(PEER, "00".repeat(1181), 0)).isFalse();
        assertThat(net.layer.advance(599 * SECOND)).isEqualTo(600 * SECOND);
        assertThat(net.layer.mtu(PEER)).isEqualTo(1200);
        assertThat(net.layer.advance(600 * SECOND)).isEqualTo(Long.MAX_VALUE);
        assertThat(net.layer.mtu(PEER)).isEqualTo(1500);
    }

    @Test
    void nearestOwnAddressAsksForANeighbour() {
        RouteTable routes = new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
                Route.onLink(Ipv4Prefix.parse("10.9.0.0/24"), 1500)));
        List<Integer> sources = List.of(ip("10.0.0.1"), ip("10.9.0.1"));
        IpLayer layer = new IpLayer(new MacAddress(2L << 40), sources.stream().map(Ipv4Address::new).toList(), routes,
                NeighbourSettings.DEFAULT, (frame, offset, length) -> true, net);

        assertThat(layer.sourceAddress(ip("10.9.0.200"))).isEqualTo(ip("10.9.0.1"));
        assertThat(layer.sourceAddress(ip("10.0.0.200"))).isEqualTo(ip("10.0.0.1"));
        assertThat(layer.isLocal(ip("10.9.0.1"))).isTrue();
    }

    @Test
    void impossibleOwnAddressesAreRefused() {
        RouteTable routes = new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
                Route.via(Ipv4Prefix.ALL, Ipv4Address.parse("10.0.0.1"), 1500)));
        FrameOutput none = (frame, offset, length) -> true;
        MacAddress mac = new MacAddress(NetHarness.OUR_MAC);
        List<Ipv4Address> own = List.of(Ipv4Address.parse("10.0.0.1"));

        assertThatIllegalArgumentException().isThrownBy(
                () -> new IpLayer(mac, own, routes, NeighbourSettings.DEFAULT, none, net))
                .withMessage("next hop of route 0.0.0.0/0 is an own address: 10.0.0.1");
        assertThatIllegalArgumentException().isThrownBy(
                () -> new IpLayer(MacAddress.BROADCAST, own, routes, NeighbourSettings.DEFAULT, none, net));
        assertThatIllegalArgumentException().isThrownBy(
                () -> new IpLayer(mac, List.of(), routes, NeighbourSettings.DEFAULT, none, net));
        assertThatIllegalArgumentException().isThrownBy(
                () -> new IpLayer(mac, List.of(Ipv4Address.ANY), routes, NeighbourSettings.DEFAULT, none, net));
    }
}
