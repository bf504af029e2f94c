package org.millrace.tcp.control.handshake;

import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.congestion.CongestionPolicies;
import org.millrace.tcp.control.congestion.CongestionPolicy;
import org.millrace.tcp.control.congestion.RttEstimator;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.StreamOptions;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.established.Buffers;
import org.millrace.tcp.control.established.FlowWatch;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.TcpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a finished handshake into a flow of the data path and a connection of a context. */
public final class Establishment {
    private static final Logger LOG = LoggerFactory.getLogger(Establishment.class);
    private static final int RFC_6928_BYTES = 14_600;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final TcpConfig config;
    private final CongestionPolicies policies;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final FlowWatch watch;
    private boolean lackedAFlow;

    public Establishment(TransportHost host, TcpProgram<?> program, TcpConfig config, CongestionPolicies policies, ConnectionTable table,
                  ListenerTable listeners, FlowWatch watch) {
        this.host = host;
        this.program = program;
        this.config = config;
        this.policies = policies;
        this.table = table;
        this.listeners = listeners;
        this.watch = watch;
    }

    /** A place for a connection: context, id there, and the LISTEN's or CONNECT's number. */
    private record Place(int context, int connection, long opaque) {
    }

    /**
     * Installs a connection and tells its application.
     *
     * @param h      the handshake, out of the table already
     * @param last   the peer's segment that finished it
     * @param packet the same
     * @return the connection, or null if no flow, slot or buffer is left
     */
    TcpConnection establish(HalfOpen h, Segment last, ReceivedPacket packet, long nowNs) {
        int flow = host.flows().allocate();
        lackedAFlow = flow == 0;
        if (flow == 0) {
            return null;
        }
        Place place = h.active() ? place(h.context, h.opaque, h.ends, flow) : placeAtListener(h, flow);
        if (place == null) {
            host.flows().release(flow);
            return null;
        }
        Endpoints e = h.ends;
        if (!host.flows().insert(flow, e.localAddress(), e.localPort(), e.peerAddress(), e.peerPort())) {
            lackedAFlow = true;
            host.contexts().release(place.context, place.connection);
            host.flows().release(flow);
            return null;
        }
        TcpConnection c = install(h, place, flow, last, packet, nowNs);
        if (h.active()) {
            host.contexts().connected(c.context, c.connection, place.opaque, Status.OK);
        } else {
            host.contexts().accepted(c.context, c.connection, place.opaque);
        }
        return c;
    }

    /** {@return whether the last one that failed did so for want of a flow, and not of a connection in the context} */
    boolean lackedAFlow() {
        return lackedAFlow;
    }

    private Place place(int context, long opaque, Endpoints ends, int flow) {
        int connection = host.contexts().open(context, flow, ends.local(), ends.peer());
        return connection == Contexts.NONE ? null : new Place(context, connection, opaque);
    }

    /** The listener's own context first, then the others' in turn. */
    private Place placeAtListener(HalfOpen h, int flow) {
        Place[] found = new Place[1];
        if (!h.listener.closed) {
            found[0] = place(h.context, h.opaque, h.ends, flow);
        }
        if (found[0] == null) {
            listeners.next(h.ends.localAddress(), h.ends.localPort(), l -> {
                found[0] = l == h.listener ? null : place(l.context, l.opaque, h.ends, flow);
                return found[0] != null;
            });
        }
        return found[0];
    }

    private TcpConnection install(HalfOpen h, Place place, int flow, Segment last, ReceivedPacket packet, long nowNs) {
        TcpConnectionState state = state(h, last);
        state.context = place.context;
        state.connection = place.connection;
        Contexts contexts = host.contexts();
        contexts.transmitRing(place.context, place.connection, Buffers.INITIAL_BYTES);
        state.rcvBuffer = contexts.receiveRing(place.context, place.connection, Buffers.INITIAL_BYTES);
        state.rcvFree = state.rcvBuffer;
        RttEstimator rtt = new RttEstimator(config);
        if (h.retries == 0) {
            rtt.sample(Math.max(nowNs - h.sentNs, 0) / 1_000);
        } else { // Karn: which one was answered is not known
            rtt.synTimedOut();
        }
        int initialWindow = initialWindow(state.mss, h.retries);
        int maxWindow = host.contexts().transmitBytes(place.context);
        CongestionPolicy policy = policies.make(h.congestion, state.mss, initialWindow, maxWindow);
        state.congestionWindow = policy.window();
        program.install(flow, state);
        StreamOptions options = new StreamOptions(config);
        if (h.dscp != config.dscp()) {
            options.set(StreamOption.DSCP, h.dscp);
        }
        host.dscp(flow, h.dscp);
        TcpConnection c = new TcpConnection(h.ends, place.context, place.connection, flow, state, rtt, policy, options);
        table.add(c);
        watch.begin(c, nowNs);
        LOG.debug("{} established: flow {}, mss {}, {}", c.ends, flow, c.mss, h.congestion);
        return c;
    }

    private TcpConnectionState state(HalfOpen h, Segment last) {
        TcpConnectionState s = new TcpConnectionState();
        s.localAddress = h.ends.localAddress();
        s.localPort = h.ends.localPort();
        s.peerAddress = h.ends.peerAddress();
        s.peerPort = h.ends.peerPort();
        s.mss = h.sendMss();
        s.timestamps = h.timestamps;
        s.sack = h.sack;
        s.ecn = h.ecn;
        s.nagle = !config.nodelay();
        s.delayedAckSegments = config.delayedAckSegments();
        s.firstSent = h.iss + 1;
        s.sndUna = s.firstSent;
        s.sndNxt = s.firstSent;
        s.sndMax = s.firstSent;
        s.sndShift = h.sndShift;
        // RFC 7323 §2.2: the window of a segment with SYN is not scaled
        s.sndWindow = last.has(TcpHeader.SYN) ? last.window : last.window << h.sndShift;
        s.sndWindowMost = s.sndWindow;
        s.littleEnd = s.firstSent;
        s.firstReceived = h.rcvNxt();
        s.rcvNxt = s.firstReceived;
        s.rcvEdge = s.rcvNxt + h.synWindow();
        s.rcvShift = h.rcvShift;
        s.tsRecent = h.timestamps ? last.options().tsValue() : 0;
        s.lastAckSent = s.rcvNxt;
        return s;
    }

    /** RFC 6928 §2: ten segments, or one after more than one lost SYN or SYN-ACK. */
    private int initialWindow(int mss, int retries) {
        int segments = config.initialWindow();
        return retries > 1 ? mss : Math.min(segments * mss, Math.max(2 * mss, RFC_6928_BYTES * segments / 10));
    }
}
