package org.millrace.runtime.path;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.net.IcmpError;
import org.millrace.net.NetListener;
import org.millrace.runtime.transport.LoadedTransport;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.MacAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the transports what the network layer finds out. The network layer speaks of next hops, a transport of its
 * peers: behind a router these are all connected peers that are routed through it. Owned by: the data-path thread.
 */
final class NetEvents implements NetListener {
    private static final Logger LOG = LoggerFactory.getLogger(NetEvents.class);
    private static final long GONE = -1;

    private final DataPath path;
    private final List<LoadedTransport<?>> transports;

    NetEvents(DataPath path, List<LoadedTransport<?>> transports) {
        this.path = path;
        this.transports = transports;
    }

    @Override
    public void neighbourChanged(int nextHop, long mac, long nowNs) {
        tell(nextHop, mac, nowNs);
    }

    @Override
    public void neighbourUnreachable(int nextHop, long nowNs) {
        tell(nextHop, GONE, nowNs);
    }

    private void tell(int nextHop, long mac, long nowNs) {
        for (LoadedTransport<?> transport : transports) {
            Set<Integer> peers = new HashSet<>();
            peers.add(nextHop);
            for (ConnectionInfo connection : transport.control.connections()) {
                if (connection.peer() != null && isBehind(Ipv4Address.from(connection.peer().getAddress()).bits(), nextHop)) {
                    peers.add(Ipv4Address.from(connection.peer().getAddress()).bits());
                }
            }
            peers.forEach(peer -> transport.control.neighbourChanged(peer, mac, nowNs));
            transport.wakeControl();
        }
    }

    /** Other routes hold: every connected peer's next hop may be another one. An unknown one is asked for, and told later. */
    void routesChanged(long nowNs) {
        for (LoadedTransport<?> transport : transports) {
            Set<Integer> peers = new HashSet<>();
            for (ConnectionInfo connection : transport.control.connections()) {
                if (connection.peer() != null) {
                    peers.add(Ipv4Address.from(connection.peer().getAddress()).bits());
                }
            }
            for (int peer : peers) {
                long mac = path.resolve(peer, nowNs);
                if (mac >= 0) {
                    transport.control.neighbourChanged(peer, mac, nowNs);
                }
            }
            transport.wakeControl();
        }
    }

    private boolean isBehind(int peer, int nextHop) {
        return path.ip().route(peer).filter(route -> route.nextHopTo(peer) == nextHop).isPresent();
    }

    @Override
    public void addressConflict(int address, long mac, long nowNs) {
        LOG.warn("{}: {} also uses our address {}", path.instance(), new MacAddress(mac), new Ipv4Address(address));
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        if (error.type() != IcmpHeader.DESTINATION_UNREACHABLE) {
            return;
        }
        for (LoadedTransport<?> transport : transports) {
            if (transport.protocol == error.protocol()) {
                transport.control.icmpError(new ControlPlane.IcmpError(error.code(), error.mtuBytes(),
                    error.localAddress(), error.localPort(), error.peerAddress(), error.peerPort(),
                    error.sequence()), nowNs);
                transport.wakeControl();
            }
        }
    }
}
