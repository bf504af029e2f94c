package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.millrace.net.NetHarness.PEER;
import static org.millrace.net.NetHarness.PEER_MAC;
import static org.millrace.net.NetHarness.REPLY_OF_PEER;
import static org.millrace.net.NetHarness.REQUEST_FOR_PEER;
import static org.millrace.net.NetHarness.REQUEST_OF_PEER;
import static org.millrace.net.NetHarness.SECOND;
import static org.millrace.net.NetHarness.ip;

import org.junit.jupiter.api.Test;
import org.millrace.net.NetCounters.Event;

class NeighbourTableTest {
    private static final String UNICAST_REQUEST_FOR_PEER = "02000000000a" + REQUEST_FOR_PEER.substring(12);
    private static final int SILENT = ip("10.0.0.77");

    private final NetHarness net = new NetHarness();

    @Test
    void silentNeighbourIsAskedThreeTimesASecondApartAndThenUnreachable() {
        net.send(SILENT, "61", 0);
        net.send(SILENT, "62", 0);
        assertThat(net.takeSent()).hasSize(1);
        assertThat(net.layer.advance(0)).isEqualTo(SECOND);
        assertThat(net.layer.advance(SECOND - 1)).isEqualTo(SECOND);
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.layer.advance(SECOND)).isEqualTo(2 * SECOND);
        assertThat(net.layer.advance(2 * SECOND)).isEqualTo(3 * SECOND);
        assertThat(net.takeSent()).hasSize(2).allMatch(frame -> frame.endsWith("0a00004d"));

        net.layer.advance(3 * SECOND);

        assertThat(net.told).containsExactly("unreachable 10.0.0.77");
        assertThat(net.count(Event.NEIGHBOUR_UNREACHABLE)).isEqualTo(1);
        assertThat(net.count(Event.PENDING_UNDELIVERABLE)).isEqualTo(2);
        // the listener has asked for another meanwhile
        assertThat(net.layer.neighbours()).extracting(NeighbourStatus::address).containsExactly(PEER);
        assertThat(net.layer.advance(3 * SECOND)).isEqualTo(4 * SECOND);
    }

    @Test
    void oldAnswerIsCheckedByUnicastAndUsedMeanwhile() {
        resolvePeer();

        assertThat(net.layer.advance(SECOND)).isEqualTo(60 * SECOND);
        assertThat(net.layer.advance(60 * SECOND)).isEqualTo(61 * SECOND);

        assertThat(net.takeSent()).containsExactly(UNICAST_REQUEST_FOR_PEER);
        assertThat(net.layer.resolvedMac(PEER, 60 * SECOND)).isEqualTo(PEER_MAC);
        net.arp(REPLY_OF_PEER, 60 * SECOND + 1);
        assertThat(net.layer.advance(61 * SECOND)).isEqualTo(120 * SECOND + 1);
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.layer.changes()).isEqualTo(1);
    }

    @Test
    void neighbourGoneIsAskedForByBroadcastAndThenUnreachable() {
        resolvePeer();

        net.layer.advance(60 * SECOND);
        net.layer.advance(61 * SECOND);
        net.layer.advance(62 * SECOND);
        assertThat(net.takeSent()).containsExactly(UNICAST_REQUEST_FOR_PEER, REQUEST_FOR_PEER, REQUEST_FOR_PEER);
        net.layer.advance(63 * SECOND);

        assertThat(net.told).endsWith("unreachable 10.0.0.10");
    }

    @Test
    void neighbourThatOnlyAskedExpiresInSilence() {
        net.arp(REQUEST_OF_PEER, 0);
        net.takeSent();

        assertThat(net.layer.advance(60 * SECOND)).isEqualTo(Long.MAX_VALUE);

        assertThat(net.layer.neighbours()).isEmpty();
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.told).isEmpty();
    }

    @Test
    void floodOfStrangersStaysBoundedAndDisplacesNobodyInUse() {
        NetHarness small = new NetHarness(new NeighbourSettings(8, 2, 60 * SECOND, SECOND, 3));
        for (int i = 0; i < 4; i++) {
            small.layer.resolvedMac(ip("10.0.0.10") + i, 0);
        }
        for (int i = 0; i < 1_000; i++) {
            small.arp(REQUEST_OF_PEER.replace("0a00000a", String.format("0b%06x", i + 1)), 1 + i);
        }

        assertThat(small.layer.neighbours()).hasSize(8).extracting(NeighbourStatus::address)
                .contains(ip("10.0.0.10"), ip("10.0.0.11"), ip("10.0.0.12"), ip("10.0.0.13"))
                .contains(0x0b000000 + 1_000);
        assertThat(small.count(Event.NEIGHBOUR_EVICTED)).isEqualTo(996);
    }

    @Test
    void strangerFindsNoRoomAmongThoseInUse() {
        NetHarness small = new NetHarness(new NeighbourSettings(2, 2, 60 * SECOND, SECOND, 3));
        small.layer.resolvedMac(ip("10.0.0.20"), 0);
        small.layer.resolvedMac(ip("10.0.0.21"), 0);

        small.arp(REQUEST_OF_PEER, 0);

        assertThat(small.layer.neighbours()).extracting(NeighbourStatus::address)
                .containsExactly(ip("10.0.0.20"), ip("10.0.0.21"));
        assertThat(small.count(Event.NEIGHBOUR_NOT_LEARNED)).isEqualTo(1);
    }

    @Test
    void longestUnusedMakesRoomForAnotherInUse() {
        NetHarness small = new NetHarness(new NeighbourSettings(2, 2, 60 * SECOND, SECOND, 3));
        small.send(ip("10.0.0.20"), "00", 0);
        small.layer.resolvedMac(ip("10.0.0.21"), 1);
        small.layer.resolvedMac(ip("10.0.0.22"), 2);

        assertThat(small.layer.neighbours()).extracting(NeighbourStatus::address)
                .containsExactly(ip("10.0.0.21"), ip("10.0.0.22"));
        assertThat(small.count(Event.NEIGHBOUR_EVICTED)).isEqualTo(1);
        assertThat(small.count(Event.PENDING_UNDELIVERABLE)).isEqualTo(1);
    }

    @Test
    void statusShowsStatePendingAndDeadline() {
        net.send(PEER, "00", 5);

        assertThat(net.layer.neighbours())
                .containsExactly(new NeighbourStatus(PEER, -1, "INCOMPLETE", 1, SECOND + 5));
        net.arp(REPLY_OF_PEER, 7);
        assertThat(net.layer.neighbours())
                .containsExactly(new NeighbourStatus(PEER, PEER_MAC, "REACHABLE", 0, 60 * SECOND + 7));
    }

    @Test
    void settingsArePositive() {
        assertThatIllegalArgumentException().isThrownBy(() -> new NeighbourSettings(0, 4, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new NeighbourSettings(1, 4, 1, 1, 0));
    }

    private void resolvePeer() {
        net.layer.resolvedMac(PEER, 0);
        net.arp(REPLY_OF_PEER, 0);
        net.takeSent();
    }
}
