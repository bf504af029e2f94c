package org.millrace.tcp.control;

import org.millrace.api.context.Status;
import org.millrace.api.context.StreamOption;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.transport.ReceivedPacket;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.guard.RateLimit;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.ListenerTable;
import org.millrace.tcp.control.connection.SegmentWriter;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TimeWait;
import org.millrace.tcp.control.connection.TimeWaitTable;
import org.millrace.tcp.control.established.Teardown;
import org.millrace.tcp.control.handshake.Handshake;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;

/** Finds whom a segment concerns that is not the data path's, and does what RFC 9293 §3.10.7 says. */
final class SegmentArrival {
    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final ListenerTable listeners;
    private final TimeWaitTable timeWait;
    private final Handshake handshake;
    private final Teardown teardown;
    private final SegmentWriter writer;
    private final RateLimit challenges;
    private final Segment segment = new Segment();
    private final TcpConnectionState state = new TcpConnectionState();

    SegmentArrival(TransportHost host, TcpProgram<?> program, ConnectionTable table, ListenerTable listeners,
                   TimeWaitTable timeWait, Handshake handshake, Teardown teardown, SegmentWriter writer,
                   RateLimit challenges) {
        this.host = host;
        this.program = program;
        this.table = table;
        this.listeners = listeners;
        this.timeWait = timeWait;
        this.handshake = handshake;
        this.teardown = teardown;
        this.writer = writer;
        this.challenges = challenges;
    }

    void segment(ReceivedPacket packet, int reason, long nowNs) {
        Segment s = segment;
        if (!s.read(packet)) {
            host.drop(DropReason.BAD_TRANSPORT_HEADER.code());
            return;
        }
        if (!s.fromAnotherEnd()) {
            host.drop(DropReason.UNACCEPTABLE.code());
            return;
        }
        TcpConnection c = table.byEnds(s.ends);
        if (c != null) {
            installed(c, s, packet, reason, nowNs);
            return;
        }
        HalfOpen h = table.halfOpen(s.ends);
        if (h != null) {
            handshake.segment(h, s, packet, nowNs);
            return;
        }
        TimeWait w = timeWait.get(s.ends);
        if (w != null) {
            timeWait(w, s, packet, nowNs);
        } else {
            closedOrListening(s, packet, null, nowNs);
        }
    }

    /** RFC 9293 §3.10.7.1 and §3.10.7.2. */
    private void closedOrListening(Segment s, ReceivedPacket packet, Integer after, long nowNs) {
        boolean listening = listeners.listens(s.ends.localAddress(), s.ends.localPort());
        int kind = s.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST);
        if (listening && kind == TcpHeader.SYN) {
            handshake.listen(s, after, nowNs);
        } else if (!listening || kind != TcpHeader.ACK || !handshake.acceptCookie(s, packet, nowNs)) {
            host.drop(DropReason.NO_FLOW.code());
            if (!listening || s.has(TcpHeader.ACK)) {
                writer.refuse(s, nowNs);
            }
        }
    }

    /** RFC 9293 §3.10.7.4 for TIME-WAIT, RFC 1337 for RST, RFC 6191 for SYN. */
    private void timeWait(TimeWait w, Segment s, ReceivedPacket packet, long nowNs) {
        boolean opening = (s.flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) == TcpHeader.SYN;
        if (opening && w.isFollowedBy(s) && listeners.listens(s.ends.localAddress(), s.ends.localPort())) {
            timeWait.remove(w.ends());
            closedOrListening(s, packet, w.sndNxt(), nowNs);
            return;
        }
        host.drop(DropReason.UNACCEPTABLE.code());
        if (s.has(TcpHeader.RST) || s.length() == 0) {
            return; // RFC 1337 §3: a RST does not end TIME-WAIT early
        }
        boolean finAgain = s.has(TcpHeader.FIN) && s.seq + s.length() == w.rcvNxt();
        if (finAgain) {
            timeWait.restart(w, nowNs);
        }
        if (finAgain || challenges.take(nowNs)) {
            writer.ack(w, nowNs);
        }
    }

    private void installed(TcpConnection c, Segment s, ReceivedPacket packet, int reason, long nowNs) {
        program.export(c.flow, state);
        int window = state.rcvEdge - state.rcvNxt;
        if (s.has(TcpHeader.RST)) {
            reset(c, s, window, nowNs);
        } else if (s.has(TcpHeader.SYN)) { // RFC 5961 §4.2: whatever its sequence number
            challenge(c, DropReason.UNACCEPTABLE, nowNs);
        } else if (reason == TcpProgram.DATA_AFTER_CLOSE) { // RFC 9293 §3.6.1, RFC 1122 §4.2.2.13: nobody will read it
            host.drop(DropReason.UNACCEPTABLE.code());
            writer.reset(c.ends, c.options.get(StreamOption.DSCP), s.ack, state.rcvNxt, nowNs); // what the peer expects, so that it believes it
            teardown.discard(c);
        } else if (!s.acceptable(state.rcvNxt, window)) { // RFC 9293 §3.10.7.4, first
            challenge(c, DropReason.OUT_OF_WINDOW, nowNs);
        } else if (!s.has(TcpHeader.ACK)) {
            host.drop(DropReason.UNACCEPTABLE.code());
        } else if (reason == TcpProgram.BAD_ACK) { // RFC 5961 §5.2
            challenge(c, DropReason.BAD_ACKNOWLEDGEMENT, nowNs);
        } else if (s.has(TcpHeader.URG) && s.clearUrgent(packet)) {
            host.resubmit(packet, nowNs);
        } else {
            host.drop(DropReason.UNACCEPTABLE.code());
        }
    }

    /** RFC 5961 §3.2: the exact sequence number resets, another in the window is challenged. */
    private void reset(TcpConnection c, Segment s, int window, long nowNs) {
        if (c.state.finished()) {
            host.drop(DropReason.UNACCEPTABLE.code()); // RFC 1337; and the data has arrived on both sides
        } else if (s.seq == state.rcvNxt) {
            teardown.fail(c, Status.RESET);
        } else if (SequenceNumber.between(state.rcvNxt, s.seq, state.rcvNxt + window)) {
            challenge(c, DropReason.UNACCEPTABLE, nowNs);
        } else {
            host.drop(DropReason.OUT_OF_WINDOW.code());
        }
    }

    private void challenge(TcpConnection c, DropReason reason, long nowNs) {
        host.drop(reason.code());
        if (challenges.take(nowNs)) {
            host.hostControl(c.flow, TcpProgram.ACK, nowNs);
        }
    }
}
