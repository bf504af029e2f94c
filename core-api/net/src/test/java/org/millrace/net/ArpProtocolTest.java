package org.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.millrace.net.NetHarness.PEER;
import static org.millrace.net.NetHarness.PEER_MAC;
import static org.millrace.net.NetHarness.REPLY_OF_PEER;
import static org.millrace.net.NetHarness.REQUEST_FOR_PEER;
import static org.millrace.net.NetHarness.REQUEST_OF_PEER;
import static org.millrace.net.NetHarness.hex;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.millrace.net.NetCounters.Event;

class ArpProtocolTest {
    private final NetHarness net = new NetHarness();

    @Test
    void requestForUsIsAnsweredAndItsSenderLearned() {
        net.arp(REQUEST_OF_PEER, 0);

        assertThat(net.takeSent()).containsExactly(hex("02000000000a 020000000001 0806 0001080006040002"
                + "020000000001 0a000001 02000000000a 0a00000a"));
        assertThat(net.layer.resolvedMac(PEER, 0)).isEqualTo(PEER_MAC);
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void requestThatAnotherStackAnswersIsLearnedFromOnly() {
        MemorySegment request = NetHarness.shifted(REQUEST_OF_PEER);
        net.layer.overhear(request, 3, (int) request.byteSize() - 3, 0);
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.layer.resolvedMac(PEER, 0)).isEqualTo(PEER_MAC);
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void requestPaddedByTheLinkIsAnswered() {
        net.arp(REQUEST_OF_PEER + "00".repeat(18), 0);

        assertThat(net.takeSent()).hasSize(1);
    }

    @Test
    void requestForOthersIsNotAnsweredNorLearned() {
        net.arp(REQUEST_OF_PEER.replace("0a000001", "0a000002"), 0);

        assertThat(net.takeSent()).isEmpty();
        assertThat(net.layer.neighbours()).isEmpty();
    }

    @Test
    void gratuitousArpUpdatesWhoIsKnownOnly() {
        String gratuitous = hex("ffffffffffff 02000000000b 0806 0001080006040001"
                + "02000000000b 0a00000a 000000000000 0a00000a");
        net.arp(gratuitous, 0);
        assertThat(net.layer.neighbours()).isEmpty();
        net.layer.resolvedMac(PEER, 0);
        net.arp(REPLY_OF_PEER, 0);
        assertThat(net.layer.changes()).isEqualTo(1);

        net.arp(gratuitous, 0);

        assertThat(net.layer.resolvedMac(PEER, 0)).isEqualTo(0x02000000000bL);
        assertThat(net.layer.changes()).isEqualTo(2);
        assertThat(net.count(Event.NEIGHBOUR_CHANGED)).isEqualTo(1);
    }

    @Test
    void replyNobodyAskedForIsNotLearned() {
        net.arp(REPLY_OF_PEER, 0);

        assertThat(net.layer.neighbours()).isEmpty();
    }

    @Test
    void probeForOurAddressIsAnsweredAndNotLearned() {
        net.arp(REQUEST_OF_PEER.replace("0a00000a", "00000000"), 0);

        assertThat(net.takeSent()).hasSize(1);
        assertThat(net.layer.neighbours()).isEmpty();
    }

    @Test
    void conflictIsToldAndChangesNothing() {
        net.arp(hex("ffffffffffff 02000000000b 0806 0001080006040001"
                + "02000000000b 0a000001 000000000000 0a000001"), 0);

        assertThat(net.told).containsExactly("conflict 10.0.0.1 02:00:00:00:00:0b");
        assertThat(net.count(Event.ARP_CONFLICT)).isEqualTo(1);
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void ownFrameComeBackIsIgnored() {
        net.arp(REQUEST_FOR_PEER, 0);

        assertThat(net.told).isEmpty();
        assertThat(net.takeSent()).isEmpty();
    }

    @Test
    void impossibleSendersAndShortFramesAreMalformed() {
        net.arp(REQUEST_OF_PEER.replace("02000000000a", "ffffffffffff"), 0);
        net.arp(REQUEST_OF_PEER.replace("02000000000a", "000000000000"), 0);
        net.arp(REQUEST_OF_PEER.replace("0a00000a", "e0000001"), 0);
        net.arp(REQUEST_OF_PEER.replace("08000604", "86dd0610"), 0);
        net.arp(REQUEST_OF_PEER.substring(0, 82), 0);
        net.arp(REQUEST_OF_PEER.substring(0, 20), 0);

        assertThat(net.count(Event.ARP_MALFORMED)).isEqualTo(6);
        assertThat(net.takeSent()).isEmpty();
        assertThat(net.layer.neighbours()).isEmpty();
    }
}
