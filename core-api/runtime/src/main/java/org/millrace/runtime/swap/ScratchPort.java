package org.millrace.runtime.swap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.PortCounters;
import org.millrace.api.port.PortInfo;
import org.millrace.api.port.TransmitBatch;

/**
 * One end of a wire in memory between two scratch data paths, with the abilities of a real port. It loses a frame now and
 * then, so that what recovers is run too. Owned by: the one thread that polls both.
 */
final class ScratchPort implements Port {
    private static final int FRAMES = 512;
    private static final int BATCH_FRAMES = 64;
    private static final int LOSES_ONE_OF = 499;
    /** No frame is longer than a connection's buffer. */
    private static final int MOST_BYTES = ScratchApplication.SIZE.transmitBytes() + TransmitBatch.HEADER_BYTES;

    private final PortInfo info;
    private final int stride;
    /** What has arrived here: frames {@code taken} to {@code arrived}, mod {@link #FRAMES}. */
    private final MemorySegment memory;
    private final int[] length = new int[FRAMES];
    private final int[] segmentSize = new int[FRAMES];
    private final boolean[] summed = new boolean[FRAMES];
    private ScratchPort peer;
    private int arrived;
    private int taken;
    private int sent;

    private ScratchPort(PortInfo info) {
        this.info = info;
        stride = Math.min(info.maxFrameBytes(), MOST_BYTES) + 7 & -8;
        memory = Arena.ofAuto().allocate((long) FRAMES * stride, Long.BYTES);
    }

    /** {@return the ends of a wire; they are like the port, but for their addresses} */
    static ScratchPort[] pair(PortInfo like) {
        ScratchPort[] pair = {end(like, 0x0200_0000_0001L), end(like, 0x0200_0000_0002L)};
        pair[0].peer = pair[1];
        pair[1].peer = pair[0];
        return pair;
    }

    private static ScratchPort end(PortInfo like, long mac) {
        return new ScratchPort(new PortInfo("scratch", mac, like.mtuBytes(), like.maxFrameBytes(), like.segmentation(),
            like.checksumOffload(), like.checksumTrusted()));
    }

    /** {@return whether nothing waits here} */
    boolean isEmpty() {
        return taken == arrived;
    }

    @Override
    public PortInfo info() {
        return info;
    }

    @Override
    public int receive(FrameBatch batch) {
        batch.clear();
        while (!batch.isFull() && taken != arrived) {
            int i = taken++ & FRAMES - 1;
            batch.add(memory, (long) i * stride, length[i], segmentSize[i], summed[i] ? 0 : FrameBatch.CHECKSUM_VALID);
        }
        return batch.count();
    }

    @Override
    public TransmitBatch newTransmitBatch() {
        int bytes = TransmitBatch.HEADER_BYTES;
        return new TransmitBatch(BATCH_FRAMES, Arena.ofAuto().allocate((long) BATCH_FRAMES * bytes, Long.BYTES), 0, bytes);
    }

    @Override
    public int transmit(TransmitBatch batch) {
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            boolean full = peer.arrived - peer.taken > FRAMES - BATCH_FRAMES; // the peer may still look at a batch
            if (!full && ++sent % LOSES_ONE_OF != 0) {
                peer.arrive(batch, i);
            }
        }
        batch.clear();
        return count;
    }

    private void arrive(TransmitBatch batch, int frame) {
        int slot = arrived++ & FRAMES - 1;
        long to = (long) slot * stride;
        int head = batch.headerLength[frame];
        MemorySegment.copy(batch.headers, batch.headerOffset(frame), memory, to, head);
        if (batch.firstLength[frame] > 0) {
            MemorySegment.copy(batch.first[frame], batch.firstOffset[frame], memory, to + head, batch.firstLength[frame]);
        }
        if (batch.secondLength[frame] > 0) {
            MemorySegment.copy(batch.second[frame], batch.secondOffset[frame], memory,
                to + head + batch.firstLength[frame], batch.secondLength[frame]);
        }
        length[slot] = batch.frameLength(frame);
        segmentSize[slot] = batch.segmentSize[frame];
        summed[slot] = batch.checksumStart[frame] == 0;
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(taken, 0, 0, sent, 0, 0);
    }

    /** Nothing: its memory goes with it. */
    @Override
    public void close() {
    }
}
