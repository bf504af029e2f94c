package org.millrace.runtime.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way from data-path threads to one that has time: a ring of bytes. When it is full frames are lost and
 * counted; the data path never waits. Each entry begins at a multiple of 8: length, 4 bytes unused, time, frame; an entry
 * of length {@value #SKIP} says that the next begins at the start of the ring.
 *
 * <p>DESIGN NOTES. Positions only grow. The producer owns {@code written} and reads {@code taken}, the consumer the other
 * way round; release and acquire on them order the bytes.
 *
 * <p>{@link #frame} and {@link #close}: one thread at a time; {@link #take}: one other.
 */
public final class FrameQueue implements FrameSink {
    private static final int SKIP = -1;
    private static final int HEAD_BYTES = 16;

    private final MemorySegment ring;
    private final long mask;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean closed;

    /** Takes a frame out; what it throws goes on to {@link #take}'s caller. */
    public interface Taker<E extends Exception> {
        void take(long timeNs, boolean sent, MemorySegment memory, long offset, int length, int wireBytes) throws E;
    }

    /** @param bytes a power of two, more than twice the longest frame */
    public FrameQueue(int bytes) {
        ring = Arena.ofAuto().allocate(bytes, 8);
        mask = bytes - 1;
    }

    @Override
    public void frame(long timeNs, boolean sent, MemorySegment memory, long offset, int length, int wireBytes) {
        long entryBytes = HEAD_BYTES + (length + 7 & ~7);
        long at = written.getPlain();
        long toEnd = ring.byteSize() - (at & mask);
        long skipped = toEnd < entryBytes ? toEnd : 0;
        if (entryBytes + skipped > ring.byteSize() - (at - taken.getAcquire())) {
            lost.setOpaque(lost.getPlain() + 1);
            return;
        }
        if (skipped > 0) {
            ring.set(ValueLayout.JAVA_INT, at & mask, SKIP);
            at += skipped;
        }
        long entry = at & mask;
        ring.set(ValueLayout.JAVA_INT, entry, length);
        ring.set(ValueLayout.JAVA_INT, entry + 4, sent ? ~wireBytes : wireBytes);
        ring.set(ValueLayout.JAVA_LONG, entry + 8, timeNs);
        MemorySegment.copy(memory, offset, ring, entry + HEAD_BYTES, length);
        frames.setOpaque(frames.getPlain() + 1);
        written.setRelease(at + entryBytes);
    }

    /** Takes what is there. Answers how many frames. */
    public <E extends Exception> int take(Taker<E> taker) throws E {
        int count = 0;
        long end = written.getAcquire();
        for (long at = taken.getPlain(); at < end; taken.setRelease(at)) {
            long entry = at & mask;
            int length = ring.get(ValueLayout.JAVA_INT, entry);
            if (length == SKIP) {
                at += ring.byteSize() - entry;
                continue;
            }
            int wire = ring.get(ValueLayout.JAVA_INT, entry + 4);
            taker.take(ring.get(ValueLayout.JAVA_LONG, entry + 8), wire < 0, ring, entry + HEAD_BYTES, length,
                wire < 0 ? ~wire : wire);
            at += HEAD_BYTES + (length + 7 & ~7);
            count++;
        }
        return count;
    }

    /** {@return frames put in} */
    public long frames() {
        return frames.getOpaque();
    }

    /** {@return frames that found no room} */
    public long lost() {
        return lost.getOpaque();
    }

    /** {@return whether no further frame comes; what is there can still be taken} */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
