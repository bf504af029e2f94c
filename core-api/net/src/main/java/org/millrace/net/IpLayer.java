package org.millrace.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.millrace.net.NetCounters.Event;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.Ipv4Prefix;
import org.millrace.wire.MacAddress;

/**
 * IPv4 over one Ethernet link, as the control plane uses it: ARP and ICMP come in, packets go out, flows learn where
 * to send. There is no fragmentation, in neither direction: packets leave with DF set, fragments are dropped. Frames
 * are untagged and start with their Ethernet header. {@code nowNs} never goes back and is not negative.
 * Owned by the data path's thread.
 */
public final class IpLayer implements IpOutput {
    /** Instead of a MAC address: it has been asked for, and {@link #changes} will tell. */
    public static final long UNRESOLVED = NeighbourTable.UNRESOLVED;
    /** Instead of a MAC address: no route leads there, or it is not one other host. */
    public static final long NO_ROUTE = -2;

    private static final int DEFAULT_TTL = 64; // RFC 1700
    private static final int PAYLOAD = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
    private static final int PATH_MTUS = 1024;
    /** To an own address that no route leads to: as over Ethernet. */
    private static final Route LOOPBACK = Route.onLink(Ipv4Prefix.ALL, 1500);

    private final LocalAddresses local;
    private final RouteTable routes;
    private final FrameOutput output;
    private final NetCounters counters = new NetCounters();
    private final NeighbourTable neighbours;
    private final ArpProtocol arp;
    private final IcmpResponder icmp;
    private final PathMtuTable pathMtus = new PathMtuTable(PATH_MTUS);
    private final MemorySegment scratch = Arena.ofAuto().allocate(EthernetHeader.LENGTH + Route.MAX_MTU);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipIn = new Ipv4Header();
    private final Ipv4Header ipOut = new Ipv4Header();
    private int ttl = DEFAULT_TTL;
    private int identification;
    private int routeChanges;

    /**
     * Builds the layer.
     *
     * @param mac own MAC address
     * @param addresses own IPv4 addresses, at least one
     * @param routes static routes
     * @param settings bounds and times of the neighbour table
     * @param output where frames leave
     * @param listener who is told of neighbours and errors
     * @throws IllegalArgumentException if an own address is not one station's or host's, or is a next hop
     */
    public IpLayer(MacAddress mac, List<Ipv4Address> addresses, RouteTable routes, NeighbourSettings settings,
            FrameOutput output, NetListener listener) {
        this.local = new LocalAddresses(mac, addresses);
        this.routes = routes;
        check(routes);
        this.output = output;
        this.arp = new ArpProtocol(local, output, listener, counters);
        this.neighbours = new NeighbourTable(settings, new NeighbourTable.Link() {
            @Override
            public void request(int address, long neighbourMac) {
                arp.request(address, neighbourMac);
            }

            @Override
            public void release(byte[] frame, long neighbourMac) {
                MemorySegment.copy(MemorySegment.ofArray(frame), 0, scratch, 0, frame.length);
                emit(neighbourMac, frame.length);
            }
        }, listener, counters);
        this.icmp = new IcmpResponder(local, routes, this, listener, counters);
    }

    /**
     * Checks that routes can be this layer's. Any thread.
     *
     * @param table the routes
     * @throws IllegalArgumentException if a next hop is an own address
     */
    public void check(RouteTable table) {
        for (Route route : table.routes()) {
            if (local.contains(route.nextHop().bits())) {
                throw new IllegalArgumentException("next hop of route " + route.prefix() + " is an own address: "
                        + route.nextHop());
            }
        }
    }

    /**
     * Sets the time to live of what is sent from now on.
     *
     * @param hops 1 to 255
     */
    public void ttl(int hops) {
        ttl = hops;
    }

    /** {@return the time to live of what is sent} */
    public int ttl() {
        return ttl;
    }

    /**
     * Routes otherwise from now on; a flow that is on its way keeps its next hop until another one is known.
     *
     * @param table the new routes
     * @throws IllegalArgumentException if a next hop is an own address; then the old ones stay
     */
    public void route(RouteTable table) {
        check(table);
        routes.become(table);
        routeChanges++;
    }

    /** Takes a frame whose EtherType is ARP; its first byte is at {@code offset}. */
    public void arp(MemorySegment frame, long offset, int lengthBytes, long nowNs) {
        arp.receive(frame, offset, lengthBytes, neighbours, true, nowNs);
    }

    /** Learns from a frame whose EtherType is ARP, and which another stack of the same addresses answers. */
    public void overhear(MemorySegment frame, long offset, int lengthBytes, long nowNs) {
        arp.receive(frame, offset, lengthBytes, neighbours, false, nowNs);
    }

    /** Takes a frame that holds an IPv4 packet of protocol ICMP; its first byte is at {@code offset}. */
    public void icmp(MemorySegment frame, long offset, int lengthBytes, long nowNs) {
        if (!accept(frame, offset, lengthBytes)) {
            return;
        }
        if (ipIn.protocol() != Ipv4Header.ICMP || !local.contains(ipIn.destination())) {
            counters.count(Event.IP_NOT_FOR_US);
        } else if (ipIn.isFragment()) {
            counters.count(Event.IP_FRAGMENT);
        } else {
            icmp.receive(ipIn, nowNs);
        }
    }

    /** Tells the sender of an IPv4 frame that no socket has the port it is addressed to; TCP sends a RST instead. */
    public void portUnreachable(MemorySegment frame, long offset, int lengthBytes, long nowNs) {
        unreachable(frame, offset, lengthBytes, IcmpHeader.PORT_UNREACHABLE, nowNs);
    }

    /** Tells the sender of an IPv4 frame that no transport has its protocol. */
    public void protocolUnreachable(MemorySegment frame, long offset, int lengthBytes, long nowNs) {
        unreachable(frame, offset, lengthBytes, IcmpHeader.PROTOCOL_UNREACHABLE, nowNs);
    }

    private void unreachable(MemorySegment frame, long offset, int lengthBytes, int code, long nowNs) {
        if (accept(frame, offset, lengthBytes)) {
            icmp.unreachable(ipIn, code, nowNs);
        }
    }

    /** Checks an IPv4 frame and that the link brought it to us alone (RFC 1122 §3.3.6); leaves it in ipIn. */
    private boolean accept(MemorySegment frame, long offset, int lengthBytes) {
        if (lengthBytes < PAYLOAD) {
            counters.count(Event.IP_MALFORMED);
            return false;
        }
        ethernet.wrap(frame, offset);
        if (ethernet.etherType() != EthernetHeader.IPV4 || ethernet.destination() != local.mac()) {
            counters.count(Event.IP_NOT_FOR_US);
            return false;
        }
        ipIn.wrap(frame, offset + EthernetHeader.LENGTH);
        if (ipIn.check(lengthBytes - EthernetHeader.LENGTH) != HeaderFault.NONE) {
            counters.count(Event.IP_MALFORMED);
            return false;
        }
        return true;
    }

    @Override
    public boolean send(int source, int destination, int protocol, int tos, MemorySegment l4, long offset,
            int lengthBytes, long nowNs) {
        if (!isLocal(source) || !isLocal(destination) && !isOneOtherHost(destination)) {
            counters.count(Event.BAD_ADDRESS);
            return false;
        }
        Optional<Route> route = route(destination);
        if (route.isEmpty()) {
            counters.count(Event.NO_ROUTE);
            return false;
        }
        int totalLength = Ipv4Header.MIN_LENGTH + lengthBytes;
        if (lengthBytes < 0 || totalLength > pathMtus.mtu(destination, route.get().mtuBytes())) {
            counters.count(Event.TOO_LARGE);
            return false;
        }
        int nextHop = route.get().nextHopTo(destination);
        long mac = isLocal(destination) ? local.mac() : neighbours.resolve(nextHop, nowNs);
        ipOut.wrap(scratch, EthernetHeader.LENGTH).initialize().tos(tos).totalLength(totalLength)
                .identification(identification++).fragment(Ipv4Header.DONT_FRAGMENT, 0).ttl(ttl)
                .protocol(protocol).source(source).destination(destination).writeChecksum();
        MemorySegment.copy(l4, offset, scratch, PAYLOAD, lengthBytes);
        if (mac == UNRESOLVED) {
            neighbours.await(nextHop, scratch, 0, EthernetHeader.LENGTH + totalLength);
            return true;
        }
        return emit(mac, EthernetHeader.LENGTH + totalLength);
    }

    private boolean emit(long mac, int lengthBytes) {
        ethernet.wrap(scratch, 0).destination(mac).source(local.mac()).etherType(EthernetHeader.IPV4);
        boolean sent = output.send(scratch, 0, lengthBytes);
        if (!sent) {
            counters.count(Event.OUTPUT_FULL);
        }
        return sent;
    }

    /**
     * Returns the MAC address that a flow to a peer sends to, and asks for it if it is not known; the own one for an own
     * address.
     *
     * @param peer IPv4 address
     * @param nowNs time in nanoseconds
     * @return MAC address in the low 48 bits, or {@link #UNRESOLVED}, or {@link #NO_ROUTE}
     */
    public long resolvedMac(int peer, long nowNs) {
        if (isLocal(peer)) {
            return local.mac();
        }
        if (!isOneOtherHost(peer)) {
            return NO_ROUTE;
        }
        Optional<Route> route = routes.lookup(peer);
        return route.isEmpty() ? NO_ROUTE : neighbours.resolve(route.get().nextHopTo(peer), nowNs);
    }

    /**
     * Returns how often something has changed that {@link #resolvedMac} answers from: a MAC address that it has answered is
     * good while this stays the same. Wraps.
     */
    public int changes() {
        return neighbours.changes() + routeChanges;
    }

    /** Returns the route to a peer, with its options, or nothing; an own address can always be reached. */
    public Optional<Route> route(int peer) {
        Optional<Route> route = routes.lookup(peer);
        return route.isEmpty() && isLocal(peer) ? Optional.of(LOOPBACK) : route;
    }

    /** Returns the own address to use towards a peer: the nearest to its next hop, or itself if it is an own one. */
    public int sourceAddress(int peer) {
        if (isLocal(peer)) {
            return peer;
        }
        return local.nearest(routes.lookup(peer).map(route -> route.nextHopTo(peer)).orElse(peer));
    }

    /** Returns the largest IPv4 packet that reaches a peer, in bytes; 0 without a route. */
    public int mtu(int peer) {
        Optional<Route> route = route(peer);
        return route.isEmpty() ? 0 : pathMtus.mtu(peer, route.get().mtuBytes());
    }

    /** Takes a path MTU from an ICMP error that the transport believes; one that is not smaller changes nothing. */
    public void lowerPathMtu(int peer, int mtuBytes, long nowNs) {
        if (mtuBytes < mtu(peer)) {
            pathMtus.lower(peer, mtuBytes, nowNs);
        }
    }

    /** Tells whether an address is one of the own, or a loopback address: these every host has, RFC 1122 §3.2.1.3 (g). */
    public boolean isLocal(int address) {
        return local.contains(address) || new Ipv4Address(address).isLoopback();
    }

    /** Tells whether an address means all hosts of the link or of one of its networks. */
    public boolean isBroadcast(int address) {
        return routes.isBroadcast(address);
    }

    private boolean isOneOtherHost(int address) {
        return new Ipv4Address(address).isUnicast() && !routes.isBroadcast(address);
    }

    /**
     * Does what is due.
     *
     * @param nowNs time in nanoseconds
     * @return when to call again at the latest, {@link Long#MAX_VALUE} for never; whatever is sent or received may
     *     bring it forward
     */
    public long advance(long nowNs) {
        return Math.min(neighbours.advance(nowNs), pathMtus.advance(nowNs));
    }

    /** Returns a line for each neighbour, by address. */
    public List<NeighbourStatus> neighbours() {
        return neighbours.status();
    }

    /** Returns the counters. */
    public NetCounters counters() {
        return counters;
    }
}
