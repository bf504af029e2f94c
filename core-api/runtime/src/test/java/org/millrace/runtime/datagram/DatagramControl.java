package org.millrace.runtime.datagram;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Address;

/** Binds and closes sockets. */
final class DatagramControl implements ControlPlane {
    private record Socket(int flow, int context, int connection, InetSocketAddress local) {
    }

    final List<String> neighbours = new ArrayList<>();
    private final TransportHost host;
    private final DatagramProgram program;
    private final List<Socket> sockets = new ArrayList<>();

    DatagramControl(TransportHost host, DatagramProgram program) {
        this.host = host;
        this.program = program;
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        switch (request.kind()) {
            case BIND -> bind(request);
            case CLOSE, ABORT -> sockets.stream()
                .filter(s -> s.context == request.context() && s.connection == request.connection()).toList()
                .forEach(this::release);
            case LISTEN -> host.contexts().listening(request.context(), request.opaque(), Status.UNSUPPORTED, 0, null);
            default -> host.contexts().connected(request.context(), Contexts.NONE, request.opaque(),
                Status.UNSUPPORTED);
        }
    }

    private void bind(ContextRequest request) {
        int context = request.context();
        int address = Ipv4Address.from(request.local().getAddress()).bits();
        if (!host.isLocal(address)) {
            host.contexts().connected(context, Contexts.NONE, request.opaque(), Status.ADDRESS_NOT_AVAILABLE);
            return;
        }
        int flow = host.flows().allocate();
        if (flow == 0 || !host.flows().insert(flow, address, request.local().getPort(), 0, 0)) {
            if (flow != 0) {
                host.flows().release(flow);
            }
            host.contexts().connected(context, Contexts.NONE, request.opaque(),
                flow == 0 ? Status.NO_RESOURCES : Status.ADDRESS_IN_USE);
            return;
        }
        int connection = host.contexts().open(context, flow, request.local(), null);
        if (connection == Contexts.NONE) {
            host.flows().release(flow);
            host.contexts().connected(context, Contexts.NONE, request.opaque(), Status.NO_RESOURCES);
            return;
        }
        DatagramState state = program.state(flow);
        state.context(context);
        state.connection(connection);
        state.localAddress(address);
        state.localPort(request.local().getPort());
        sockets.add(new Socket(flow, context, connection, request.local()));
        host.contexts().connected(context, connection, request.opaque(), Status.OK);
    }

    private void release(Socket socket) {
        host.flows().release(socket.flow);
        host.contexts().release(socket.context, socket.connection);
        sockets.remove(socket);
    }

    /** Breaks a socket as a transport does whose peer is lost. */
    void fail(int context, int connection, Status status) {
        for (int i = 0; i < sockets.size(); i++) {
            Socket socket = sockets.get(i);
            if (socket.context == context && socket.connection == connection) {
                host.contexts().failed(context, connection, status);
            }
        }
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        sockets.stream().filter(s -> s.context == context).toList().forEach(this::release);
    }

    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        throw new AssertionError("the program hands nothing over");
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        throw new AssertionError("the program digests nothing");
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        neighbours.add("icmp code " + error.code() + " about " + error.localPort() + " to " + error.peerPort());
    }

    @Override
    public void neighbourChanged(int peerAddress, long macAddress, long nowNs) {
        neighbours.add(new Ipv4Address(peerAddress) + " " + Long.toHexString(macAddress));
    }

    @Override
    public long advance(long nowNs) {
        return Long.MAX_VALUE;
    }

    @Override
    public List<ConnectionInfo> connections() {
        return sockets.stream().map(DatagramControl::line).toList();
    }

    @Override
    public ConnectionInfo connection(int context, int connection) {
        return sockets.stream().filter(s -> s.context == context && s.connection == connection)
            .map(DatagramControl::line).findFirst().orElse(null);
    }

    private static ConnectionInfo line(Socket socket) {
        return new ConnectionInfo("datagram", "BOUND", socket.local, null, socket.context, socket.connection, 0, 0, "");
    }
}
