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
    private static final int DONT_FRAGMENT = Ipv4Header.DONT_FRAGMENT << 13;
    private static final int TTL = 64; // RFC 1700
    private static final int COPY_BYTES = 1 << 17;

    private final LoopbackPort port;
    private final PortInfo info;
    private final TransmitBatch wire;
    private final TransmitBatch looped;
    private final PayloadSpans payload;
    private final RetainedFrames retained;
    private final Captures captures;
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

    /** Adds the segment that an item describes. Answers its payload bytes. */
    public <M extends SegmentMeta> int emit(HeaderCodec<M> codec, int protocol, M meta, long mac, long nowNs) {
        TransmitBatch batch = mac == info.macAddress() ? looped : wire;
        if (batch.isFull()) {
            flush(nowNs);
        }
        long frame = batch.headerOffset(batch.count());
        int payloadBytes = payload.locate(meta).length();
        int headerBytes = codec.write(meta, batch.headers, frame + TRANSPORT);
        int segmentBytes = headerBytes + payloadBytes;
        writeHeaders(batch.headers, frame, mac, meta, protocol, segmentBytes);
        batch.add(TRANSPORT + headerBytes);
        batch.span(payload.region, payload.firstOffset, payload.firstLength);
        batch.span(payload.region, payload.secondOffset, payload.secondLength);
        if (codec.checksumOffset() >= 0) {
            long pseudo = Checksum.pseudoHeader(meta.localAddress(), meta.peerAddress(), protocol, segmentBytes);
            checksum(batch, codec, protocol, meta, frame + TRANSPORT, headerBytes, pseudo);
        }
        return payloadBytes;
    }

    /**
     * Writes the segment that an item describes, payload and checksum included, for the network layer to send.
     *
     * @param to takes it, from its beginning on
     * @return its length, bytes; 0 if it is longer than that
     */
    public <M extends SegmentMeta> int compose(HeaderCodec<M> codec, int protocol, M meta, MemorySegment to) {
        int header = codec.write(meta, to, 0);
        int length = header + payload.locate(meta).length();
        if (length > to.byteSize()) {
            return 0;
        }
        MemorySegment.copy(payload.region, payload.firstOffset, to, header, payload.firstLength);
        MemorySegment.copy(payload.region, payload.secondOffset, to, header + payload.firstLength, payload.secondLength);
        if (codec.checksumOffset() >= 0) {
            long pseudo = Checksum.pseudoHeader(meta.localAddress(), meta.peerAddress(), protocol, length);
            to.set(U16, codec.checksumOffset(), absentIsOnes(protocol, Checksum.finish(Checksum.sum(pseudo, to, 0, length))));
        }
        return length;
    }

    private static short absentIsOnes(int protocol, int checksum) {
        return (short) (checksum == 0 && protocol == Ipv4Header.UDP ? 0xffff : checksum); // RFC 768
    }

    /** Ethernet and IPv4 without options (RFC 791 §3.1), in five stores. */
    private void writeHeaders(MemorySegment headers, long frame, long mac, SegmentMeta meta, int protocol, int segmentBytes) {
        long source = info.macAddress();
        int total = Ipv4Header.MIN_LENGTH + segmentBytes;
        int id = identification++ & 0xffff;
        int versionAndTos = 0x4500 | meta.dscp() << 2 & 0xfc | meta.ecn() & 3;
        int ttlAndProtocol = TTL << 8 | protocol;
        int local = meta.localAddress();
        int peer = meta.peerAddress();
        long sum = versionAndTos + total + id + DONT_FRAGMENT + ttlAndProtocol
            + (local >>> 16) + (local & 0xffff) + (peer >>> 16) + (peer & 0xffff);
        headers.set(I64, frame, mac << 16 | source >>> 32);
        headers.set(I64, frame + 8, source << 32 | (long) EthernetHeader.IPV4 << 16 | versionAndTos);
        headers.set(I64, frame + 16,
            (long) total << 48 | (long) id << 32 | (long) DONT_FRAGMENT << 16 | ttlAndProtocol);
        headers.set(U16, frame + 24, (short) Checksum.finish(sum));
        headers.set(I64, frame + 26, (long) local << 32 | peer & 0xffff_ffffL);
    }

    private <M extends SegmentMeta> void checksum(TransmitBatch batch, HeaderCodec<M> codec, int protocol, M meta,
                                                  long header, int headerBytes, long pseudo) {
        long field = header + codec.checksumOffset();
        if (info.checksumOffload()) {
            int size = codec.segmentSize(meta);
            boolean cut = size > 0 && payload.length() > size;
            batch.headers.set(U16, field, (short) Checksum.fold(pseudo));
            batch.offload(TRANSPORT, codec.checksumOffset(), cut ? size : 0);
            return;
        }
        long sum = Checksum.sum(pseudo, batch.headers, header, headerBytes);
        if (payload.firstLength > 0) {
            sum = Checksum.sumAt(sum, payload.region, payload.firstOffset, payload.firstLength,
                (headerBytes & 1) != 0);
        }
        if (payload.secondLength > 0) {
            sum = Checksum.sumAt(sum, payload.region, payload.secondOffset, payload.secondLength,
                (headerBytes + payload.firstLength & 1) != 0);
        }
        batch.headers.set(U16, field, absentIsOnes(protocol, Checksum.finish(sum)));
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
