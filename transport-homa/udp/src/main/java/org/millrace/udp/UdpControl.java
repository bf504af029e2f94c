package org.millrace.udp;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Address;

/**
 * Binds and closes sockets; sees no datagram.
 *
 * <p>Owned by: the data-path thread.
 */
final class UdpControl implements ControlPlane {
    private static final String STATE = "udp-state";
    private static final int STATE_VERSION = 1;

    private final TransportHost host;
    private final UdpProgram program;
    private final SocketTable sockets;
    private long icmpErrors;

    UdpControl(TransportHost host, UdpProgram program) {
        this.host = host;
        this.program = program;
        sockets = new SocketTable(ByteBuffer.wrap(host.secret()).getLong());
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        switch (request.kind()) {
            case BIND -> bind(request);
            case CLOSE, ABORT -> release(request.context(), request.connection());
            case LISTEN, LISTEN_ALONE -> host.contexts().listening(request.context(), request.opaque(), Status.UNSUPPORTED, 0, null);
            case HANDOVER -> host.contexts().notAccepted(request.backlog(), request.opaque(), Status.UNSUPPORTED);
            case CONNECT -> refuse(request, Status.UNSUPPORTED);
            case UNLISTEN, GIVE_UP, OPTION -> {
                // there is no listener, and nothing connects
            }
        }
    }

    private void refuse(ContextRequest request, Status why) {
        host.contexts().connected(request.context(), Contexts.NONE, request.opaque(), why);
    }

    private void bind(ContextRequest request) {
        if (!(request.local().getAddress() instanceof Inet4Address local)) {
            refuse(request, Status.ADDRESS_NOT_AVAILABLE);
            return;
        }
        int address = Ipv4Address.from(local).bits();
        int port = request.local().getPort() == 0 ? sockets.freePort() : request.local().getPort();
        if (!host.isLocal(address)) {
            refuse(request, Status.ADDRESS_NOT_AVAILABLE);
        } else if (port == SocketTable.NONE) {
            refuse(request, Status.NO_RESOURCES);
        } else if (sockets.isTaken(address, port)) {
            refuse(request, Status.ADDRESS_IN_USE);
        } else {
            open(request, address, port);
        }
    }

    private void open(ContextRequest request, int address, int port) {
        int flow = host.flows().allocate();
        if (flow == 0) {
            refuse(request, Status.NO_RESOURCES);
            return;
        }
        if (!host.flows().insert(flow, address, port, 0, 0)) { // an earlier UDP that retires has it
            host.flows().release(flow);
            refuse(request, Status.ADDRESS_IN_USE);
            return;
        }
        int connection = host.contexts().openMessages(request.context(), flow,
            new BoundSocket(flow, 0, 0, address, port).local());
        if (connection == Contexts.NONE) {
            host.flows().release(flow);
            refuse(request, Status.NO_RESOURCES);
            return;
        }
        BoundSocket socket = new BoundSocket(flow, request.context(), connection, address, port);
        program.bind(flow, socket);
        sockets.add(socket);
        host.contexts().connected(request.context(), connection, request.opaque(), Status.OK);
    }

    private void release(int context, int connection) {
        BoundSocket socket = sockets.remove(context, connection);
        if (socket != null) {
            host.flows().release(socket.flow());
            host.contexts().release(context, connection);
        }
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        sockets.all().stream().filter(socket -> socket.context() == context).toList()
            .forEach(socket -> release(context, socket.connection()));
    }

    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        host.drop(reason); // no stage hands one over
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        // no stage asks for it
    }

    /** Takes note only: a socket here is nobody's alone, so no application could tell which message it is about. */
    @Override
    public void icmpError(IcmpError error, long nowNs) {
        icmpErrors++;
    }

    @Override
    public void unreachable(IntPredicate behind, long nowNs) {
        // no socket has a peer
    }

    @Override
    public long advance(long nowNs) {
        return Long.MAX_VALUE;
    }

    @Override
    public List<ConnectionInfo> connections() {
        return sockets.all().stream().map(UdpControl::line).toList();
    }

    @Override
    public ConnectionInfo connection(int context, int connection) {
        BoundSocket socket = sockets.find(context, connection);
        return socket == null ? null : line(socket);
    }

    @Override
    public boolean isHeld() {
        return !sockets.all().isEmpty();
    }

    private static ConnectionInfo line(BoundSocket socket) {
        return new ConnectionInfo("udp", "BOUND", socket.local(), null, socket.context(), socket.connection(), 0, 0, "");
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of("ICMP errors", icmpErrors);
    }

    /**
     * The bound sockets: {@code "udp-state"} as UTF, version 1 as a short, their number as an int, then flow, context,
     * connection, address and port of each as ints.
     */
    @Override
    public void exportState(Handover scope, DataOutput out, long nowNs) throws IOException {
        out.writeUTF(STATE);
        out.writeShort(STATE_VERSION);
        out.writeInt(scope == Handover.ALL ? sockets.all().size() : 0);
        if (scope == Handover.ALL) {
            for (BoundSocket socket : sockets.all()) {
                out.writeInt(socket.flow());
                out.writeInt(socket.context());
                out.writeInt(socket.connection());
                out.writeInt(socket.address());
                out.writeInt(socket.port());
            }
        }
    }

    @Override
    public void importState(DataInput in, long nowNs) throws IOException {
        String name = in.readUTF();
        int version = in.readUnsignedShort();
        if (!name.equals(STATE) || version != STATE_VERSION) {
            throw new IllegalArgumentException("the state is " + name + " version " + version + ", known here is " + STATE
                + " version " + STATE_VERSION);
        }
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            BoundSocket socket = new BoundSocket(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
            if (socket.flow() <= 0 || socket.flow() > host.capacity().flows() || socket.port() <= 0
                || socket.port() > 0xffff || sockets.isTaken(socket.address(), socket.port())) {
                throw new IllegalArgumentException(STATE + " is not sound: " + socket);
            }
            program.bind(socket.flow(), socket);
            sockets.add(socket);
        }
    }

    @Override
    public void handedOver(Handover scope, long nowNs) {
        if (scope == Handover.ALL) {
            sockets.clear();
        }
    }
}
