package org.millrace.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.net.NetCounters.Event;
import org.millrace.wire.ArpPacket;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.MacAddress;

/** ARP packets (RFC 826, RFC 5227): reads, answers and asks. Owned by the data path's thread. */
final class ArpProtocol {
    private static final int FRAME_LENGTH = EthernetHeader.LENGTH + ArpPacket.LENGTH;
    private static final long BROADCAST = MacAddress.BROADCAST.bits();

    private final LocalAddresses local;
    private final FrameOutput output;
    private final NetListener listener;
    private final NetCounters counters;
    private final MemorySegment scratch = Arena.ofAuto().allocate(FRAME_LENGTH);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket arp = new ArpPacket();

    ArpProtocol(LocalAddresses local, FrameOutput output, NetListener listener, NetCounters counters) {
        this.local = local;
        this.output = output;
        this.listener = listener;
        this.counters = counters;
    }

    /** Takes a frame whose EtherType is ARP; answers it, or leaves that to somebody else. */
    void receive(MemorySegment frame, long offset, int lengthBytes, NeighbourTable neighbours, boolean answers, long nowNs) {
        arp.wrap(frame, offset + EthernetHeader.LENGTH);
        if (arp.check(lengthBytes - EthernetHeader.LENGTH) != HeaderFault.NONE || !senderPossible()) {
            counters.count(Event.ARP_MALFORMED);
            return;
        }
        int operation = arp.operation();
        long senderMac = arp.senderMac();
        int senderIp = arp.senderIp();
        int targetIp = arp.targetIp();
        if (senderMac == local.mac()) {
            return; // our own, come back
        }
        if (local.contains(senderIp)) {
            counters.count(Event.ARP_CONFLICT);
            listener.addressConflict(senderIp, senderMac, nowNs);
            return;
        }
        boolean asksUs = operation == ArpPacket.REQUEST && local.contains(targetIp);
        if (asksUs && answers) {
            reply(senderMac, senderIp, targetIp);
        }
        if (senderIp != 0) { // RFC 5227 §1.1: a probe's sender has no address yet
            neighbours.learn(senderIp, senderMac, asksUs, nowNs); // RFC 826: who is known, or asks us
        }
    }

    private boolean senderPossible() {
        long mac = arp.senderMac();
        int ip = arp.senderIp();
        boolean oneStation = mac != 0 && (mac >>> 40 & 1) == 0;
        return oneStation && (ip == 0 || new Ipv4Address(ip).isUnicast());
    }

    private void reply(long toMac, int toIp, int ownIp) {
        ethernet.wrap(scratch, 0).destination(toMac).source(local.mac()).etherType(EthernetHeader.ARP);
        arp.wrap(scratch, EthernetHeader.LENGTH).initialize(ArpPacket.REPLY)
                .sender(local.mac(), ownIp).target(toMac, toIp);
        send(Event.ARP_REPLY_SENT);
    }

    /** Asks one station, or all if the MAC address is {@link NeighbourTable#UNRESOLVED}. */
    void request(int address, long mac) {
        long destination = mac == NeighbourTable.UNRESOLVED ? BROADCAST : mac;
        ethernet.wrap(scratch, 0).destination(destination).source(local.mac()).etherType(EthernetHeader.ARP);
        arp.wrap(scratch, EthernetHeader.LENGTH).initialize(ArpPacket.REQUEST)
                .sender(local.mac(), local.nearest(address)).target(0, address);
        send(Event.ARP_REQUEST_SENT);
    }

    private void send(Event sent) {
        counters.count(output.send(scratch, 0, FRAME_LENGTH) ? sent : Event.OUTPUT_FULL);
    }
}
