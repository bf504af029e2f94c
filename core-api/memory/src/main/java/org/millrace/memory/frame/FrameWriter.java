package org.millrace.memory.frame;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.millrace.api.port.FrameBatch;
import org.millrace.api.port.TransmitBatch;

/**
 * Writes frames to a {@link FrameRing}. Whatever the memory holds, it writes within its ring only.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FrameWriter {
    private final MemorySegment memory;
    private final long base;
    private final int capacity;
    private final Bell reader;
    private final int maxFrameBytes;
    private long tail;
    private long published;
    private long head;
    private long frames;
    private long bytes;
    private long dropped;

    /** Goes on where the ring at {@code base} of {@code memory} ends; {@code reader} wakes who reads it. */
    public FrameWriter(MemorySegment memory, long base, int capacity, int maxFrameBytes, Bell reader) {
        this.memory = memory;
        this.base = base;
        this.capacity = capacity;
        this.maxFrameBytes = maxFrameBytes;
        this.reader = reader;
        tail = (long) FrameRing.POSITION.getAcquire(memory, base + FrameRing.TAIL) & ~7L;
        published = tail;
        head = (long) FrameRing.POSITION.getAcquire(memory, base + FrameRing.HEAD);
    }

    /** Copies the frames that fit, publishes them together and wakes the reader if it sleeps. Answers how many. */
    public int write(TransmitBatch batch) {
        long before = frames;
        for (int i = 0; i < batch.count(); i++) {
            append(batch, i);
        }
        batch.clear();
        publish();
        return (int) (frames - before);
    }

    /** Copies a received frame, unless it finds no room; {@link #publish} shows it to the reader. */
    public boolean append(FrameBatch batch, int i) {
        long at = room(batch.length[i]);
        if (at < 0) {
            return false;
        }
        memory.set(FrameRing.LONG, at, FrameRing.recordHeader(batch.length[i], batch.segmentSize[i], batch.flags[i]));
        MemorySegment.copy(batch.segment[i], batch.offset[i], memory, at + FrameRing.RECORD_HEADER_BYTES, batch.length[i]);
        return true;
    }

    private void append(TransmitBatch batch, int i) {
        long at = room(batch.frameLength(i));
        if (at >= 0) {
            copy(batch, i, at);
        }
    }

    /** {@return where the record of a frame of this length goes, which is the reader's with the next publish; −1: no room, it is dropped} */
    private long room(int length) {
        long record = FrameRing.recordBytes(length);
        long index = tail & capacity - 1;
        long padding = index + record > capacity ? capacity - index : 0;
        if (length > maxFrameBytes || !hasRoom(padding + record)) {
            dropped++;
            return -1;
        }
        if (padding != 0) {
            memory.set(FrameRing.LONG, base + FrameRing.DATA + index, FrameRing.recordHeader(
                    (int) padding - FrameRing.RECORD_HEADER_BYTES, 0, FrameRing.FLAG_PADDING));
            tail += padding;
            index = 0;
        }
        tail += record;
        frames++;
        bytes += length;
        return base + FrameRing.DATA + index;
    }

    private boolean hasRoom(long needed) {
        if (tail + needed - head <= capacity) {
            return true;
        }
        head = (long) FrameRing.POSITION.getAcquire(memory, base + FrameRing.HEAD);
        return tail + needed - head <= capacity;
    }

    private void copy(TransmitBatch batch, int i, long at) {
        int partial = batch.checksumStart[i] == 0 ? 0 : FrameBatch.CHECKSUM_VALID;
        memory.set(FrameRing.LONG, at, FrameRing.recordHeader(batch.frameLength(i), batch.segmentSize[i], partial));
        long to = at + FrameRing.RECORD_HEADER_BYTES;
        MemorySegment.copy(batch.headers, batch.headerOffset(i), memory, to, batch.headerLength[i]);
        to += batch.headerLength[i];
        if (batch.firstLength[i] != 0) {
            MemorySegment.copy(batch.first[i], batch.firstOffset[i], memory, to, batch.firstLength[i]);
            to += batch.firstLength[i];
        }
        if (batch.secondLength[i] != 0) {
            MemorySegment.copy(batch.second[i], batch.secondOffset[i], memory, to, batch.secondLength[i]);
        }
    }

    /** Shows the reader what was written, if anything was, and wakes it if it sleeps. */
    public void publish() {
        if (tail == published) {
            return;
        }
        published = tail;
        FrameRing.POSITION.setRelease(memory, base + FrameRing.TAIL, tail);
        VarHandle.fullFence(); // the reader stores waiting, fences and looks at tail: one of us sees the other
        long waiting = base + FrameRing.WAITING;
        // whoever takes the 1 knows: the writer that it must ring, the reader that nobody will
        if ((int) FrameRing.WORD.getOpaque(memory, waiting) != 0
                && FrameRing.WORD.compareAndSet(memory, waiting, 1, 0)) {
            reader.ring();
        }
    }

    /** {@return frames written} */
    public long frames() {
        return frames;
    }

    /** {@return their bytes} */
    public long bytes() {
        return bytes;
    }

    /** {@return frames that found no room, or are too long} */
    public long dropped() {
        return dropped;
    }
}
