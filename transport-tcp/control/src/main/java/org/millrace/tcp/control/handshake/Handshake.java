package org.millrace.tcp.control.handshake;

import org.millrace.api.context.Contexts;
import org.millrace.api.context.Status;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.guard.RateLimit;
import org.millrace.net.timer.TimerWheel;
import org.millrace.tcp.control.congestion.CongestionPolicies;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.Listener;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.SegmentWriter;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.guard.ControlLimits;
import org.millrace.tcp.control.guard.ControlLimits.Kind;
import org.millrace.tcp.control.guard.IsnGenerator;
import org.millrace.tcp.control.program.TcpConfig;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/** SYN-SENT and SYN-RECEIVED: RFC 9293 §3.10.7.2 to §3.10.7.4, with the checks of RFC 5961 and RFC 7323. */
public final class Handshake {
    private static final int IP_AND_TCP = 40;
    private static final long MS_NS = 1_000_000;

    private final TransportHost host;
    private final TcpConfig config;
    private final CongestionPolicies policies;
    private final boolean sack;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final TimerWheel timers;
    private final SegmentWriter writer;
    private final IsnGenerator isn;
    private final SynCookies cookies;
    private final RateLimit challenges;
    private final ControlLimits limits;
    private final Establishment establishment;

    public Handshake(TransportHost host, TcpConfig config, CongestionPolicies policies, boolean sack, ConnectionTable table, ListenerTable listeners,
              TimerWheel timers, SegmentWriter writer, IsnGenerator isn, SynCookies cookies, RateLimit challenges,
              ControlLimits limits, Establishment establishment) {
        this.host = host;
        this.config = config;
        this.policies = policies;
        this.sack = sack;
        this.table = table;
        this.listeners = listeners;
        this.timers = timers;
        this.writer = writer;
        this.isn = isn;
        this.cookies = cookies;
        this.challenges = challenges;
        this.limits = limits;
        this.establishment = establishment;
    }

    /** Sends the first SYN of an active open, RFC 9293 §3.10.1. The path exists and the ends are free. */
    public void connect(Endpoints ends, TransportHost.Path path, int context, long opaque, int dscp, long nowNs) {
        HalfOpen h = new HalfOpen(ends, null, context, opaque, isn.next(ends, nowNs), dscp);
        prepare(h, path);
        table.add(h);
        h.sentNs = nowNs;
        writer.syn(h, nowNs);
        restart(h, nowNs);
    }

    /**
     * Takes a SYN for a listener, RFC 9293 §3.10.7.2, third.
     *
     * @param after sequence number that ours must be beyond, for an old connection's last has been seen (RFC 1122
     *              §4.2.2.13), or null
     */
    public void listen(Segment syn, Integer after, long nowNs) {
        Endpoints ends = syn.ends;
        TransportHost.Path path = host.path(ends.peerAddress());
        if (path == null) {
            host.drop(DropReason.UNREACHABLE.code());
            return;
        }
        Listener listener = takesHandshake(ends);
        if (listener == null) {
            host.drop(DropReason.BACKLOG_FULL.code()); // the state is; its peer may yet come back with the cookie
            sendCookie(syn, path, nowNs);
            return;
        }
        int iss = isn.next(ends, nowNs);
        if (after != null && SequenceNumber.lessOrEqual(iss, after)) {
            iss = after + 1;
        }
        HalfOpen h = new HalfOpen(ends, listener, listener.context, listener.opaque, iss, listener.dscp);
        prepare(h, path);
        takeSyn(h, syn);
        table.add(h);
        h.sentNs = nowNs;
        writer.synAck(h, nowNs);
        restart(h, nowNs);
    }

    /** {@return whose turn it is, or null if there is no room for a handshake} */
    private Listener takesHandshake(Endpoints ends) {
        if (!limits.admits(Kind.HALF_OPEN, table.offered())) {
            return null;
        }
        Listener open = listeners.leastLoaded(ends.localAddress(), ends.localPort(), l -> !l.full(), this::load);
        if (open == null) {
            limits.refuse(Kind.BACKLOG);
            return null;
        }
        return limits.admits(Kind.CONTEXT_HALF_OPEN, table.offered(open.context)) ? open : null;
    }

    /** What a context has, and what is on its way to it here. */
    private int load(Listener listener) {
        return host.contexts().connections(listener.context) + listener.waiting();
    }

    private void sendCookie(Segment syn, TransportHost.Path path, long nowNs) {
        int peerMss = syn.options().mss() < 0 ? HalfOpen.DEFAULT_MSS : syn.options().mss();
        writer.synAck(fromCookie(syn, path, syn.seq, cookies.make(syn.ends, syn.seq, peerMss, nowNs)), nowNs);
    }

    /** {@return a handshake as a cookie stands for it: no options but the MSS} */
    private HalfOpen fromCookie(Segment s, TransportHost.Path path, int irs, int cookie) {
        Listener listener = listeners.leastLoaded(s.ends.localAddress(), s.ends.localPort(), l -> true, this::load);
        HalfOpen h = new HalfOpen(s.ends, listener, listener.context, listener.opaque, cookie, listener.dscp);
        prepare(h, path);
        h.state = TcpState.SYN_RECEIVED;
        h.irs = irs;
        h.scaling = false;
        h.rcvShift = 0;
        h.timestamps = false;
        h.sack = false;
        return h;
    }

    /**
     * Takes an ACK at a listener if it brings back a cookie.
     *
     * @return whether it did
     */
    public boolean acceptCookie(Segment s, ReceivedPacket packet, long nowNs) {
        int mss = cookies.mss(s.ends, s.seq - 1, s.ack - 1, nowNs);
        TransportHost.Path path = mss == SynCookies.NOT_OURS ? null : host.path(s.ends.peerAddress());
        if (path == null) {
            return false;
        }
        HalfOpen h = fromCookie(s, path, s.seq - 1, s.ack - 1);
        h.peerMss = mss;
        h.retries = 1; // when it was sent is not known
        established(h, s, packet, nowNs);
        return true;
    }

    private void prepare(HalfOpen h, TransportHost.Path path) {
        h.pathMss = path.mtuBytes() - IP_AND_TCP; // RFC 9293 §3.7.1
        h.receiveBytes = host.contexts().receiveBytes(h.context);
        h.scaling = config.windowScaling();
        h.rcvShift = HalfOpen.shiftFor(h.receiveBytes);
        h.timestamps = config.timestamps();
        h.sack = sack;
        h.congestion = policies.named(path);
        h.ecnRequested = policies.usesEcn(h.congestion);
    }

    /** A SYN without ACK, at a listener or while ours is on its way (simultaneous open). */
    private static void takeSyn(HalfOpen h, Segment syn) {
        h.negotiate(syn);
        h.state = TcpState.SYN_RECEIVED;
        // RFC 3168 §6.1.1: an ECN-setup SYN has both bits
        h.ecn = syn.has(TcpHeader.ECE) && syn.has(TcpHeader.CWR) ? ecnMode(h) : TcpConnectionState.ECN_OFF;
    }

    private static int ecnMode(HalfOpen h) {
        if (!h.ecnRequested) {
            return TcpConnectionState.ECN_OFF;
        }
        return h.congestion.equals(TcpConfig.DCTCP) ? TcpConnectionState.ECN_DCTCP : TcpConnectionState.ECN_CLASSIC;
    }

    public void segment(HalfOpen h, Segment s, ReceivedPacket packet, long nowNs) {
        if (h.state == TcpState.SYN_SENT) {
            synSent(h, s, packet, nowNs);
        } else {
            synReceived(h, s, packet, nowNs);
        }
    }

    /** RFC 9293 §3.10.7.3. */
    private void synSent(HalfOpen h, Segment s, ReceivedPacket packet, long nowNs) {
        boolean acked = s.has(TcpHeader.ACK);
        if (acked && s.ack != h.iss + 1) { // first: only the SYN has been sent
            host.drop(DropReason.BAD_ACKNOWLEDGEMENT.code());
            writer.refuse(s, nowNs);
        } else if (s.has(TcpHeader.RST)) { // second
            if (acked) {
                fail(h, Status.REFUSED);
            } else {
                host.drop(DropReason.UNACCEPTABLE.code());
            }
        } else if (!s.has(TcpHeader.SYN)) { // fifth
            host.drop(DropReason.UNACCEPTABLE.code());
        } else if (acked) { // fourth
            h.negotiate(s);
            // RFC 3168 §6.1.1: an ECN-setup SYN-ACK has ECE and not CWR
            boolean ecn = h.retries == 0 && s.has(TcpHeader.ECE) && !s.has(TcpHeader.CWR);
            h.ecn = ecn ? ecnMode(h) : TcpConnectionState.ECN_OFF;
            established(h, s, packet, nowNs);
        } else { // RFC 9293 §3.5, Figure 8: both have sent a SYN
            takeSyn(h, s);
            h.retries = 0;
            h.sentNs = nowNs;
            writer.synAck(h, nowNs);
            restart(h, nowNs);
        }
    }

    /** RFC 9293 §3.10.7.4 for SYN-RECEIVED. */
    private void synReceived(HalfOpen h, Segment s, ReceivedPacket packet, long nowNs) {
        boolean sameSyn = s.has(TcpHeader.SYN) && s.seq == h.irs;
        if (s.has(TcpHeader.RST)) {
            reset(h, s, nowNs);
        } else if (h.oldTimestamp(s)) { // RFC 7323 §5.3, R1
            host.drop(DropReason.OLD_TIMESTAMP.code());
            challenge(h, nowNs);
        } else if (sameSyn && !s.has(TcpHeader.ACK)) { // our SYN-ACK was lost
            writer.synAck(h, nowNs);
        } else if (!sameSyn && !s.acceptable(h.rcvNxt(), h.synWindow())) {
            host.drop(DropReason.OUT_OF_WINDOW.code());
            challenge(h, nowNs);
        } else if (s.has(TcpHeader.SYN) && !sameSyn) { // fourth
            host.drop(DropReason.UNACCEPTABLE.code());
            challenge(h, nowNs);
        } else if (!s.has(TcpHeader.ACK)) { // fifth: if the ACK bit is off, drop
            host.drop(DropReason.UNACCEPTABLE.code());
        } else if (s.ack != h.iss + 1) {
            host.drop(DropReason.BAD_ACKNOWLEDGEMENT.code());
            writer.refuse(s, nowNs);
        } else {
            established(h, s, packet, nowNs);
        }
    }

    /** RFC 9293 §3.10.7.4, second, with RFC 5961 §3.2: only the exact sequence number counts. */
    private void reset(HalfOpen h, Segment s, long nowNs) {
        if (s.seq == h.rcvNxt()) {
            fail(h, Status.REFUSED);
            return;
        }
        host.drop(DropReason.UNACCEPTABLE.code());
        if (SequenceNumber.between(h.rcvNxt(), s.seq, h.rcvNxt() + h.synWindow())) {
            challenge(h, nowNs);
        }
    }

    private void challenge(HalfOpen h, long nowNs) {
        if (challenges.take(nowNs)) {
            writer.ack(h, nowNs);
        }
    }

    private void established(HalfOpen h, Segment s, ReceivedPacket packet, long nowNs) {
        forget(h);
        TcpConnection c = establishment.establish(h, s, packet, nowNs);
        if (c == null) {
            boolean flowsGone = establishment.lackedAFlow();
            limits.refuse(flowsGone ? Kind.FLOWS : Kind.CONNECTIONS);
            host.drop(flowsGone ? DropReason.FLOWS_FULL.code() : DropReason.CONTEXT_FULL.code());
            writer.reset(h.ends, h.dscp, h.iss + 1, h.rcvNxt(), nowNs);
            tell(h, Status.NO_RESOURCES);
            return;
        }
        if (s.has(TcpHeader.SYN)) {
            host.hostControl(c.flow, TcpProgram.ACK, nowNs); // RFC 9293 §3.5: the third of three
        } else if (s.payloadLength > 0 || s.has(TcpHeader.FIN)) {
            s.clearUrgent(packet);
            host.resubmit(packet, nowNs); // the data path takes what came with it
        }
    }

    /** Runs the retransmission timer of SYN and SYN-ACK. */
    public void expired(HalfOpen h, long nowNs) {
        boolean syn = h.state == TcpState.SYN_SENT;
        if (h.retries >= (syn || h.active() ? config.synRetries() : config.synAckRetries())) {
            fail(h, Status.TIMED_OUT);
            return;
        }
        h.retries++;
        if (syn) {
            writer.syn(h, nowNs);
        } else {
            writer.synAck(h, nowNs);
        }
        restart(h, nowNs);
    }

    private void restart(HalfOpen h, long nowNs) {
        long timeoutMs = Math.min((long) config.rtoInitialMs() << Math.min(h.retries, 20), config.rtoMaxMs());
        timers.schedule(h, nowNs + timeoutMs * MS_NS); // RFC 6298 (5.5)
    }

    /** Ends a handshake; whoever asked for the connection is told. A listener hears nothing (RFC 9293 §3.10.7.4). */
    public void fail(HalfOpen h, Status status) {
        forget(h);
        tell(h, status);
    }

    /** Ends a handshake without a word. */
    public void forget(HalfOpen h) {
        timers.cancel(h);
        table.remove(h);
    }

    private void tell(HalfOpen h, Status status) {
        if (h.active()) {
            host.contexts().connected(h.context, Contexts.NONE, h.opaque, status);
        }
    }
}
