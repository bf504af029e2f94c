package org.millrace.tcp.control.transfer;

import java.io.IOException;
import org.millrace.api.context.StreamOption;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.connection.TimeWait;
import org.millrace.tcp.control.format.Fields;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.wire.Endpoints;

/** Walks over what is exported of one connection, in the order of docs/state-format.md. */
final class ConnectionFields {
    private static final int MAX_SHIFT = 14; // RFC 7323 §2.2
    private static final int MAX_U16 = 65_535;
    private static final int MAX_BUFFER = 1 << 30; // what the window can say, RFC 7323 §2.2

    private ConnectionFields() {
    }

    static Endpoints walk(Fields f, Endpoints ends) throws IOException {
        return new Endpoints(f.i32(ends.localAddress()), f.number("local port", ends.localPort(), 1, MAX_U16),
                f.i32(ends.peerAddress()), f.number("peer port", ends.peerPort(), 1, MAX_U16));
    }

    static TimeWait walk(Fields f, TimeWait w) throws IOException {
        return new TimeWait(walk(f, w.ends()), f.i32(w.sndNxt()), f.i32(w.rcvNxt()), f.bit(w.timestamps()),
                f.i32(w.tsRecent()), f.number("code point", w.dscp(), 0, StreamOption.DSCP.most()), f.deadline(w.deadlineNs()));
    }

    /** All of a handshake but what it is made with. */
    static void walk(Fields f, HalfOpen h) throws IOException {
        h.state = TcpState.ofNumber(f.number("state", h.state.number(), TcpState.SYN_SENT.number(),
                TcpState.SYN_RECEIVED.number()));
        h.irs = f.i32(h.irs);
        h.pathMss = f.number("path segment size", h.pathMss, 1, MAX_U16);
        h.peerMss = f.number("peer segment size", h.peerMss, 0, MAX_U16);
        h.timestamps = f.bit(h.timestamps);
        h.sack = f.bit(h.sack);
        h.tsRecent = f.i32(h.tsRecent);
        h.scaling = f.bit(h.scaling);
        h.sndShift = f.number("window shift", h.sndShift, 0, MAX_SHIFT);
        h.rcvShift = f.number("window shift", h.rcvShift, 0, MAX_SHIFT);
        h.receiveBytes = f.number("receive buffer", h.receiveBytes, 0, MAX_BUFFER);
        h.congestion = f.text(h.congestion);
        h.ecn = f.number("ECN mode", h.ecn, TcpConnectionState.ECN_OFF, TcpConnectionState.ECN_DCTCP);
        h.ecnRequested = f.bit(h.ecnRequested);
        h.sentNs = f.since(h.sentNs);
        h.retries = f.number("retries", h.retries, 0, MAX_U16);
        h.deadlineNs = f.deadline(h.deadlineNs);
    }

    /** What the control plane remembers of a connection, but what it is made with. */
    static void walk(Fields f, TcpConnection c) throws IOException {
        c.state = TcpState.ofNumber(f.number("state", c.state.number(), 1, TcpState.TIME_WAIT.number()));
        c.mss = f.number("segment size", c.mss, 1, MAX_U16);
        c.appClosed = f.bit(c.appClosed);
        c.draining = f.bit(c.draining);
        c.resetDue = f.bit(c.resetDue);
        c.lingerNs = f.deadline(c.lingerNs);
        c.finReceived = f.bit(c.finReceived);
        c.active = f.bit(c.active);
        c.digests = f.i32(c.digests);
        c.seenUna = f.i32(c.seenUna);
        c.seenRcvNxt = f.i32(c.seenRcvNxt);
        c.retransmitNs = f.deadline(c.retransmitNs);
        c.persisting = f.bit(c.persisting);
        c.retries = f.number("retries", c.retries, 0, MAX_U16);
        c.finTimeoutNs = f.deadline(c.finTimeoutNs);
        c.keepaliveNs = f.deadline(c.keepaliveNs);
        c.keepaliveProbes = f.number("keepalive probes", c.keepaliveProbes, 0, MAX_U16);
        c.keepaliveProbeNs = f.deadline(c.keepaliveProbeNs);
        c.heardNs = f.since(c.heardNs);
        c.userTimeoutNs = f.deadline(c.userTimeoutNs);
        c.idleNs = f.deadline(c.idleNs);
        c.rtt.walk(f);
    }

    /** What the data path has. */
    static void walk(Fields f, TcpConnectionState s) throws IOException {
        s.localAddress = f.i32(s.localAddress);
        s.peerAddress = f.i32(s.peerAddress);
        s.localPort = f.number("local port", s.localPort, 1, MAX_U16);
        s.peerPort = f.number("peer port", s.peerPort, 1, MAX_U16);
        f.i64(0); // the next hop, which is the network layer's now
        s.context = f.number("context", s.context, 0, MAX_U16);
        s.connection = f.i32(s.connection);
        s.mss = f.number("segment size", s.mss, 1, MAX_U16);
        s.timestamps = f.bit(s.timestamps);
        s.sack = f.bit(s.sack);
        s.ecn = f.number("ECN mode", s.ecn, TcpConnectionState.ECN_OFF, TcpConnectionState.ECN_DCTCP);
        walkSender(f, s);
        walkReceiver(f, s);
    }

    private static void walkSender(Fields f, TcpConnectionState s) throws IOException {
        s.firstSent = f.i32(s.firstSent);
        s.sndUna = f.i32(s.sndUna);
        s.sndNxt = f.i32(s.sndNxt);
        s.sndMax = f.i32(s.sndMax);
        s.sndReady = f.number("bytes ready to send", s.sndReady, 0, MAX_BUFFER);
        s.sndWindow = f.number("peer's window", s.sndWindow, 0, Integer.MAX_VALUE);
        int most = f.version() == 4 ? 0 : f.number("peer's largest window", s.sndWindowMost, 0, Integer.MAX_VALUE);
        s.sndWindowMost = Math.max(most, s.sndWindow); // a program need not know it
        s.littleEnd = f.version() == 4 ? s.sndUna : f.i32(s.littleEnd);
        s.sndShift = f.number("window shift", s.sndShift, 0, MAX_SHIFT);
        s.finQueued = f.bit(s.finQueued);
        s.finSent = f.bit(s.finSent);
        s.windowReduced = f.bit(s.windowReduced);
        s.duplicateAcks = f.number("duplicate ACKs", s.duplicateAcks, 0, Integer.MAX_VALUE);
        s.recover = f.i32(s.recover);
        s.recovering = f.bit(s.recovering);
    }

    private static void walkReceiver(Fields f, TcpConnectionState s) throws IOException {
        s.firstReceived = f.i32(s.firstReceived);
        s.rcvNxt = f.i32(s.rcvNxt);
        s.rcvEdge = f.i32(s.rcvEdge);
        s.rcvFree = f.number("free receive buffer", s.rcvFree, 0, MAX_BUFFER);
        s.rcvShift = f.number("window shift", s.rcvShift, 0, MAX_SHIFT);
        s.closed = f.bit(s.closed);
        s.finReceived = f.bit(s.finReceived);
        s.rcvBuffer = f.number("receive buffer", s.rcvBuffer, 1, MAX_BUFFER);
        s.oooStart = f.i32(s.oooStart);
        s.oooLength = f.number("out-of-order interval", s.oooLength, 0, MAX_BUFFER);
        for (int i = 0; i < s.furtherStarts.length; i++) {
            s.furtherStarts[i] = f.i32(s.furtherStarts[i]);
            s.furtherLengths[i] = f.number("out-of-order interval", s.furtherLengths[i], 0, MAX_BUFFER);
        }
        s.oooFin = f.bit(s.oooFin);
        s.oooFinSeq = f.i32(s.oooFinSeq);
        s.tsRecent = f.i32(s.tsRecent);
        s.lastAckSent = f.i32(s.lastAckSent);
        s.ecnEcho = f.bit(s.ecnEcho);
    }
}
