package org.millrace.api.transport;

import java.lang.foreign.MemorySegment;

/** A received IP datagram whose link and network headers have been checked. Reused: valid during a call. */
public final class ReceivedPacket {
    /** Memory that holds the frame. */
    public MemorySegment frame;
    /** Where the frame begins. */
    public long frameOffset;
    /** Where the transport header begins, from the frame's start, bytes. */
    public int headerOffset;
    /** Bytes from there to the end of the datagram. */
    public int length;
    /** Segment size at which a super-frame was joined, or 0. */
    public int segmentSize;
    /** Whether the transport checksum needs no check. */
    public boolean checksumValid;
    /** Destination, an address of ours. */
    public int localAddress;
    /** Source. */
    public int peerAddress;
    /** ECN codepoint of the IP header. */
    public int ecn;

    /** Makes one that describes nothing yet. */
    public ReceivedPacket() {
    }

    /** {@return offset of the transport header in {@link #frame}} */
    public long header() {
        return frameOffset + headerOffset;
    }
}
