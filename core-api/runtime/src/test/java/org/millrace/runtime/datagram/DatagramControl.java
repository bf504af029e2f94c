package org.millrace.runtime.datagram;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;

/** UDP's control plane, which cannot be handed over here; notes what it is told about the network. */
final class DatagramControl implements ControlPlane {
    final List<String> told = new ArrayList<>();
    private final TransportHost host;
    private final ControlPlane udp;

    DatagramControl(TransportHost host, ControlPlane udp) {
        this.host = host;
        this.udp = udp;
    }

    /** Breaks a socket as a transport does whose peer is lost. */
    void fail(int context, int connection, Status status) {
        host.contexts().failed(context, connection, status);
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        udp.request(request, nowNs);
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        udp.contextClosed(context, nowNs);
    }

    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        udp.packet(packet, meta, reason, nowNs);
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        udp.digest(meta, nowNs);
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        told.add("icmp code " + error.code() + " about " + error.localPort() + " to " + error.peerPort());
        udp.icmpError(error, nowNs);
    }

    @Override
    public void unreachable(IntPredicate behind, long nowNs) {
        told.add("unreachable");
    }

    @Override
    public long advance(long nowNs) {
        return udp.advance(nowNs);
    }

    @Override
    public List<ConnectionInfo> connections() {
        return udp.connections();
    }

    @Override
    public ConnectionInfo connection(int context, int connection) {
        return udp.connection(context, connection);
    }
}
