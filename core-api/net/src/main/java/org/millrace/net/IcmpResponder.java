package org.millrace.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.net.NetCounters.Event;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;

/**
 * ICMP (RFC 792, RFC 1122 §3.2.2): answers echo requests, gives errors about our packets to the listener, reports
 * errors about others' packets. Both answers and reports are limited in rate. Owned by the data path's thread.
 */
final class IcmpResponder {
    /** Echo replies a second, and as a burst. */
    static final int ECHO_PER_SECOND = 10_000;
    /** Errors a second (RFC 1812 §4.3.2.8). */
    static final int ERRORS_PER_SECOND = 1_000;
    /** Burst of either. */
    static final int BURST = 100;

    private static final int QUOTED_PAYLOAD = 8;
    private static final int MAX_ERROR_PACKET = 576; // RFC 1812 §4.3.2.3
    private static final int MAX_QUOTE = MAX_ERROR_PACKET - Ipv4Header.MIN_LENGTH - IcmpHeader.LENGTH;
    // RFC 1191 §7.1: what links have, for routers that do not say
    private static final int[] PLATEAUS = {32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, Route.MIN_MTU};

    private final LocalAddresses local;
    private final RouteTable routes;
    private final IpOutput output;
    private final NetListener listener;
    private final NetCounters counters;
    private final TokenBucket echoes = new TokenBucket(ECHO_PER_SECOND, BURST);
    private final TokenBucket errors = new TokenBucket(ERRORS_PER_SECOND, BURST);
    private final MemorySegment scratch = Arena.ofAuto().allocate(Route.MAX_MTU);
    private final IcmpHeader icmp = new IcmpHeader();
    private final Ipv4Header quoted = new Ipv4Header();
    private final TcpHeader quotedTcp = new TcpHeader();

    IcmpResponder(LocalAddresses local, RouteTable routes, IpOutput output, NetListener listener,
            NetCounters counters) {
        this.local = local;
        this.routes = routes;
        this.output = output;
        this.listener = listener;
        this.counters = counters;
    }

    /** Takes a message whose IPv4 header has been checked, is no fragment and is addressed to us alone. */
    void receive(Ipv4Header ip, long nowNs) {
        long offset = ip.offset() + ip.headerLength();
        int length = ip.totalLength() - ip.headerLength();
        icmp.wrap(ip.segment(), offset);
        if (icmp.check(length) != HeaderFault.NONE) {
            counters.count(Event.ICMP_MALFORMED);
            return;
        }
        switch (icmp.type()) {
            case IcmpHeader.ECHO_REQUEST -> reply(ip, offset, length, nowNs);
            case IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.TIME_EXCEEDED, IcmpHeader.PARAMETER_PROBLEM ->
                deliver(ip.source(), length, nowNs);
            default -> counters.count(Event.ICMP_IGNORED);
        }
    }

    // RFC 1122 §3.2.2.6: same data, source is the address asked, same TOS; ECN belongs to the request's way
    private void reply(Ipv4Header ip, long offset, int length, long nowNs) {
        if (!echoes.take(nowNs)) {
            counters.count(Event.ECHO_RATE_LIMITED);
            return;
        }
        MemorySegment.copy(ip.segment(), offset, scratch, 0, length);
        icmp.wrap(scratch, 0).type(IcmpHeader.ECHO_REPLY).code(0).writeChecksum(length);
        if (output.send(ip.destination(), ip.source(), Ipv4Header.ICMP, ip.tos() & ~3, scratch, 0, length, nowNs)) {
            counters.count(Event.ECHO_REPLY_SENT);
        }
    }

    private void deliver(int reporter, int length, long nowNs) {
        int quotedLength = length - IcmpHeader.LENGTH;
        quoted.wrap(icmp.segment(), icmp.offset() + IcmpHeader.LENGTH);
        if (!quotesOurs(quotedLength)) {
            counters.count(Event.ICMP_ERROR_UNRELATED);
            return;
        }
        int mtu = fragmentationNeeded() ? pathMtu() : 0;
        if (fragmentationNeeded() && mtu < Route.MIN_MTU) {
            counters.count(Event.ICMP_MALFORMED); // RFC 1191 §3: never below 68
            return;
        }
        quotedTcp.wrap(quoted.segment(), quoted.offset() + quoted.headerLength());
        counters.count(Event.ICMP_ERROR_DELIVERED);
        listener.icmpError(new IcmpError(icmp.type(), icmp.code(), mtu, reporter, quoted.protocol(), quoted.source(),
                quoted.destination(), quotedTcp.sourcePort(), quotedTcp.destinationPort(), quotedTcp.sequence()), nowNs);
    }

    private boolean quotesOurs(int quotedLength) {
        return quotedLength >= Ipv4Header.MIN_LENGTH && quoted.version() == 4
                && quoted.headerLength() >= Ipv4Header.MIN_LENGTH
                && quotedLength >= quoted.headerLength() + QUOTED_PAYLOAD
                && quoted.fragmentOffset() == 0 && local.contains(quoted.source());
    }

    private boolean fragmentationNeeded() {
        return icmp.type() == IcmpHeader.DESTINATION_UNREACHABLE && icmp.code() == IcmpHeader.FRAGMENTATION_NEEDED;
    }

    private int pathMtu() {
        int stated = icmp.nextHopMtu();
        if (stated != 0) {
            return stated;
        }
        int sent = quoted.totalLength(); // RFC 1191 §5: the next plateau below what was too large
        for (int plateau : PLATEAUS) {
            if (plateau < sent) {
                return plateau;
            }
        }
        return 0;
    }

    /**
     * Reports that a packet cannot be delivered, unless RFC 1122 §3.2.2 forbids it.
     *
     * @param ip header of the packet, checked, addressed to us on the link
     * @param code code of destination unreachable, as a host says it: not fragmentation needed
     */
    void unreachable(Ipv4Header ip, int code, long nowNs) {
        if (forbidden(ip)) {
            counters.count(Event.ICMP_ERROR_FORBIDDEN);
            return;
        }
        if (!errors.take(nowNs)) {
            counters.count(Event.ICMP_ERROR_RATE_LIMITED);
            return;
        }
        int quote = Math.min(ip.totalLength(), MAX_QUOTE);
        int source = local.contains(ip.destination()) ? ip.destination() : local.nearest(ip.source());
        MemorySegment.copy(ip.segment(), ip.offset(), scratch, IcmpHeader.LENGTH, quote);
        icmp.wrap(scratch, 0).type(IcmpHeader.DESTINATION_UNREACHABLE).code(code).nextHopMtu(0)
                .writeChecksum(IcmpHeader.LENGTH + quote);
        if (output.send(source, ip.source(), Ipv4Header.ICMP, 0, scratch, 0, IcmpHeader.LENGTH + quote, nowNs)) {
            counters.count(Event.ICMP_ERROR_SENT);
        }
    }

    // RFC 1122 §3.2.2: never about an ICMP error, a packet to or from more than one host, a later fragment
    private boolean forbidden(Ipv4Header ip) {
        int destination = ip.destination();
        return ip.fragmentOffset() != 0 || !new Ipv4Address(ip.source()).isUnicast() || routes.isBroadcast(ip.source())
                || !new Ipv4Address(destination).isUnicast() || routes.isBroadcast(destination) || isIcmpError(ip);
    }

    private boolean isIcmpError(Ipv4Header ip) {
        if (ip.protocol() != Ipv4Header.ICMP) {
            return false;
        }
        boolean typed = ip.totalLength() > ip.headerLength();
        return !typed || icmp.wrap(ip.segment(), ip.offset() + ip.headerLength()).isError();
    }
}
