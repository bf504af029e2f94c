package org.millrace.tcp.control.connection;

import java.lang.foreign.MemorySegment;
import org.millrace.api.transport.TransportHost;
import org.millrace.net.guard.RateLimit;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.tcp.control.wire.Segment;
import org.millrace.wire.Ipv4Header;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;

/** Builds and sends the segments that are not a flow's: SYN, SYN-ACK, RST and ACKs where there is no flow. */
public final class SegmentWriter {
    private final TransportHost host;
    private final RateLimit resets;
    private final MemorySegment memory = MemorySegment.ofArray(new byte[TcpHeader.MIN_LENGTH + TcpOptions.MAX_LENGTH]);
    private final TcpHeader tcp = new TcpHeader();

    public SegmentWriter(TransportHost host, RateLimit resets) {
        this.host = host;
        this.resets = resets;
    }

    /** {@return the timestamp clock, 1 ms a tick; the data path's too} */
    static int timestamp(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }

    /** Sends our SYN; one that is repeated asks for no ECN (RFC 3168 §6.1.1.1). */
    public void syn(HalfOpen h, long nowNs) {
        boolean ecn = h.ecnRequested && h.retries == 0;
        int flags = TcpHeader.SYN | (ecn ? TcpHeader.ECE | TcpHeader.CWR : 0);
        synSegment(h, flags, 0, nowNs);
    }

    public void synAck(HalfOpen h, long nowNs) {
        boolean ecn = h.ecn != TcpConnectionState.ECN_OFF;
        int flags = TcpHeader.SYN | TcpHeader.ACK | (ecn ? TcpHeader.ECE : 0);
        synSegment(h, flags, h.rcvNxt(), nowNs);
    }

    private void synSegment(HalfOpen h, int flags, int ack, long nowNs) {
        int at = TcpHeader.OPTIONS;
        at += TcpOptions.writeMss(memory, at, h.pathMss); // RFC 9293 SHLD-5
        if (h.scaling) {
            at += TcpOptions.writeWindowScale(memory, at, h.rcvShift);
        }
        if (h.sack) {
            at += TcpOptions.writeSackPermitted(memory, at);
        }
        if (h.timestamps) {
            at += TcpOptions.writeTimestamps(memory, at, timestamp(nowNs), h.tsRecent);
        }
        send(h.ends, h.dscp, h.iss, ack, flags, h.synWindow(), at, nowNs);
    }

    /** Sends an ACK for a connection in its handshake. */
    public void ack(HalfOpen h, long nowNs) {
        int at = TcpHeader.OPTIONS;
        if (h.timestamps) {
            at += TcpOptions.writeTimestamps(memory, at, timestamp(nowNs), h.tsRecent);
        }
        int window = h.synWindow() >> h.rcvShift;
        send(h.ends, h.dscp, h.iss + 1, h.rcvNxt(), TcpHeader.ACK, window, at, nowNs);
    }

    /** Sends an ACK for a connection in TIME-WAIT; nothing more is received, so the window is 0. */
    public void ack(TimeWait w, long nowNs) {
        int at = TcpHeader.OPTIONS;
        if (w.timestamps()) {
            at += TcpOptions.writeTimestamps(memory, at, timestamp(nowNs), w.tsRecent());
        }
        send(w.ends(), w.dscp(), w.sndNxt(), w.rcvNxt(), TcpHeader.ACK, 0, at, nowNs);
    }

    /** Answers a segment with RST as a closed port does, unless it is one itself or too many were sent. */
    public void refuse(Segment s, long nowNs) {
        if (s.has(TcpHeader.RST) || !resets.take(nowNs)) {
            return;
        }
        if (s.has(TcpHeader.ACK)) { // RFC 9293 §3.5.2, §3.10.7.1
            send(s.ends, 0, s.ack, 0, TcpHeader.RST, 0, TcpHeader.OPTIONS, nowNs);
        } else {
            send(s.ends, 0, 0, s.seq + s.length(), TcpHeader.RST | TcpHeader.ACK, 0, TcpHeader.OPTIONS, nowNs);
        }
    }

    /** Resets a connection. */
    public void reset(Endpoints ends, int dscp, int seq, int ack, long nowNs) {
        send(ends, dscp, seq, ack, TcpHeader.RST | TcpHeader.ACK, 0, TcpHeader.OPTIONS, nowNs);
    }

    private void send(Endpoints ends, int dscp, int seq, int ack, int flags, int window, int length, long nowNs) {
        tcp.wrap(memory, 0).ports(ends.localPort(), ends.peerPort()).sequence(seq).acknowledgment(ack)
                .dataOffset(length).flags(flags).window(window).urgentPointer(0)
                .writeChecksum(ends.localAddress(), ends.peerAddress(), length);
        // a segment lost for want of a neighbour is repeated by its timer like any other
        host.send(ends.localAddress(), ends.peerAddress(), dscp << 2 | Ipv4Header.ECN_NOT_ECT, memory, 0, length, nowNs);
    }
}
