package org.millrace.runtime.path;

import java.util.List;
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

    private final DataPath path;
    private final List<LoadedTransport<?>> transports;

    NetEvents(DataPath path, List<LoadedTransport<?>> transports) {
        this.path = path;
        this.transports = transports;
    }

    @Override
    public void neighbourUnreachable(int nextHop, long nowNs) {
        for (LoadedTransport<?> transport : transports) {
            transport.control.unreachable(peer -> isBehind(peer, nextHop), nowNs);
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
