package org.millrace.runtime.frame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.millrace.api.pipeline.DropReason;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.Port;
import org.millrace.api.port.TransmitBatch;

/**
 * A port with a way back: frames to the data path's own address, which an application sends to itself or to a neighbour on the
 * same instance, are copied into a ring and received in a later round, beside what the port behind receives. They never reach
 * the wire. When the ring is full they are dropped and counted, as a full transmit queue drops them.
 *
 * <p>DESIGN NOTES. Positions only grow. An entry begins at a multiple of 8: length, segment size, frame; one of length
 * {@value #SKIP} says that the next begins at the start of the ring. What has been handed out is free with the next
 * {@link #receive}. While both have frames, whole rounds alternate between the port and the ring: neither starves the other.
 * The ring is reserved with the first frame.
 *
 * <p>Owned by: the data-path thread.
 */
public final class LoopbackPort extends FrontPort {
    private static final int RING_BYTES = 4 << 20;
    private static final int SKIP = -1;
    private static final int HEAD_BYTES = 8;
    private static final int BATCH_FRAMES = 64;

    private final Consumer<DropReason> drops;
    private final TransmitBatch looped = new TransmitBatch(BATCH_FRAMES,
        Arena.ofAuto().allocate((long) BATCH_FRAMES * TransmitBatch.HEADER_BYTES, 8), 0, TransmitBatch.HEADER_BYTES);
    private MemorySegment ring;
    private long written;
    private long taken;
    private long free;
    private long frames;
    private boolean portsTurn;

    /**
     * Wraps a port.
     *
     * @param port  where all other frames go and come from; closed with this
     * @param drops told of each frame that finds no room
     */
    public LoopbackPort(Port port, Consumer<DropReason> drops) {
        super(port);
        this.drops = drops;
    }

    /** {@return the batch for frames to this data path} */
    public TransmitBatch looped() {
        return looped;
    }

    /** {@return frames that were sent back so far} */
    public long frames() {
        return frames;
    }

    /** {@return whether no frame waits to be received} */
    public boolean isEmpty() {
        return taken == written;
    }

    @Override
    public int receive(FrameBatch batch) {
        free = taken;
        portsTurn = !portsTurn;
        if (isEmpty() || portsTurn) {
            port.receive(batch);
        } else {
            batch.clear();
        }
        while (taken < written && !batch.isFull()) {
            take(batch);
        }
        return batch.count();
    }

    private void take(FrameBatch batch) {
        long entry = taken & RING_BYTES - 1;
        int length = ring.get(ValueLayout.JAVA_INT, entry);
        if (length == SKIP) {
            taken += RING_BYTES - entry;
            return;
        }
        batch.add(ring, entry + HEAD_BYTES, length, ring.get(ValueLayout.JAVA_INT, entry + 4),
            FrameBatch.CHECKSUM_VALID | FrameBatch.LOOPED);
        taken += entryBytes(length);
    }

    private static int entryBytes(int length) {
        return HEAD_BYTES + (length + 7 & ~7);
    }

    /** Sends what is in {@link #looped} back, and clears it. */
    public void loop() {
        if (ring == null) {
            ring = Arena.ofAuto().allocate(RING_BYTES, 8);
        }
        for (int i = 0; i < looped.count(); i++) {
            put(i);
        }
        looped.clear();
    }

    private void put(int frame) {
        int length = looped.frameLength(frame);
        int bytes = entryBytes(length);
        long toEnd = RING_BYTES - (written & RING_BYTES - 1);
        long skipped = toEnd < bytes ? toEnd : 0;
        if (bytes + skipped > RING_BYTES - (written - free)) {
            drops.accept(DropReason.LOOPBACK_FULL);
            return;
        }
        if (skipped > 0) {
            ring.set(ValueLayout.JAVA_INT, written & RING_BYTES - 1, SKIP);
            written += skipped;
        }
        long entry = written & RING_BYTES - 1;
        ring.set(ValueLayout.JAVA_INT, entry, length);
        ring.set(ValueLayout.JAVA_INT, entry + 4, looped.segmentSize[frame]);
        long at = entry + HEAD_BYTES;
        int head = looped.headerLength[frame];
        MemorySegment.copy(looped.headers, looped.headerOffset(frame), ring, at, head);
        int first = looped.firstLength[frame];
        if (first > 0) {
            MemorySegment.copy(looped.first[frame], looped.firstOffset[frame], ring, at + head, first);
        }
        if (looped.secondLength[frame] > 0) {
            MemorySegment.copy(looped.second[frame], looped.secondOffset[frame], ring, at + head + first,
                looped.secondLength[frame]);
        }
        written += bytes;
        frames++;
    }
}
