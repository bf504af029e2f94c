package stopandwait;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.OpenState;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.wire.Ipv4Address;

/** Binds and closes sockets, and sees to it that what is not acknowledged is sent again. */
final class Control implements ControlPlane {
    private static final long TICK_NS = 20_000_000;
    /** After two seconds without an answer the peer is given up. */
    private static final int MOST_TICKS = 100;

    private final TransportHost host;
    private final StopAndWait.Machine program;
    private final List<Socket> sockets = new ArrayList<>();
    private long tickNs;

    private static final class Socket {
        final int context;
        final int connection;
        final InetSocketAddress local;
        /** 0: it has failed. */
        int flow;
        int oldest;
        /** For how many ticks that message has been under way. */
        int ticks;

        Socket(int flow, int context, int connection, InetSocketAddress local) {
            this.flow = flow;
            this.context = context;
            this.connection = connection;
            this.local = local;
        }
    }

    Control(TransportHost host, StopAndWait.Machine program) {
        this.host = host;
        this.program = program;
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        switch (request.kind()) {
            case BIND -> bind(request);
            case CLOSE, ABORT -> sockets.removeIf(s -> s.context == request.context() && s.connection == request.connection()
                && close(s));
            case CONNECT -> refuse(request, Status.UNSUPPORTED);
            case LISTEN, LISTEN_ALONE ->
                host.contexts().listening(request.context(), request.opaque(), Status.UNSUPPORTED, 0, null);
            case HANDOVER -> host.contexts().notAccepted(request.backlog(), request.opaque(), Status.UNSUPPORTED);
            case UNLISTEN, GIVE_UP, OPTION -> {
                // there is nothing of the kind
            }
        }
    }

    private void refuse(ContextRequest request, Status why) {
        host.contexts().connected(request.context(), Contexts.NONE, request.opaque(), why);
    }

    private void bind(ContextRequest request) {
        InetSocketAddress local = request.local();
        int address = local.getAddress() instanceof Inet4Address ip ? Ipv4Address.from(ip).bits() : -1;
        int flow = host.isLocal(address) && local.getPort() != 0 ? host.flows().allocate() : 0;
        if (flow == 0) {
            refuse(request, Status.ADDRESS_NOT_AVAILABLE);
            return;
        }
        int connection = host.flows().insert(flow, address, local.getPort(), 0, 0)
            ? host.contexts().openMessages(request.context(), flow, local) : Contexts.NONE;
        if (connection == Contexts.NONE) {
            host.flows().release(flow);
            refuse(request, Status.ADDRESS_IN_USE);
            return;
        }
        try (OpenState open = program.open(flow)) {
            Peer peer = open.state(program.peer());
            peer.context(request.context());
            peer.connection(connection);
            peer.localAddress(address);
            peer.localPort(local.getPort());
        }
        sockets.add(new Socket(flow, request.context(), connection, local));
        host.contexts().connected(request.context(), connection, request.opaque(), Status.OK);
    }

    private boolean close(Socket socket) {
        if (socket.flow != 0) {
            host.flows().release(socket.flow);
        }
        host.contexts().release(socket.context, socket.connection);
        return true;
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        sockets.removeIf(socket -> socket.context == context && close(socket));
    }

    @Override
    public long advance(long nowNs) {
        if (nowNs >= tickNs) {
            tickNs = nowNs + TICK_NS;
            sockets.stream().filter(socket -> socket.flow != 0).forEach(socket -> tick(socket, nowNs));
        }
        return sockets.isEmpty() ? Long.MAX_VALUE : tickNs;
    }

    /** What has been under way for a whole tick is sent again. */
    private void tick(Socket socket, long nowNs) {
        try (OpenState open = program.open(socket.flow)) {
            Peer peer = open.state(program.peer());
            boolean same = peer.oldest() == socket.oldest && peer.oldest() != peer.next();
            socket.ticks = same ? socket.ticks + 1 : 0;
            socket.oldest = peer.oldest();
        }
        if (socket.ticks > MOST_TICKS) {
            host.contexts().failed(socket.context, socket.connection, Status.TIMED_OUT);
            host.flows().release(socket.flow);
            socket.flow = 0;
        } else if (socket.ticks > 1) {
            host.hostControl(socket.flow, Exchange.AGAIN, nowNs);
        }
    }

    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        host.drop(reason); // no stage hands one over
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        // no stage asks for it
    }

    @Override
    public void icmpError(IcmpError error, long nowNs) {
        // a peer that has nobody at the port is given up like one that is silent
    }

    @Override
    public void unreachable(IntPredicate behind, long nowNs) {
        // as above
    }

    @Override
    public List<ConnectionInfo> connections() {
        return sockets.stream().map(s -> new ConnectionInfo(StopAndWait.NAME, s.flow == 0 ? "FAILED" : "BOUND", s.local, null,
            s.context, s.connection, 0, 0, "")).toList();
    }
}
