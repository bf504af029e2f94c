package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.net.IcmpError;
import org.millrace.net.IpLayer;
import org.millrace.net.NeighbourSettings;
import org.millrace.net.NetListener;
import org.millrace.net.Route;
import org.millrace.net.RouteTable;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/** Flows to peers behind one router, whose MAC address changes. */
class FlowHeadersTest {
    private static final int FLOWS = 4096;
    private static final Ipv4Address OWN = Ipv4Address.parse("10.0.0.1");
    private static final Ipv4Address ROUTER = Ipv4Address.parse("10.0.0.254");
    private static final int PEERS = Ipv4Address.parse("192.0.2.0").bits();
    private static final long OWN_MAC = 0x02_00_00_00_00_01L;
    private static final long FIRST = 0x02_00_00_00_00_0aL;
    private static final long OTHER = 0x02_00_00_00_00_0bL;

    private final IpLayer ip = new IpLayer(new MacAddress(OWN_MAC), List.of(OWN), routes(ROUTER),
        NeighbourSettings.DEFAULT, (frame, offset, length) -> true, new NetListener() {
            @Override
            public void neighbourUnreachable(int nextHop, long nowNs) {
            }

            @Override
            public void addressConflict(int address, long mac, long nowNs) {
            }

            @Override
            public void icmpError(IcmpError error, long nowNs) {
            }
        });
    private final FlowHeaders headers = new FlowHeaders(ip, new Weights(Map.of(), 1), OWN_MAC, Ipv4Header.TCP, FLOWS);
    private final SegmentMeta meta = new SegmentMeta();

    private static RouteTable routes(Ipv4Address router) {
        return new RouteTable(List.of(Route.onLink(Ipv4Prefix.parse("10.0.0.0/24"), 1500),
            Route.via(Ipv4Prefix.parse("0.0.0.0/0"), router, 1500)));
    }

    @BeforeEach
    void everyFlowHasSent() {
        ViewCursor.move(meta, new int[SegmentMeta.BYTES / Integer.BYTES], 0);
        assertThat(mac(1, peer(1), 0)).isNegative();
        arp(ROUTER, FIRST);
        for (int flow = 1; flow <= FLOWS; flow++) {
            assertThat(mac(flow, peer(flow), 0)).isEqualTo(FIRST);
        }
        assertThat(headers.lookups()).isEqualTo(1 + FLOWS);
    }

    /** Where a flow's frame goes, or a negative number. */
    private long mac(int flow, int peer, long nowNs) {
        meta.flow(flow);
        meta.localAddress(OWN.bits());
        meta.peerAddress(peer);
        int row = headers.row(meta, nowNs);
        return row < 0 ? row : headers.mac(row);
    }

    private int dscp(int flow, int peer) {
        assertThat(mac(flow, peer, 0)).isPositive();
        return headers.dscp(headers.row(meta, 0));
    }

    private static int peer(int flow) {
        return PEERS + flow % 200 + 1;
    }

    private void arp(Ipv4Address sender, long mac) {
        MemorySegment frame = Arena.ofAuto().allocate(EthernetHeader.LENGTH + ArpPacket.LENGTH);
        new EthernetHeader().wrap(frame, 0).destination(OWN_MAC).source(mac).etherType(EthernetHeader.ARP);
        new ArpPacket().wrap(frame, EthernetHeader.LENGTH).initialize(ArpPacket.REPLY).sender(mac, sender.bits())
            .target(OWN_MAC, OWN.bits());
        ip.arp(frame, 0, EthernetHeader.LENGTH + ArpPacket.LENGTH, 0);
    }

    @Test
    void aCodePointStaysWhateverTheNextHop() {
        headers.dscp(7, 46);
        assertThat(dscp(7, peer(7))).isEqualTo(46);
        assertThat(mac(7, peer(7), 0)).isEqualTo(FIRST);
        arp(ROUTER, OTHER);
        assertThat(mac(7, peer(7), 0)).isEqualTo(OTHER);
        assertThat(dscp(7, peer(7))).isEqualTo(46);
        assertThat(dscp(8, peer(8))).isZero();
        headers.dscp(7, 0);
        assertThat(mac(7, peer(7), 0)).isEqualTo(OTHER);
    }

    @Test
    void nothingIsLookedUpWhileNothingChanges() {
        for (int flow = 1; flow <= FLOWS; flow++) {
            mac(flow, peer(flow), 1);
        }
        assertThat(headers.lookups()).isEqualTo(1 + FLOWS);
    }

    @Test
    void alternatingAnswersCostOneLookUpAFrameWhateverTheNumberOfFlows() {
        long before = headers.lookups();
        for (int i = 0; i < 1000; i++) {
            arp(ROUTER, i % 2 == 0 ? OTHER : FIRST);
        }
        assertThat(headers.lookups()).isEqualTo(before);
        arp(ROUTER, OTHER);
        assertThat(mac(7, peer(7), 0)).isEqualTo(OTHER);
        assertThat(mac(7, peer(7), 0)).isEqualTo(OTHER);
        assertThat(headers.lookups()).isEqualTo(before + 1);
    }

    @Test
    void flowsFollowAnotherRouterOnceItHasAnswered() {
        Ipv4Address other = Ipv4Address.parse("10.0.0.253");
        ip.route(routes(other));
        assertThat(mac(7, peer(7), 0)).isEqualTo(FIRST);
        arp(other, OTHER);
        assertThat(mac(7, peer(7), 0)).isEqualTo(OTHER);
    }

    /** RFC 1122 §3.3.1.4: advice, not an order. */
    @Test
    void aSilentRouterIsSentToAndAskedForOn() {
        long nowNs = 0;
        for (int change = ip.changes(); ip.changes() == change; ) {
            nowNs = ip.advance(nowNs);
        }
        assertThat(mac(7, peer(7), nowNs)).isEqualTo(FIRST);
        arp(ROUTER, OTHER);
        assertThat(mac(7, peer(7), nowNs)).isEqualTo(OTHER);
    }

    @Test
    void aFlowsNextConnectionStartsAnew() {
        Ipv4Address onLink = Ipv4Address.parse("10.0.0.9");
        assertThat(mac(7, onLink.bits(), 0)).isNegative();
        arp(onLink, OTHER);
        assertThat(mac(7, onLink.bits(), 0)).isEqualTo(OTHER);
    }
}
