package org.millrace.tcp.control.program;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.HeaderFormat;
import org.millrace.api.pipeline.Verdict;
import org.millrace.wire.Checksum;
import org.millrace.wire.HeaderFault;
import org.millrace.wire.HeaderFormats;
import org.millrace.wire.TcpHeader;
import org.millrace.wire.TcpOptions;

/**
 * Parser and deparser of TCP segments for every TCP program. Checks lengths and checksum, so that nothing behind it
 * has to. Of the options it reads timestamps and SACK blocks; a handshake's are the control plane's.
 *
 * <p>Owned by: one thread; allocates nothing.
 *
 * @param <M> the program's metadata
 */
public final class TcpCodec<M extends TcpMeta> implements HeaderCodec<M> {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int TIMESTAMP_BYTES = 12;
    private static final int ECHO = TcpHeader.OPTIONS + 8;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final TcpOptions options = new TcpOptions();

    private final int stretchAcks;

    /**
     * Makes a codec.
     *
     * @param stretchAcks {@link TcpConfig#stretchAcks()}
     */
    public TcpCodec(int stretchAcks) {
        this.stretchAcks = stretchAcks;
    }

    @Override
    public long parse(MemorySegment frame, long frameOffset, int headerOffset, int length, boolean checksumValid,
                      M meta) {
        if (length < TcpHeader.MIN_LENGTH) {
            return Verdict.drop(DropReason.TRUNCATED.code());
        }
        long at = frameOffset + headerOffset;
        long first = frame.get(I64, at); // each field once: a peer process may write it again
        long second = frame.get(I64, at + TcpHeader.ACKNOWLEDGMENT);
        int headerLength = (int) second >>> 28 << 2;
        HeaderFault fault = TcpHeader.check(headerLength, length);
        if (fault != HeaderFault.NONE) {
            return Verdict.drop(fault == HeaderFault.TRUNCATED
                    ? DropReason.TRUNCATED.code() : DropReason.BAD_TRANSPORT_HEADER.code());
        }
        // RFC 9293 MUST-3: the receiver checks the checksum
        if (!checksumValid && !TcpHeader.checksumValid(frame, at, meta.peerAddress(), meta.localAddress(), length)) {
            return Verdict.drop(DropReason.BAD_CHECKSUM.code());
        }
        meta.payloadOffset(headerOffset + headerLength);
        meta.payloadLength(length - headerLength);
        meta.localPort((int) (first >>> 32) & 0xffff);
        meta.peerPort((int) (first >>> 48));
        meta.seq((int) first);
        meta.ack((int) (second >>> 32));
        meta.window((int) second & 0xffff);
        meta.flags((int) second >>> 16 & 0xff);
        options(frame, at + TcpHeader.OPTIONS, headerLength - TcpHeader.MIN_LENGTH, meta);
        return Verdict.NEXT;
    }

    /** RFC 9293 MUST-7: what is malformed is not there. */
    private void options(MemorySegment frame, long at, int bytes, M meta) {
        if (bytes == 0) {
            meta.hasTimestamps(0);
            return;
        }
        if (bytes == TcpOptions.TIMESTAMPS_LENGTH && frame.get(I32, at) == (int) TcpOptions.TIMESTAMPS_WORD) {
            long stamps = frame.get(I64, at + 4);
            meta.hasTimestamps(1);
            meta.tsValue((int) (stamps >>> 32));
            meta.tsEcho((int) stamps);
            return;
        }
        options.decode(frame, at, bytes);
        meta.hasTimestamps(options.hasTimestamps() ? 1 : 0);
        meta.tsValue(options.tsValue());
        meta.tsEcho(options.tsEcho());
        for (int i = 0; i < options.sackBlocks(); i++) {
            meta.sackReceived(i, options.sackStart(i), options.sackEnd(i));
        }
    }

    @Override
    public int write(M meta, MemorySegment header, long offset) {
        return (int) writeSummed(meta, header, offset);
    }

    /** {@inheritDoc} In words of 64 bits, of each of which the halves are added up (RFC 1071 §2(C)). */
    @Override
    public long writeSummed(M meta, MemorySegment header, long offset) {
        long options = offset + TcpHeader.OPTIONS;
        int length = TcpHeader.OPTIONS;
        long sum = 0;
        if (meta.hasTimestamps() != 0) {
            long stamps = (long) meta.tsValue() << 32 | meta.tsEcho() & LOW_32;
            header.set(I64, offset + TcpHeader.CHECKSUM, TcpOptions.TIMESTAMPS_WORD); // checksum and urgent pointer 0
            header.set(I64, options + 4, stamps);
            sum = TcpOptions.TIMESTAMPS_WORD + halves(stamps);
            length += TcpOptions.TIMESTAMPS_LENGTH;
        } else {
            header.set(I32, offset + TcpHeader.CHECKSUM, 0);
        }
        if (meta.sackStart() != meta.sackEnd()) {
            int blocks = writeSack(meta, header, offset + length);
            sum = Checksum.sum(sum, header, offset + length, blocks);
            length += blocks;
        }
        long first = (long) meta.localPort() << 48 | (long) meta.peerPort() << 32 | meta.seq() & LOW_32;
        long second = (long) meta.ack() << 32 | (long) (length >> 2) << 28 | (long) meta.flags() << 16 | meta.window();
        header.set(I64, offset, first);
        header.set(I64, offset + TcpHeader.ACKNOWLEDGMENT, second);
        sum += halves(first) + halves(second);
        return (long) Checksum.fold(sum) << 32 | length;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & LOW_32);
    }

    private int writeSack(M meta, MemorySegment header, long at) {
        int length = TcpOptions.writeSack(header, at, meta.sackStart(), meta.sackEnd());
        int further = meta.furtherSacks();
        for (int i = 0; i < further; i++) {
            length += TcpOptions.addSack(header, at, i + 1, meta.furtherSackStart(i), meta.furtherSackEnd(i));
        }
        return length;
    }

    @Override
    public HeaderFormat format() {
        return HeaderFormats.TCP;
    }

    @Override
    public Map<String, String> carried() {
        return Map.ofEntries(Map.entry("sourcePort", "peerPort"), Map.entry("destinationPort", "localPort"),
            Map.entry("sequence", "seq"), Map.entry("acknowledgment", "ack"), Map.entry("flags", "flags"),
            Map.entry("window", "window"), Map.entry("timestamps", "hasTimestamps"), Map.entry("timestamps.value", "tsValue"),
            Map.entry("timestamps.echo", "tsEcho"), Map.entry("sack.start", "sackStart"), Map.entry("sack.end", "sackEnd"));
    }

    @Override
    public int checksumOffset() {
        return TcpHeader.CHECKSUM;
    }

    @Override
    public int segmentSize(M meta) {
        return meta.mss();
    }

    @Override
    public int mostReplaced() {
        return stretchAcks;
    }

    /**
     * {@inheritDoc} A bare acknowledgement gives way to one that acknowledges more and says nothing else: RFC 9293
     * §3.8.6.3 would have both sent. Duplicates, SACK blocks, a change of ECE and closed windows are never passed over.
     */
    @Override
    public boolean replaces(M meta, MemorySegment earlier, long offset) {
        int flags = meta.flags();
        int length = TcpHeader.OPTIONS + (meta.hasTimestamps() != 0 ? TIMESTAMP_BYTES : 0);
        long ports = (long) meta.localPort() << 48 | (long) meta.peerPort() << 32;
        long word = earlier.get(I64, offset + TcpHeader.ACKNOWLEDGMENT);
        boolean isBare = (flags & ~TcpHeader.ECE) == TcpHeader.ACK && meta.sackStart() == meta.sackEnd() && meta.window() != 0;
        boolean isAlike = earlier.get(I64, offset) == (ports | meta.seq() & 0xffff_ffffL)
            && ((int) word & 0xffff_0000) == (length >> 2 << 28 | flags << 16) && (word & 0xffff) != 0;
        if (!isBare || !isAlike || meta.ack() - (int) (word >>> 32) <= 0) {
            return false;
        }
        if (meta.hasTimestamps() != 0) {
            meta.tsEcho(earlier.get(I32, offset + ECHO));                       // RFC 7323 §4.2: of the earliest unacknowledged
        }
        return true;
    }
}
