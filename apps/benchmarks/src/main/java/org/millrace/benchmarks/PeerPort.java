package org.millrace.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;
import org.millrace.wire.Checksum;

/**
 * A port whose peer is the benchmark: it gives frames laid out beforehand and, of what is sent, keeps the last sequence
 * and acknowledgement number of each flow (by the peer's port). Costs a few stores a frame received and four loads a frame
 * sent, and no copy. TCP checksums are its own business, or made here and left to the data path to verify and to make.
 */
final class PeerPort implements Port {
    static final int FIRST_PORT = 10_000;
    static final long MAC = 0x02_00_00_00_00_02L;

    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int TCP = 34;
    private static final int BATCH = 64;
    private static final short IPV4 = 0x0800;
    private static final int IP = 14;
    private static final int IP_HEADER = 20;
    private static final int CHECKSUM = TCP + 16;

    final int[] seenSeq;
    final int[] seenAck;
    long sentFrames;
    long sentPayload;
    /** Whether what is sent is looked at in full. */
    boolean checks;
    private final MemorySegment memory;
    private final int stride;
    private final boolean softwareChecksums;
    private final long[] ipSums;
    private final long[] sums;
    private final int[] queue = new int[BATCH];
    private final int[] lengths = new int[BATCH];
    private int queued;
    private PeerPort strays;

    PeerPort(int flows, int stride, boolean softwareChecksums) {
        this.stride = stride;
        this.softwareChecksums = softwareChecksums;
        ipSums = new long[flows];
        sums = new long[flows];
        seenSeq = new int[flows];
        seenAck = new int[flows];
        memory = Arena.ofAuto().allocate((long) flows * stride, 64);
    }

    private PeerPort(PeerPort other) {
        stride = other.stride;
        softwareChecksums = other.softwareChecksums;
        ipSums = other.ipSums;
        sums = other.sums;
        seenSeq = other.seenSeq;
        seenAck = other.seenAck;
        memory = other.memory;
    }

    /** {@return where frames of another's flows can be queued so that they are received here} */
    PeerPort straysOf(PeerPort other) {
        strays = new PeerPort(other);
        return strays;
    }

    /** Sets the frame that a flow's peer sends. */
    void frame(int flow, byte[] frame) {
        long at = (long) flow * stride;
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, at, frame.length);
        if (memory.get(U16, at + 12) != IPV4) {
            return;
        }
        memory.set(U16, at + IP + 2, (short) 0);
        memory.set(U16, at + 24, (short) 0);
        memory.set(U16, at + CHECKSUM, (short) 0);
        ipSums[flow] = Checksum.sum(0, memory, at + IP, IP_HEADER);
        sums[flow] = Checksum.sum(Checksum.pseudoHeader(memory.get(I32, at + 26), memory.get(I32, at + 30), 6, 0), memory,
            at + TCP, frame.length - TCP) - Checksum.word(memory.get(I32, at + TCP + 4))
            - Checksum.word(memory.get(I32, at + TCP + 8));
    }

    /** Queues a flow's frame with these numbers, cut to a length that leaves out nothing but zeros. */
    void queue(int flow, int length, int seq, int ack) {
        long at = (long) flow * stride;
        memory.set(U16, at + 16, (short) (length - IP));
        memory.set(U16, at + 24, (short) Checksum.finish(ipSums[flow] + length - IP));
        memory.set(I32, at + TCP + 4, seq);
        memory.set(I32, at + TCP + 8, ack);
        if (softwareChecksums) {
            memory.set(U16, at + CHECKSUM, (short) Checksum.finish(
                sums[flow] + Checksum.word(seq) + Checksum.word(ack) + length - TCP));
        }
        queue(flow, length);
    }

    /** Queues a flow's frame as it is. */
    void queue(int flow, int length) {
        queue[queued] = flow;
        lengths[queued++] = length;
    }

    @Override
    public PortInfo info() {
        return new PortInfo("peer", MAC, 1500, 65535, !softwareChecksums, !softwareChecksums, false);
    }

    @Override
    public int receive(FrameBatch batch) {
        batch.clear();
        append(batch);
        if (strays != null) {
            strays.append(batch);
        }
        return batch.count();
    }

    private void append(FrameBatch batch) {
        for (int i = 0; i < queued; i++) {
            batch.add(memory, (long) queue[i] * stride, lengths[i], 0, softwareChecksums ? 0 : FrameBatch.CHECKSUM_VALID);
        }
        queued = 0;
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return new TransmitBatch(BATCH, Arena.ofAuto().allocate((long) BATCH * 256, 64), 0, 256);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            sent(batch.headers, batch.headerOffset(i), batch.firstLength[i] + batch.secondLength[i]);
            if (checks) {
                check(batch, i);
            }
        }
        sentFrames += count;
        batch.clear();
        return count;
    }

    /** Takes note of a frame that is sent. */
    void sent(MemorySegment headers, long at, int payload) {
        int flow = (headers.get(U16, at + TCP + 2) & 0xffff) - FIRST_PORT;
        if (flow >= 0 && flow < seenSeq.length) {
            int syn = headers.get(ValueLayout.JAVA_BYTE, at + TCP + 13) >> 1 & 1;
            seenSeq[flow] = headers.get(I32, at + TCP + 4) + payload + syn;
            seenAck[flow] = headers.get(I32, at + TCP + 8);
            sentPayload += payload;
        }
    }

    private void check(TransmitBatch batch, int i) {
        check(batch.headers, batch.headerOffset(i), batch.headerLength[i], batch.firstLength[i] + batch.secondLength[i],
            batch.first[i], batch.firstOffset[i], batch.firstLength[i], batch.second[i], batch.secondOffset[i],
            batch.secondLength[i]);
    }

    /** Fails if a header's length or checksum is wrong; a TCP checksum only if it is the data path's. */
    void check(MemorySegment headers, long at, int headerBytes, int payload, MemorySegment first, long firstOffset,
               int firstLength, MemorySegment second, long secondOffset, int secondLength) {
        if (headers.get(U16, at + 12) != IPV4) {
            return;
        }
        int total = headers.get(U16, at + 16) & 0xffff;
        if (total != headerBytes - 14 + payload || Checksum.finish(Checksum.sum(0, headers, at + 14, IP_HEADER)) != 0) {
            throw new IllegalStateException("an IP header is wrong");
        }
        if (!softwareChecksums) {
            return;
        }
        long sum = Checksum.pseudoHeader(headers.get(I32, at + 26), headers.get(I32, at + 30), 6, total - IP_HEADER);
        sum = Checksum.sum(sum, headers, at + TCP, headerBytes - TCP);
        sum = firstLength == 0 ? sum : Checksum.sum(sum, first, firstOffset, firstLength);
        sum = secondLength == 0 ? sum : Checksum.sumAt(sum, second, secondOffset, secondLength, (firstLength & 1) != 0);
        if (Checksum.finish(sum) != 0) {
            throw new IllegalStateException("a TCP checksum is wrong");
        }
    }

    /** {@return frames that are queued; then none is} */
    int takeQueued() {
        int count = queued;
        queued = 0;
        return count;
    }

    /** {@return where a queued frame is in {@link #memory()}} */
    long offset(int i) {
        return (long) queue[i] * stride;
    }

    int length(int i) {
        return lengths[i];
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(0, 0, 0, sentFrames, 0, 0);
    }

    @Override
    public void close() {
    }
}
