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

/**
 * A port whose peer is the benchmark: it gives frames laid out beforehand and, of what is sent, keeps the last sequence
 * and acknowledgement number of each flow (by the peer's port). Costs two stores a frame received and four loads a frame
 * sent, and no copy.
 */
final class PeerPort implements Port {
    static final int FIRST_PORT = 10_000;

    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int TCP = 34;
    private static final int BATCH = 64;

    final int[] seenSeq;
    final int[] seenAck;
    long sentFrames;
    long sentPayload;
    private final MemorySegment memory;
    private final int stride;
    private final int[] queue = new int[BATCH];
    private final int[] lengths = new int[BATCH];
    private int queued;

    PeerPort(int flows, int stride) {
        this.stride = stride;
        seenSeq = new int[flows];
        seenAck = new int[flows];
        memory = Arena.ofAuto().allocate((long) flows * stride, 64);
    }

    /** Sets the frame that a flow's peer sends. */
    void frame(int flow, byte[] frame) {
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, (long) flow * stride, frame.length);
    }

    /** Queues a flow's frame with these numbers, cut to a length; its checksum counts as checked. */
    void queue(int flow, int length, int seq, int ack) {
        long at = (long) flow * stride;
        memory.set(U16, at + 16, (short) (length - 14));
        memory.set(U16, at + 24, (short) ipChecksum(at));
        memory.set(I32, at + TCP + 4, seq);
        memory.set(I32, at + TCP + 8, ack);
        queue(flow, length);
    }

    /** Queues a flow's frame as it is. */
    void queue(int flow, int length) {
        queue[queued] = flow;
        lengths[queued++] = length;
    }

    private int ipChecksum(long at) {
        int sum = 0;
        for (int i = 14; i < 34; i += 2) {
            sum += i == 24 ? 0 : memory.get(U16, at + i) & 0xffff;
        }
        sum = (sum >>> 16) + (sum & 0xffff);
        return ~((sum >>> 16) + sum) & 0xffff;
    }

    @Override
    public PortInfo info() {
        return new PortInfo("peer", 0x02_00_00_00_00_02L, 1500, 65535, true, true, false);
    }

    @Override
    public int receive(FrameBatch batch) {
        batch.clear();
        for (int i = 0; i < queued; i++) {
            batch.add(memory, (long) queue[i] * stride, lengths[i], 0, FrameBatch.CHECKSUM_VALID);
        }
        queued = 0;
        return batch.count();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        return new TransmitBatch(BATCH, Arena.ofAuto().allocate((long) BATCH * 256, 64), 0, 256);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        int count = batch.count();
        MemorySegment headers = batch.headers;
        for (int i = 0; i < count; i++) {
            long at = batch.headerOffset(i);
            int flow = (headers.get(U16, at + TCP + 2) & 0xffff) - FIRST_PORT;
            if (flow >= 0 && flow < seenSeq.length) {
                int payload = batch.firstLength[i] + batch.secondLength[i];
                int syn = headers.get(ValueLayout.JAVA_BYTE, at + TCP + 13) >> 1 & 1;
                seenSeq[flow] = headers.get(I32, at + TCP + 4) + payload + syn;
                seenAck[flow] = headers.get(I32, at + TCP + 8);
                sentPayload += payload;
            }
        }
        sentFrames += count;
        batch.clear();
        return count;
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
