package org.millrace.api.hardware;

import java.lang.foreign.MemorySegment;

/**
 * Bytes that are to be moved, and where to: from one place into one or two spans. Whoever has been given one may move them on
 * any thread, before whoever has given it needs either place again.
 *
 * <p>Owned by: one thread at a time.
 */
public final class PayloadMove {
    /** Where the bytes are. */
    public MemorySegment from;
    /** Offset of the first in {@link #from}. */
    public long fromOffset;
    /** Where they go. */
    public MemorySegment to;
    /** Offset of the first span in {@link #to}. */
    public long firstOffset;
    /** Bytes of the first span. */
    public int firstLength;
    /** Offset of the second span in {@link #to}. */
    public long secondOffset;
    /** Bytes of the second span, or 0. */
    public int secondLength;

    /** Makes one of nothing. */
    public PayloadMove() {
    }

    /**
     * Sets {@link #from} and {@link #to}: mostly they are there already, and a reference costs a collector more to store than to look at.
     *
     * @param source where the bytes are
     * @param target where they go
     */
    public void regions(MemorySegment source, MemorySegment target) {
        if (from != source) {
            from = source;
        }
        if (to != target) {
            to = target;
        }
    }

    /** Moves them. */
    public void run() {
        MemorySegment.copy(from, fromOffset, to, firstOffset, firstLength);
        if (secondLength != 0) {
            MemorySegment.copy(from, fromOffset + firstLength, to, secondOffset, secondLength);
        }
    }
}
