package org.millrace.homa;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.transport.ConnectionInfo;
import org.millrace.api.transport.ControlPlane;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.homa.message.Call;
import org.millrace.homa.message.Peer;
import org.millrace.wire.Ipv4Address;

/**
 * Binds and closes sockets, knows the peers and tells them this host's cut-offs. Of RPCs it sees those that fail.
 *
 * <p>Owned by: the data-path thread.
 */
final class HomaControl implements ControlPlane {
    private static final int PORTS = 0x1_0000 - BoundSocket.FIRST_CLIENT;
    private static final int TRIES = 128;
    private static final int PROTOCOL_UNREACHABLE = 2; // RFC 792
    private static final int PORT_UNREACHABLE = 3;

    private final TransportHost host;
    private final Messages messages;
    private final Peers peers;
    private final Map<Integer, BoundSocket> sockets = new LinkedHashMap<>();
    private SplittableRandom random;
    /** Whether RPCs were taken over that are to go on. */
    private boolean resumes;
    private long timedOut;
    private long icmpErrors;

    HomaControl(TransportHost host, Messages messages, Peers peers) {
        this.host = host;
        this.messages = messages;
        this.peers = peers;
        random = new SplittableRandom(ByteBuffer.wrap(host.secret()).getLong());
    }

    @Override
    public void request(ContextRequest request, long nowNs) {
        switch (request.kind()) {
            case BIND -> bind(request);
            case CLOSE, ABORT -> release(find(request.context(), request.connection()), nowNs);
            case LISTEN, LISTEN_ALONE ->
                host.contexts().listening(request.context(), request.opaque(), Status.UNSUPPORTED, 0, null);
            case HANDOVER -> host.contexts().notAccepted(request.backlog(), request.opaque(), Status.UNSUPPORTED);
            case CONNECT -> refuse(request, Status.UNSUPPORTED);
            case UNLISTEN, GIVE_UP, OPTION -> {
                // there is neither a listener nor a connection that is not there yet
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
        int port = request.local().getPort() == 0 ? freePort() : request.local().getPort();
        if (!host.isLocal(address)) {
            refuse(request, Status.ADDRESS_NOT_AVAILABLE);
        } else if (port == 0) {
            refuse(request, Status.NO_RESOURCES);
        } else if (isTaken(address, port)) {
            refuse(request, Status.ADDRESS_IN_USE);
        } else {
            open(request, address, port);
        }
    }

    private int freePort() {
        for (int i = 0; i < TRIES; i++) {
            int port = BoundSocket.FIRST_CLIENT + random.nextInt(PORTS);
            if (!isTaken(0, port)) {
                return port;
            }
        }
        return 0;
    }

    private boolean isTaken(int address, int port) {
        return sockets.values().stream().anyMatch(socket -> socket.isAt(address, port));
    }

    private void open(ContextRequest request, int address, int port) {
        int flow = host.flows().allocate();
        if (flow == 0) {
            refuse(request, Status.NO_RESOURCES);
            return;
        }
        if (!host.flows().insert(flow, address, port, 0, 0)) { // an earlier Homa that retires has it
            host.flows().release(flow);
            refuse(request, Status.ADDRESS_IN_USE);
            return;
        }
        int idHigh = 1 + random.nextInt(Integer.MAX_VALUE);
        int connection = host.contexts().openMessages(request.context(), flow,
            new BoundSocket(flow, 0, 0, address, port, 0).local());
        if (connection == Contexts.NONE) {
            host.flows().release(flow);
            refuse(request, Status.NO_RESOURCES);
            return;
        }
        add(new BoundSocket(flow, request.context(), connection, address, port, idHigh));
        host.contexts().connected(request.context(), connection, request.opaque(), Status.OK);
    }

    private void add(BoundSocket socket) {
        messages.bind(socket);
        sockets.put(socket.flow(), socket);
    }

    private BoundSocket find(int context, int connection) {
        return sockets.values().stream().filter(socket -> socket.isOf(context, connection)).findAny().orElse(null);
    }

    /** Its RPCs end with a socket; what of their packets is still on its way finds nobody. */
    private void release(BoundSocket socket, long nowNs) {
        if (socket == null) {
            return;
        }
        messages.all(state -> socket.isOf(state.context(), state.connection()))
            .forEach(rpc -> host.hostControl(rpc, Call.KILL, nowNs));
        sockets.remove(socket.flow());
        host.flows().release(socket.flow());
        host.contexts().release(socket.context(), socket.connection());
    }

    @Override
    public void contextClosed(int context, long nowNs) {
        List.copyOf(sockets.values()).stream().filter(socket -> socket.context() == context)
            .forEach(socket -> release(socket, nowNs));
    }

    /** CUTOFFS: nothing else comes here. */
    @Override
    public void packet(ReceivedPacket packet, SegmentMeta meta, int reason, long nowNs) {
        peers.cutoffs(packet);
    }

    @Override
    public void digest(SegmentMeta meta, long nowNs) {
        if ((meta.digest() & Peer.TIMED_OUT) != 0) {
            timedOut++;
        }
        if ((meta.digest() & Peer.NEW) != 0) {
            peers.met(meta.flow(), nowNs);
        }
        if ((meta.digest() & Peer.STALE) != 0) {
            peers.stale(meta);
        }
    }

    /** Nobody listens there, or the host has no Homa: calls to it fail now and not when they time out. */
    @Override
    public void icmpError(IcmpError error, long nowNs) {
        icmpErrors++;
        if (error.code() == PROTOCOL_UNREACHABLE || error.code() == PORT_UNREACHABLE) {
            messages.calls(state -> state.peerAddress() == error.peerAddress() && state.peerPort() == error.peerPort()
                && state.localPort() == error.localPort())
                .forEach(rpc -> host.hostControl(rpc, Call.FAIL + Status.REFUSED.code(), nowNs));
        }
    }

    @Override
    public void unreachable(IntPredicate behind, long nowNs) {
        messages.calls(state -> behind.test(state.peerAddress()))
            .forEach(rpc -> host.hostControl(rpc, Call.FAIL + Status.UNREACHABLE.code(), nowNs));
    }

    @Override
    public long advance(long nowNs) {
        if (resumes) {
            resumes = false;
            messages.all(state -> true).forEach(rpc -> host.hostControl(rpc, Call.RESUME, nowNs));
            messages.peerRows().keySet().forEach(peer -> peers.met(peer, nowNs));
        }
        return peers.advance(nowNs);
    }

    @Override
    public List<ConnectionInfo> connections() {
        return sockets.values().stream().map(HomaControl::line).toList();
    }

    @Override
    public ConnectionInfo connection(int context, int connection) {
        BoundSocket socket = find(context, connection);
        return socket == null ? null : line(socket);
    }

    @Override
    public boolean isHeld() {
        return !sockets.isEmpty();
    }

    private static ConnectionInfo line(BoundSocket socket) {
        return new ConnectionInfo("homa", "BOUND", socket.local(), null, socket.context(), socket.connection(), 0, 0,
            socket.port() < BoundSocket.FIRST_CLIENT ? "serves" : "");
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("RPCs timed out", timedOut);
        counters.put("peers", (long) peers.size());
        counters.put("CUTOFFS sent", peers.told());
        counters.put("ICMP errors", icmpErrors);
        return counters;
    }

    @Override
    public void exportState(Handover scope, DataOutput out, long nowNs) throws IOException {
        if (scope != Handover.ALL) {
            throw new UnsupportedOperationException("calls cannot stay behind: their sockets go, and they with them");
        }
        HomaState.write(sockets.values(), messages, out);
    }

    @Override
    public void importState(DataInput in, long nowNs) throws IOException {
        random = new SplittableRandom(random.nextLong() ^ nowNs); // a peer may still know RPCs of what the old side drew
        for (BoundSocket socket : HomaState.read(messages, in)) {
            if (socket.flow() <= 0 || socket.flow() > host.capacity().flows() || socket.port() <= 0
                || socket.port() > 0xffff || isTaken(socket.address(), socket.port())) {
                throw new IllegalArgumentException("the state is not sound: " + socket);
            }
            add(socket);
        }
        resumes = true;
    }

    @Override
    public void handedOver(Handover scope, long nowNs) {
        sockets.clear();
    }
}
