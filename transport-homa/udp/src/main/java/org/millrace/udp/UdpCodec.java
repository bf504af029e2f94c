package org.millrace.udp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.wire.Checksum;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.HeaderFormats;
import org.millrace.wire.UdpHeader;

/** RFC 768. A datagram without a checksum is taken (RFC 1122 §4.1.3.4); ours all have one. */
public final class UdpCodec implements HeaderCodec<SegmentMeta> {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final UdpHeader udp = new UdpHeader();

    /** Makes one. */
    public UdpCodec() {
    }

    @Override
    public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid,
                      SegmentMeta meta) {
        udp.wrap(frame, frameOffset + headerOffset);
        if (udp.check(length) != HeaderFault.NONE) {
            return Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
        }
        if (!checksumValid && !udp.checksumValid(meta.peerAddress(), meta.localAddress())) {
            return Verdict.drop(DropReason.BAD_CHECKSUM.code());
        }
        meta.peerPort(udp.sourcePort());
        meta.localPort(udp.destinationPort());
        meta.payloadOffset(headerOffset + UdpHeader.LENGTH);
        meta.payloadLength(udp.length() - UdpHeader.LENGTH);
        return Verdict.NEXT;
    }

    @Override
    public int write(SegmentMeta meta, MemorySegment header, long offset) {
        return (int) writeSummed(meta, header, offset);
    }

    @Override
    public long writeSummed(SegmentMeta meta, MemorySegment header, long offset) {
        long ports = (long) meta.localPort() << 16 | meta.peerPort();
        long length = (long) (UdpHeader.LENGTH + meta.length() & 0xffff) << 16;
        header.set(I64, offset, ports << 32 | length);
        return (long) Checksum.fold(ports + length) << 32 | UdpHeader.LENGTH;
    }

    @Override
    public HeaderFormat format() {
        return HeaderFormats.UDP;
    }

    @Override
    public Map<String, String> carried() {
        return Map.of("sourcePort", "peerPort", "destinationPort", "localPort");
    }

    @Override
    public int checksumOffset() {
        return UdpHeader.CHECKSUM;
    }

    @Override
    public int segmentSize(SegmentMeta meta) {
        return 0;
    }
}
