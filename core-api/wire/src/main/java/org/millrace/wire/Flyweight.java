package org.millrace.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A reusable view of one header at an absolute position of a segment. It never allocates and checks nothing but the
 * segment's bounds: what guards the accessors is one {@code check} at ingress. All fields are big-endian.
 * Owned by one thread.
 */
abstract sealed class Flyweight
        permits EthernetHeader, VlanTag, ArpPacket, Ipv4Header, IcmpHeader, TcpHeader, UdpHeader {

    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private MemorySegment segment = MemorySegment.NULL;
    private long offset;

    final void view(MemorySegment segment, long offset) {
        if (this.segment != segment) { // a collector's barrier: most headers lie where the last one did
            this.segment = segment;
        }
        this.offset = offset;
    }

    /**
     * Returns the segment that the header is in.
     *
     * @return the segment last wrapped
     */
    public final MemorySegment segment() {
        return segment;
    }

    /**
     * Returns where the header starts.
     *
     * @return absolute offset in {@link #segment()}, in bytes
     */
    public final long offset() {
        return offset;
    }

    final int u8(long at) {
        return segment.get(ValueLayout.JAVA_BYTE, offset + at) & 0xff;
    }

    final void u8(long at, int value) {
        segment.set(ValueLayout.JAVA_BYTE, offset + at, (byte) value);
    }

    final int u16(long at) {
        return segment.get(U16, offset + at) & 0xffff;
    }

    final void u16(long at, int value) {
        segment.set(U16, offset + at, (short) value);
    }

    final int u32(long at) {
        return segment.get(U32, offset + at);
    }

    final void u32(long at, int value) {
        segment.set(U32, offset + at, value);
    }

    final long u48(long at) {
        return (long) u16(at) << 32 | u32(at + 2) & 0xffff_ffffL;
    }

    final void u48(long at, long value) {
        u16(at, (int) (value >>> 32));
        u32(at + 2, (int) value);
    }
}
