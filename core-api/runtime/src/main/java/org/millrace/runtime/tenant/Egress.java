package org.millrace.runtime.tenant;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.pipeline.HeaderCodec;
import org.millrace.api.pipeline.SegmentMeta;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.net.FrameOutput;
import org.millrace.runtime.capture.Captures;
import org.millrace.runtime.frame.LoopbackPort;
import org.millrace.runtime.frame.RetainedFrames;
import org.millrace.wire.Checksum;
import org.millrace.wire.EthernetHeader;
import org.millrace.wire.Ipv4Header;

/**
 * Writes link and network headers around what a codec writes, in the header memory of the port's batch; payload stays
 * in the transmit ring. Frames to an own address go into a batch of their own, see {@link LoopbackPort}. Frames of the
 * control plane pass through the same batches, so order is kept, but for segments that
 * wait in a machine.
 *
 * <p>Owned by: the data-path thread.
 */
public final class Egress implements FrameOutput {
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int TRANSPORT = EthernetHeader.LENGTH + Ipv4Header.MIN_LENGTH;
    private static final int COPY_BYTES = 1 << 17;
    /** {@link #emit}: the segment has taken the place of an earlier one. */
    public static final int IN_PLACE = -1;

    private final LoopbackPort port;
    private final PortInfo info;
    private final TransmitBatch wire;
    private final TransmitBatch looped;
    private final PayloadSpans payload;
    private final RetainedFrames retained;
    private final Captures captures;
    private final LastFrames last = new LastFrames();
    private final MemorySegment copies = Arena.ofAuto().allocate(COPY_BYTES, 8);
    private int copied;
    private int identification;
    private long lastFlushNs;

    public Egress(LoopbackPort port, PayloadSpans payload, RetainedFrames retained, Captures captures) {
        this.port = port;
        this.info = port.info();
        this.wire = port.newTransmitBatch();
        this.looped = port.looped();
        this.payload = payload;
        this.retained = retained;
        this.captures = captures;
    }

    /**
     * Adds the segment that an item describes, or puts it in the place of one that it makes superfluous.
     *
     * @param headers has what its frame begins with
     * @param row     in this row
     * @return its payload bytes; {@link #IN_PLACE} if an earlier segment is not sent
     */
    public <M extends SegmentMeta> int emit(Deparser<M> by, M meta, FlowHeaders headers, int row, long nowNs) {
        TransmitBatch batch = headers.mac(row) == info.macAddress() ? looped : wire;
        if (batch.isFull()) {
            flush(nowNs);
        }
        int payloadBytes = payload.locate(meta).length();
        boolean mayReplace = by.mostReplaced() > 0 && batch == wire && meta.flow() != 0;
        if (mayReplace && payloadBytes == 0 && replaced(by, meta, headers, row)) {
            return IN_PLACE;
        }
        int frame = batch.count();
        int headerBytes = write(by, meta, headers, row, batch, frame, payloadBytes);
        batch.add(TRANSPORT + headerBytes);
        batch.span(payload.region, payload.firstOffset, payload.firstLength);
        batch.span(payload.region, payload.secondOffset, payload.secondLength);
        if (info.checksumOffload() && by.codec().checksumOffset() >= 0) {
            int size = by.codec().segmentSize(meta);
            batch.offload(TRANSPORT, by.codec().checksumOffset(), size > 0 && payloadBytes > size ? size : 0);
        }
        if (mayReplace) {
            remember(by.protocol(), meta.flow(), frame, payloadBytes);
        }
        return payloadBytes;
    }

    /** Writes a frame's headers, checksum included. Answers the transport's header bytes. */
    private <M extends SegmentMeta> int write(Deparser<M> by, M meta, FlowHeaders headers, int row, TransmitBatch batch, int frame,
                                              int payloadBytes) {
        MemorySegment memory = batch.headers;
        long at = batch.headerOffset(frame);
        long written = by.codec().writeSummed(meta, memory, at + TRANSPORT);
        int headerBytes = (int) written;
        int segmentBytes = headerBytes + payloadBytes;
        headers.write(row, memory, at, tos(meta), segmentBytes, identification++ & 0xffff);
        int checksumOffset = by.codec().checksumOffset();
        if (checksumOffset >= 0) {
            long sum = headers.pseudoHeader(row, segmentBytes);
            long field = at + TRANSPORT + checksumOffset;
            if (info.checksumOffload()) {
                memory.set(U16, field, (short) Checksum.fold(sum));
            } else {
                sum = written >= 0 ? sum + (written >>> 32) : Checksum.sum(sum, memory, at + TRANSPORT, headerBytes);
                int checksum = Checksum.finish(payloadSum(sum, headerBytes));
                memory.set(U16, field, absentIsOnes(by.protocol(), checksum));
            }
        }
        return headerBytes;
    }

    private static int tos(SegmentMeta meta) {
        return meta.dscp() << 2 & 0xfc | meta.ecn() & 3;
    }

    private long payloadSum(long headers, int headerBytes) {
        long sum = headers;
        if (payload.firstLength > 0) {
            sum = Checksum.sumAt(sum, payload.region, payload.firstOffset, payload.firstLength,
                (headerBytes & 1) != 0);
        }
        if (payload.secondLength > 0) {
            sum = Checksum.sumAt(sum, payload.region, payload.secondOffset, payload.secondLength,
                (headerBytes + payload.firstLength & 1) != 0);
        }
        return sum;
    }

    /** The last frame of the flow, if nothing has followed it, gives way to the item's. Answers whether it does. */
    private <M extends SegmentMeta> boolean replaced(Deparser<M> by, M meta, FlowHeaders headers, int row) {
        int frame = last.of(by.protocol(), meta.flow());
        if (frame == LastFrames.NONE || last.replaced(meta.flow()) >= by.mostReplaced()
            || !by.codec().replaces(meta, wire.headers, wire.headerOffset(frame) + TRANSPORT)) {
            return false;
        }
        write(by, meta, headers, row, wire, frame, 0);
        last.replacedOneMore(meta.flow());
        return true;
    }

    /** What follows a frame that did not give way, or has payload, begins anew. */
    private void remember(int protocol, int flow, int frame, int payloadBytes) {
        if (payloadBytes == 0 && last.of(protocol, flow) == LastFrames.NONE) {
            last.note(protocol, flow, frame);
        } else {
            last.forget(protocol, flow);
        }
    }

    /**
     * Writes the segment that an item describes, payload and checksum included, for the network layer to send.
     *
     * @param to takes it, from its beginning on
     * @return its length, bytes; 0 if it is longer than that
     */
    public <M extends SegmentMeta> int compose(Deparser<M> by, M meta, MemorySegment to) {
        HeaderCodec<M> codec = by.codec();
        int protocol = by.protocol();
        int header = codec.write(meta, to, 0);
        int length = header + payload.locate(meta).length();
        if (length > to.byteSize()) {
            return 0;
        }
        if (payload.length() > 0) {
            MemorySegment.copy(payload.region, payload.firstOffset, to, header, payload.firstLength);
            MemorySegment.copy(payload.region, payload.secondOffset, to, header + payload.firstLength, payload.secondLength);
        }
        if (codec.checksumOffset() >= 0) {
            long pseudo = Checksum.pseudoHeader(meta.localAddress(), meta.peerAddress(), protocol, length);
            to.set(U16, codec.checksumOffset(), absentIsOnes(protocol, Checksum.finish(Checksum.sum(pseudo, to, 0, length))));
        }
        return length;
    }

    private static short absentIsOnes(int protocol, int checksum) {
        return (short) (checksum == 0 && protocol == Ipv4Header.UDP ? 0xffff : checksum); // RFC 768
    }

    /** {@inheritDoc} What does not fit the header memory is copied aside. */
    @Override
    public boolean send(MemorySegment frame, long offset, int lengthBytes) {
        if (lengthBytes > info.maxFrameBytes() || lengthBytes > COPY_BYTES) {
            return false;
        }
        TransmitBatch batch = frame.get(I64, offset) >>> 16 == info.macAddress() ? looped : wire;
        int head = Math.min(lengthBytes, TransmitBatch.HEADER_BYTES);
        int rest = lengthBytes - head;
        if (batch.isFull() || rest > COPY_BYTES - copied) {
            flush(lastFlushNs);
        }
        last.forgetAll();
        MemorySegment.copy(frame, offset, batch.headers, batch.headerOffset(batch.count()), head);
        batch.add(head);
        if (rest > 0) {
            MemorySegment.copy(frame, offset + head, copies, copied, rest);
            batch.span(copies, copied, rest);
            copied += rest;
        }
        return true;
    }

    /** Sends what has been added. Answers whether there was anything. */
    public boolean flush(long nowNs) {
        lastFlushNs = nowNs;
        copied = 0;
        last.forgetAll();
        boolean any = wire.count() > 0 || looped.count() > 0;
        if (looped.count() > 0) {
            captures.sent(looped, nowNs);
            port.loop();
        }
        if (wire.count() > 0) {
            captures.sent(wire, nowNs);
            port.transmit(wire);
        }
        retained.recycle();
        return any;
    }
}
