package org.millrace.memory.frame;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.millrace.api.port.FrameBatch;

/**
 * Reads frames from a {@link FrameRing}, in place. A record that cannot be ends reading for good and is counted:
 * where the next one begins is not known then.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FrameReader {
    private final MemorySegment memory;
    private final long base;
    private final int capacity;
    private final Bell bell;
    private final int trusted;
    private long position;
    private long released;
    private boolean broken;
    /** The writer has rung, or will: it cleared the waiting word. */
    private boolean rung;
    private long frames;
    private long bytes;
    private long errors;

    /**
     * Goes on where the reader of the ring at {@code base} of {@code memory} has stopped; {@code bell} wakes it. Of a frame's flags
     * it believes those that are {@code trusted}.
     */
    public FrameReader(MemorySegment memory, long base, int capacity, Bell bell, int trusted) {
        this.trusted = trusted;
        this.memory = memory;
        this.base = base;
        this.capacity = capacity;
        this.bell = bell;
        position = (long) FrameRing.POSITION.getAcquire(memory, base + FrameRing.HEAD);
        released = position;
        rung = true; // perhaps, for one who slept here before
        if ((position & 7) != 0) {
            fail();
        }
    }

    /** Gives the frames of the previous batch back and fills {@code batch}. Answers how many it has. */
    public int read(FrameBatch batch) {
        batch.clear();
        release();
        append(batch);
        return batch.count();
    }

    /** Gives the frames that were read so far back. */
    public void release() {
        if (!broken && released != position) {
            released = position;
            FrameRing.POSITION.setRelease(memory, base + FrameRing.HEAD, position);
        }
    }

    /** Adds frames to {@code batch} as long as there are some and it has room. */
    public void append(FrameBatch batch) {
        if (broken) {
            return;
        }
        int before = batch.count();
        long tail = (long) FrameRing.POSITION.getAcquire(memory, base + FrameRing.TAIL);
        if (tail - position < 0 || tail - position > capacity) {
            fail();
        }
        while (position != tail && !broken && !batch.isFull()) {
            take(batch, tail);
        }
        frames += batch.count() - before;
    }

    private void take(FrameBatch batch, long tail) {
        long index = position & capacity - 1;
        long at = base + FrameRing.DATA + index;
        long header = memory.get(FrameRing.LONG, at);
        int length = (int) header;
        int flags = (int) (header >>> 48);
        long record = FrameRing.recordBytes(length);
        if (length < 0 || record > tail - position || index + record > capacity) {
            fail();
            return;
        }
        if ((flags & FrameRing.FLAG_PADDING) == 0) {
            if (length < FrameRing.MIN_FRAME_BYTES || length > FrameRing.MAX_FRAME_BYTES) {
                fail();
                return;
            }
            batch.add(memory, at + FrameRing.RECORD_HEADER_BYTES, length, (int) (header >>> 32) & 0xffff,
                    flags & trusted);
            bytes += length;
        }
        position += record;
    }

    private void fail() {
        broken = true;
        errors++;
    }

    /** Before the last look: asks the writer to ring. */
    public void beforeSleep() {
        FrameRing.WORD.setRelease(memory, base + FrameRing.WAITING, 1);
        VarHandle.fullFence(); // pairs with the fence in FrameWriter.publish
    }

    /** After waking, or after finding frames at the last look. */
    public void afterSleep() {
        if ((int) FrameRing.WORD.getAndSet(memory, base + FrameRing.WAITING, 0) == 0) {
            rung = true;
        }
        if (rung && bell.silence()) {
            rung = false; // else the writer is between clearing the word and ringing: look again next time
        }
    }

    /** {@return frames read} */
    public long frames() {
        return frames;
    }

    /** {@return their bytes} */
    public long bytes() {
        return bytes;
    }

    /** {@return 1 once a record was found that cannot be, else 0} */
    public long errors() {
        return errors;
    }
}
