package org.millrace.tcp.control;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import org.millrace.api.context.ContextRequest;
import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.ViewCursor;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.Listener;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TimeWaitTable;
import org.millrace.tcp.control.established.FlowWatch;
import org.millrace.tcp.control.established.Lingering;
import org.millrace.tcp.control.established.Teardown;
import org.millrace.tcp.control.guard.ControlLimits;
import org.millrace.tcp.control.guard.ControlLimits.Kind;
import org.millrace.tcp.control.guard.EphemeralPorts;
import org.millrace.tcp.control.handshake.Handshake;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpMeta;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.wire.Ipv4Address;

/** What applications ask for: RFC 9293 §3.10.1 to §3.10.5. */
final class Requests {
    private static final int NO_LISTENER = 0;
    private static final int MIN_BACKLOG = 8;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final TcpConfig config;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final TimeWaitTable timeWait;
    private final EphemeralPorts ports;
    private final ControlLimits limits;
    private final Handshake handshake;
    private final FlowWatch watch;
    private final Lingering lingering;
    private final Teardown teardown;
    private final TcpMeta sought = new TcpMeta();

    Requests(TransportHost host, TcpProgram<?> program, TcpConfig config, ConnectionTable table,
             ListenerTable listeners, TimeWaitTable timeWait, EphemeralPorts ports, ControlLimits limits, Handshake handshake,
             FlowWatch watch, Lingering lingering, Teardown teardown) {
        this.host = host;
        this.program = program;
        this.config = config;
        this.table = table;
        this.listeners = listeners;
        this.timeWait = timeWait;
        this.ports = ports;
        this.limits = limits;
        this.handshake = handshake;
        this.watch = watch;
        this.lingering = lingering;
        this.teardown = teardown;
        ViewCursor.move(sought, new int[TcpMeta.TCP_BYTES / 4], 0);
    }

    void request(ContextRequest r, long nowNs) {
        switch (r.kind()) {
            case CONNECT -> {
                Status refused = connect(r, nowNs);
                if (refused != Status.OK) {
                    host.contexts().connected(r.context(), Contexts.NONE, r.opaque(), refused);
                }
            }
            case LISTEN -> listen(r, false);
            case LISTEN_ALONE -> listen(r, true);
            case UNLISTEN -> unlisten(r);
            case BIND -> host.contexts().listening(r.context(), r.opaque(), Status.UNSUPPORTED, NO_LISTENER, r.local());
            case CLOSE -> close(r, nowNs);
            case ABORT -> abort(r, nowNs);
            case GIVE_UP -> giveUp(r);
            case HANDOVER -> handOver(r, nowNs);
            case OPTION -> option(r, nowNs);
        }
    }

    private Status connect(ContextRequest r, long nowNs) {
        if (!isIpv4(r.peer()) || r.peer().getPort() == 0) {
            return Status.UNREACHABLE;
        }
        int peer = address(r.peer());
        TransportHost.Path path = isHost(peer) ? host.path(peer) : null;
        if (path == null) { // RFC 9293 MUST-46: not to a broadcast or multicast address
            return Status.UNREACHABLE;
        }
        int local = path.localAddress();
        int port = 0;
        if (r.local() != null) {
            if (!isIpv4(r.local()) || !host.isLocal(address(r.local()))) {
                return Status.ADDRESS_NOT_AVAILABLE;
            }
            local = address(r.local()) == 0 ? local : address(r.local());
            port = r.local().getPort();
        }
        if (!limits.admits(Kind.CONNECTING, table.connecting(r.context()))) {
            return Status.NO_RESOURCES;
        }
        Endpoints ends = new Endpoints(local, port, peer, r.peer().getPort());
        if (new Ipv4Address(local).isLoopback() != new Ipv4Address(peer).isLoopback()) {
            return Status.ADDRESS_NOT_AVAILABLE;
        }
        if (port == 0) {
            port = ports.choose(ends, p -> !isHome(withPort(ends, p)) || taken(withPort(ends, p)) || withPort(ends, p).isItself());
            if (port == EphemeralPorts.NONE) {
                return Status.NO_RESOURCES;
            }
        }
        Endpoints chosen = withPort(ends, port);
        if (!isHome(chosen)) {
            return Status.ELSEWHERE;
        }
        if (taken(chosen) || chosen.isItself()) {
            return Status.ADDRESS_IN_USE;
        }
        handshake.connect(chosen, path, r.context(), r.opaque(), dscp(r), nowNs);
        return Status.OK;
    }

    private int dscp(ContextRequest r) {
        return r.dscp() == ContextRequest.UNSET ? config.dscp() : r.dscp();
    }

    private void option(ContextRequest r, long nowNs) {
        TcpConnection c = table.byHandle(r.context(), r.connection());
        if (c == null || c.flow == 0) {
            return;
        }
        StreamOption option = StreamOption.ofCode((int) r.opaque());
        c.options.set(option, r.backlog());
        switch (option) {
            case NO_DELAY, CORK -> {
                program.gather(c.flow, c.options.get(StreamOption.NO_DELAY) == 0, c.options.get(StreamOption.CORK) != 0);
                host.hostControl(c.flow, TcpProgram.KICK, nowNs);
            }
            case DSCP -> host.dscp(c.flow, r.backlog());
            case KEEPALIVE, KEEPALIVE_IDLE_S -> watch.keepaliveChanged(c, nowNs);
            case USER_TIMEOUT_MS -> watch.userTimeoutChanged(c, nowNs);
            default -> {
                // read when it matters
            }
        }
    }

    private boolean isHome(Endpoints ends) {
        return host.isHome(ends.peerAddress(), ends.peerPort(), ends.localAddress(), ends.localPort());
    }

    private boolean taken(Endpoints ends) {
        return table.has(ends) || timeWait.get(ends) != null || inDataPath(ends);
    }

    private static boolean isHost(int peer) {
        Ipv4Address address = new Ipv4Address(peer);
        return address.isUnicast() || address.isLoopback();
    }

    /** Some other control plane's: one whose connections outlive the swap that has replaced it. */
    private boolean inDataPath(Endpoints ends) {
        sought.localAddress(ends.localAddress());
        sought.localPort(ends.localPort());
        sought.peerAddress(ends.peerAddress());
        sought.peerPort(ends.peerPort());
        return host.lookup().lookup(sought) != 0;
    }

    private static Endpoints withPort(Endpoints ends, int port) {
        return new Endpoints(ends.localAddress(), port, ends.peerAddress(), ends.peerPort());
    }

    private void listen(ContextRequest r, boolean alone) {
        Contexts contexts = host.contexts();
        if (!isIpv4(r.local()) || !host.isLocal(address(r.local()))) {
            contexts.listening(r.context(), r.opaque(), Status.ADDRESS_NOT_AVAILABLE, NO_LISTENER, r.local());
            return;
        }
        if (!limits.admits(Kind.LISTENERS, listeners.count(r.context()))) {
            contexts.listening(r.context(), r.opaque(), Status.NO_RESOURCES, NO_LISTENER, r.local());
            return;
        }
        int address = address(r.local());
        int port = r.local().getPort();
        if (port == 0) {
            port = ports.choose(new Endpoints(address, 0, 0, 0), listeners.ports());
        }
        if (port == EphemeralPorts.NONE || listeners.has(address, port, r.context())
            || listeners.isTaken(address, port,
                other -> !alone && !other.alone && contexts.isOneApplications(r.context(), other.context))) {
            contexts.listening(r.context(), r.opaque(), Status.ADDRESS_IN_USE, NO_LISTENER, r.local());
            return;
        }
        // the backlog bounds handshakes; a very small one would refuse peers whose SYNs arrive together
        int backlog = Math.clamp(r.backlog(), Math.min(MIN_BACKLOG, config.synBacklog()), config.synBacklog());
        Listener listener = listeners.add(address, port, r.context(), r.opaque(), backlog, alone, dscp(r));
        contexts.listening(r.context(), r.opaque(), Status.OK, listener.number, Endpoints.socketAddress(address, port));
    }

    private void unlisten(ContextRequest r) {
        Listener listener = listeners.byNumber(r.backlog());
        if (listener != null && listener.context == r.context()) {
            drop(listener);
        }
    }

    /** Drops a listener and, if nobody else listens there, its handshakes. */
    private void drop(Listener listener) {
        listeners.remove(listener);
        if (!listeners.listens(listener.address, listener.port)) {
            List.copyOf(listener.handshakes()).forEach(handshake::forget);
        }
    }

    private void close(ContextRequest r, long nowNs) {
        TcpConnection c = table.byHandle(r.context(), r.connection());
        if (c == null || c.appClosed) {
            return;
        }
        lingering.close(c, nowNs);
    }

    private void abort(ContextRequest r, long nowNs) {
        TcpConnection c = table.byHandle(r.context(), r.connection());
        if (c != null) {
            teardown.abort(c, nowNs);
        }
    }

    /** Gives an accepted connection to the context that {@code backlog} names; one that is over by now ends here. */
    private void handOver(ContextRequest r, long nowNs) {
        Contexts contexts = host.contexts();
        TcpConnection c = table.byHandle(r.context(), r.connection());
        if (c == null || c.flow == 0) {
            contexts.notAccepted(r.backlog(), r.opaque(), Status.RESET);
            if (c != null) {
                teardown.release(c);
            }
            return;
        }
        int moved = contexts.move(c.context, c.connection, r.backlog(), c.ends.local(), c.ends.peer());
        if (moved == Contexts.NONE) {
            host.drop(DropReason.CONTEXT_FULL.code());
            contexts.notAccepted(r.backlog(), r.opaque(), Status.NO_RESOURCES);
            teardown.abort(c, nowNs);
            return;
        }
        table.move(c, r.backlog(), moved);
        program.place(c.flow, c.context, c.connection);
        contexts.accepted(c.context, c.connection, r.opaque());
    }

    /** CLOSE or ABORT of a connection that has no id yet: RFC 9293 §3.10.4, SYN-SENT. What comes of the peer then finds nobody. */
    private void giveUp(ContextRequest r) {
        HalfOpen asked = table.asked(r.context(), r.opaque());
        if (asked != null) {
            handshake.forget(asked);
        }
    }

    /** Nobody asks for anything in a context any more; what has been written there is still sent. */
    void contextLeft(int context, long nowNs) {
        dropListeners(context);
        table.connections(c -> c.context == context).forEach(c -> lingering.leave(c, nowNs));
    }

    void contextClosed(int context, long nowNs) {
        dropListeners(context);
        table.connections(c -> c.context == context).forEach(c -> teardown.abort(c, nowNs));
    }

    private void dropListeners(int context) {
        listeners.of(context).forEach(this::drop);
        table.halfOpen(context).forEach(handshake::forget);
    }

    private static boolean isIpv4(InetSocketAddress address) {
        return address != null && address.getAddress() instanceof Inet4Address;
    }

    private static int address(InetSocketAddress address) {
        return Ipv4Address.from(address.getAddress()).bits();
    }
}
