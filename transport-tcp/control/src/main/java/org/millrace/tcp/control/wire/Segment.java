package org.millrace.tcp.control.wire;

import org.millrace.api.transport.ReceivedPacket;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.SequenceNumber;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;

/** A received segment as the control plane looks at it, handshake options included. Reused. */
public final class Segment {
    private final TcpHeader tcp = new TcpHeader();
    private final TcpOptions options = new TcpOptions();

    public Endpoints ends;
    public int seq;
    public int ack;
    public int flags;
    public int window;
    public int payloadLength;

    /** {@return whether it is well-formed; else nothing here means anything} */
    public boolean read(ReceivedPacket packet) {
        tcp.wrap(packet.frame, packet.header());
        int headerLength = packet.length < TcpHeader.MIN_LENGTH ? 0 : tcp.dataOffset(); // once, as TcpCodec
        if (TcpHeader.check(headerLength, packet.length) != HeaderFault.NONE) {
            return false;
        }
        options.decode(packet.frame, packet.header() + TcpHeader.OPTIONS, headerLength - TcpHeader.MIN_LENGTH);
        ends = new Endpoints(packet.localAddress, tcp.destinationPort(), packet.peerAddress, tcp.sourcePort());
        seq = tcp.sequence();
        ack = tcp.acknowledgment();
        flags = tcp.flags();
        window = tcp.window();
        payloadLength = packet.length - headerLength;
        return true;
    }

    public TcpOptions options() {
        return options;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** {@return SEG.LEN: payload, SYN and FIN} */
    public int length() {
        return payloadLength + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /**
     * {@return whether it can come from one other end: RFC 9293 MUST-57, MUST-63; not from itself, the LAND attack} An own
     * address of another port may be its source: the host takes such segments only from itself.
     */
    public boolean fromAnotherEnd() {
        return !ends.isItself() && (ends.isLoopback() || new Ipv4Address(ends.peerAddress()).isUnicast());
    }

    /** {@return whether it reaches into the window, RFC 9293 §3.10.7.4 "First, check sequence number"} */
    public boolean acceptable(int rcvNxt, int windowBytes) {
        int length = length();
        if (length == 0) {
            return windowBytes == 0 ? seq == rcvNxt : SequenceNumber.between(rcvNxt, seq, rcvNxt + windowBytes);
        }
        return windowBytes > 0 && (SequenceNumber.between(rcvNxt, seq, rcvNxt + windowBytes)
                || SequenceNumber.between(rcvNxt, seq + length - 1, rcvNxt + windowBytes));
    }

    /**
     * Takes the URG flag off the packet, for urgent data is data in line (RFC 6093 §6).
     *
     * @return whether the packet has none now; false if its memory cannot be written
     */
    public boolean clearUrgent(ReceivedPacket packet) {
        if (has(TcpHeader.URG)) {
            if (packet.frame.isReadOnly()) {
                return false;
            }
            tcp.wrap(packet.frame, packet.header()).flags(flags & ~TcpHeader.URG);
            packet.checksumValid = true; // it was checked before the flag went
        }
        return true;
    }
}
