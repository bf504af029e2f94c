package org.millrace.tcp.control;

import org.millrace.api.context.Status;
import org.millrace.api.transport.ControlPlane.IcmpError;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.connection.ConnectionTable;
import org.millrace.tcp.control.connection.HalfOpen;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.connection.TcpState;
import org.millrace.tcp.control.handshake.Handshake;
import org.millrace.tcp.control.program.TcpConnectionState;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.wire.Endpoints;
import org.millrace.wire.IcmpHeader;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpOptions;

/** ICMP errors, believed as far as RFC 5927 lets them be: never enough to end an established connection. */
final class IcmpErrors {
    private static final int MIN_MTU = 552; // RFC 5927 §7: what an attacker can shrink segments to
    private static final int IP_AND_TCP = 40;

    private final TransportHost host;
    private final TcpProgram<?> program;
    private final ConnectionTable table;
    private final Handshake handshake;
    private final TcpConnectionState state = new TcpConnectionState();

    IcmpErrors(TransportHost host, TcpProgram<?> program, ConnectionTable table, Handshake handshake) {
        this.host = host;
        this.program = program;
        this.table = table;
        this.handshake = handshake;
    }

    void error(IcmpError e, long nowNs) {
        Endpoints ends = new Endpoints(e.localAddress(), e.localPort(), e.peerAddress(), e.peerPort());
        TcpConnection c = table.byEnds(ends);
        HalfOpen h = table.halfOpen(ends);
        if (c != null) {
            if (e.code() == IcmpHeader.FRAGMENTATION_NEEDED) {
                shrink(c, e, nowNs);
            }
        } else if (h != null && h.state == TcpState.SYN_SENT && e.sequence() == h.iss) { // RFC 5927 §4.1
            connecting(h, e.code());
        }
    }

    private void connecting(HalfOpen h, int code) {
        switch (code) { // RFC 9293 §3.9.2.2, RFC 5461: while connecting, all of them end it
            case IcmpHeader.FRAGMENTATION_NEEDED -> { }
            case IcmpHeader.PROTOCOL_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE -> handshake.fail(h, Status.REFUSED);
            default -> handshake.fail(h, Status.UNREACHABLE);
        }
    }

    /** RFC 1191 §6.3, checked as RFC 5927 §7.2 says: about data in flight, and never below the floor. */
    private void shrink(TcpConnection c, IcmpError e, long nowNs) {
        program.export(c.flow, state);
        int options = c.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0;
        int mtu = Math.max(e.mtuBytes(), MIN_MTU);
        int mss = mtu - IP_AND_TCP - options;
        if (mss < c.mss && SequenceNumber.between(state.sndUna, e.sequence(), state.sndMax)) {
            if (e.mtuBytes() != 0) { // RFC 1191 §5: an old router names none, and the floor is a guess for this one only
                host.lowerPathMtu(e.peerAddress(), mtu, nowNs);
            }
            c.mss = mss;
            c.congestion.segmentSize(mss);
            program.segmentSize(c.flow, mss);
            host.hostControl(c.flow, TcpProgram.RETRANSMIT, nowNs);
        }
    }
}
