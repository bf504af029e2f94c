package org.millrace.homa.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Verdict;

/**
 * Packets to metadata and back. What no RPC could make sense of does not pass: DATA beyond the end of its message, a
 * packet shorter than its type's header, an unknown type. Owned by: the data-path thread.
 */
public final class HomaCodec implements HeaderCodec<HomaMeta> {
    /** Reason of a hand-over to the control plane: CUTOFFS. */
    public static final int TO_CONTROL = 1;

    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
    private static final long BAD = Verdict.drop(DropReason.BAD_TRANSPORT_HEADER.code());
    private static final int BODY = HomaFormats.COMMON_BYTES;
    private static final int DATA_WORDS = 14;
    private static final int CONTROL_WORDS = 5;

    private final int mostBytes;

    /**
     * Makes one.
     *
     * @param mostBytes longest message, bytes
     */
    public HomaCodec(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Override
    public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid, HomaMeta meta) {
        if (length < BODY) {
            return BAD;
        }
        long at = frameOffset + headerOffset;
        int ports = frame.get(I32, at);
        meta.peerPort(ports >>> 16);
        meta.localPort(ports & 0xffff);
        meta.type(frame.get(I32, at + HomaFormats.TYPE_WORD) & 0xff);
        meta.idHigh(frame.get(I32, at + HomaFormats.ID));
        meta.idLow(frame.get(I32, at + HomaFormats.ID + 4));
        return body(frame, at, headerOffset, length, meta);
    }

    private long body(MemorySegment frame, long at, int headerOffset, int length, HomaMeta meta) {
        return switch (meta.type()) {
            case HomaFormats.DATA -> length <= HomaFormats.DATA_BYTES ? BAD : data(frame, at, headerOffset, length, meta);
            case HomaFormats.GRANT -> length < 33 ? BAD : grant(frame, at, meta);
            case HomaFormats.RESEND -> length < 37 ? BAD : resend(frame, at, meta);
            case HomaFormats.ACK -> length < 80 ? BAD : ack(frame, at, meta);
            case HomaFormats.RPC_UNKNOWN, HomaFormats.BUSY, HomaFormats.NEED_ACK -> Verdict.NEXT;
            case HomaFormats.CUTOFFS -> length < 62 ? BAD : Verdict.control(TO_CONTROL);
            case HomaFormats.FREEZE -> Verdict.drop(DropReason.UNACCEPTABLE.code());
            default -> BAD;
        };
    }

    private long data(MemorySegment frame, long at, int headerOffset, int length, HomaMeta meta) {
        int whole = frame.get(I32, at + BODY);
        int segment = frame.get(I32, at + 52);
        int offset = segment == HomaFormats.IN_SEQUENCE ? frame.get(I32, at + HomaFormats.SEQUENCE) : segment;
        int bytes = length - HomaFormats.DATA_BYTES;
        if (whole <= 0 || whole > mostBytes || offset < 0 || bytes > whole || offset > whole - bytes) {
            return BAD;
        }
        meta.messageLength(whole);
        meta.offset(offset);
        meta.incoming(frame.get(I32, at + 32));
        acked(frame, at + 36, 0, meta);
        meta.ackCount((meta.ackIdHigh(0) | meta.ackIdLow(0)) == 0 ? 0 : 1);
        meta.cutoffVersion(frame.get(I16, at + 46));
        meta.retransmit(frame.get(I8, at + 48));
        meta.payloadOffset(headerOffset + HomaFormats.DATA_BYTES);
        meta.payloadLength(bytes);
        return Verdict.NEXT;
    }

    private static long grant(MemorySegment frame, long at, HomaMeta meta) {
        meta.offset(frame.get(I32, at + BODY));
        meta.priority(frame.get(I8, at + 32));
        return Verdict.NEXT;
    }

    private static long resend(MemorySegment frame, long at, HomaMeta meta) {
        meta.offset(frame.get(I32, at + BODY));
        meta.range(frame.get(I32, at + 32));
        meta.priority(frame.get(I8, at + 36));
        return Verdict.NEXT;
    }

    private static long ack(MemorySegment frame, long at, HomaMeta meta) {
        int count = frame.get(I16, at + BODY) & 0xffff;
        if (count > HomaFormats.MOST_ACKS) {
            return BAD;
        }
        for (int i = 0; i < count; i++) {
            acked(frame, at + 30 + i * HomaFormats.ACK_ENTRY, i, meta);
        }
        meta.ackCount(count);
        return Verdict.NEXT;
    }

    private static void acked(MemorySegment frame, long at, int index, HomaMeta meta) {
        meta.ackIdHigh(index, frame.get(I32, at));
        meta.ackIdLow(index, frame.get(I32, at + 4));
        meta.ackPort(index, frame.get(I16, at + 8) & 0xffff);
    }

    @Override
    public int write(HomaMeta meta, MemorySegment header, long offset) {
        boolean isData = meta.type() == HomaFormats.DATA;
        header.set(I32, offset, meta.localPort() << 16 | meta.peerPort());
        header.set(I32, offset + HomaFormats.SEQUENCE, isData ? meta.offset() : 0);
        header.set(I32, offset + HomaFormats.TYPE_WORD, meta.type());
        header.set(I32, offset + HomaFormats.FLAGS_WORD,
            (isData ? DATA_WORDS : CONTROL_WORDS) << 28 | HomaFormats.FLAGS << 16);
        header.set(I32, offset + HomaFormats.URGENT_WORD, HomaFormats.URGENT);
        header.set(I32, offset + HomaFormats.ID, meta.idHigh());
        header.set(I32, offset + HomaFormats.ID + 4, meta.idLow());
        return switch (meta.type()) {
            case HomaFormats.DATA -> writeData(meta, header, offset);
            case HomaFormats.GRANT -> {
                header.set(I32, offset + BODY, meta.offset());
                header.set(I8, offset + 32, (byte) meta.priority());
                yield 33;
            }
            case HomaFormats.RESEND -> {
                header.set(I32, offset + BODY, meta.offset());
                header.set(I32, offset + 32, meta.range());
                header.set(I8, offset + 36, (byte) meta.priority());
                yield 37;
            }
            case HomaFormats.ACK -> writeAck(meta, header, offset);
            default -> BODY;
        };
    }

    private static int writeData(HomaMeta meta, MemorySegment header, long offset) {
        header.set(I32, offset + BODY, meta.messageLength());
        header.set(I32, offset + 32, meta.incoming());
        writeAcked(meta, 0, header, offset + 36);
        header.set(I16, offset + 46, (short) meta.cutoffVersion());
        header.set(I32, offset + 48, meta.retransmit() << 24);
        header.set(I32, offset + 52, meta.retransmit() == 0 ? HomaFormats.IN_SEQUENCE : meta.offset());
        return HomaFormats.DATA_BYTES;
    }

    private static int writeAck(HomaMeta meta, MemorySegment header, long offset) {
        header.set(I16, offset + BODY, (short) meta.ackCount());
        for (int i = 0; i < HomaFormats.MOST_ACKS; i++) {
            writeAcked(meta, i, header, offset + 30 + i * HomaFormats.ACK_ENTRY);
        }
        return 80;
    }

    /** An entry that is not in use has an id of 0. */
    private static void writeAcked(HomaMeta meta, int index, MemorySegment header, long at) {
        boolean isUsed = index < meta.ackCount();
        header.set(I32, at, isUsed ? meta.ackIdHigh(index) : 0);
        header.set(I32, at + 4, isUsed ? meta.ackIdLow(index) : 0);
        header.set(I16, at + 8, (short) (isUsed ? meta.ackPort(index) : 0));
    }

    @Override
    public HeaderFormat format() {
        return HomaFormats.COMMON;
    }

    /** {@inheritDoc} Homa's is not used: its place is TCP's. */
    @Override
    public int checksumOffset() {
        return -1;
    }

    @Override
    public int segmentSize(HomaMeta meta) {
        return 0;
    }
}
