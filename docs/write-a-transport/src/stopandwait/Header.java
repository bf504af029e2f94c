package stopandwait;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.pipeline.Verdict;
import org.millrace.wire.Checksum;

/**
 * Twelve bytes, big-endian, in front of a message:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |             Kind              |           Checksum            |
 * +-------------------------------+-------------------------------+
 * |                        Sequence number                        |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class Header implements HeaderCodec<Header.Meta> {
    /** RFC 3692: for experiments. */
    static final int PROTOCOL = 253;
    static final int LENGTH = 12;
    static final int DATA = 1;
    static final int ACK = 2;

    private static final int KIND = 4;
    private static final int CHECKSUM = 6;
    private static final int SEQUENCE = 8;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** What the header adds to what travels with every item. */
    public static final class Meta extends SegmentMeta {
        int sequence() {
            return i32(SegmentMeta.BYTES);
        }

        void sequence(int v) {
            i32(SegmentMeta.BYTES, v);
        }

        int kind() {
            return u16(SegmentMeta.BYTES + 4);
        }

        void kind(int v) {
            u16(SegmentMeta.BYTES + 4, v);
        }
    }

    @Override
    public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid, Meta meta) {
        long at = frameOffset + headerOffset;
        if (length < LENGTH) {
            return Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
        }
        long sum = Checksum.pseudoHeader(meta.peerAddress(), meta.localAddress(), PROTOCOL, length);
        if (!checksumValid && Checksum.finish(Checksum.sum(sum, frame, at, length)) != 0) {
            return Verdict.drop(DropReason.BAD_CHECKSUM.code());
        }
        meta.peerPort(frame.get(U16, at));
        meta.localPort(frame.get(U16, at + 2));
        meta.kind(frame.get(U16, at + KIND));
        meta.sequence(frame.get(U32, at + SEQUENCE));
        meta.payloadOffset(headerOffset + LENGTH);
        meta.payloadLength(length - LENGTH);
        return meta.kind() == DATA || meta.kind() == ACK ? Verdict.NEXT
            : Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
    }

    @Override
    public int write(Meta meta, MemorySegment header, long offset) {
        header.set(U16, offset, (short) meta.localPort());
        header.set(U16, offset + 2, (short) meta.peerPort());
        header.set(U16, offset + KIND, (short) meta.kind());
        header.set(U16, offset + CHECKSUM, (short) 0);
        header.set(U32, offset + SEQUENCE, meta.sequence());
        return LENGTH;
    }

    @Override
    public int checksumOffset() {
        return CHECKSUM;
    }

    @Override
    public int segmentSize(Meta meta) {
        return 0; // a message is one segment
    }
}
