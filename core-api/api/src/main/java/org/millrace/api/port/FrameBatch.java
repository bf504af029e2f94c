package org.millrace.api.port;

import java.lang.foreign.MemorySegment;

/**
 * Received frames, as descriptors over memory that the port owns. Parallel arrays: entry {@code i} of each belongs to
 * frame {@code i}. The memory is valid until the port's next {@link Port#receive}.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FrameBatch {
    /** {@link #flags}: the transport checksum was checked, or never left this machine. */
    public static final int CHECKSUM_VALID = 1;
    /** {@link #flags}: this data path has sent the frame to itself. */
    public static final int LOOPED = 2;

    /** The segment that holds frame {@code i}. */
    public final MemorySegment[] segment;
    /** Offset of the first byte of the Ethernet header in {@link #segment}, bytes. */
    public final long[] offset;
    /** Frame length without FCS, bytes. */
    public final int[] length;
    /** Segment size at which a super-frame was joined, payload bytes; 0 for an ordinary frame. */
    public final int[] segmentSize;
    /** {@link #CHECKSUM_VALID} and {@link #LOOPED}, or 0. */
    public final int[] flags;

    private int count;

    /**
     * Makes an empty batch.
     *
     * @param capacity most frames it can hold, at least 1
     */
    public FrameBatch(int capacity) {
        segment = new MemorySegment[capacity];
        offset = new long[capacity];
        length = new int[capacity];
        segmentSize = new int[capacity];
        flags = new int[capacity];
    }

    /** {@return the number of frames} */
    public int count() {
        return count;
    }

    /** {@return the most frames it can hold} */
    public int capacity() {
        return length.length;
    }

    /** {@return whether no further frame can be added} */
    public boolean isFull() {
        return count == length.length;
    }

    /** Forgets all frames. */
    public void clear() {
        count = 0;
    }

    /**
     * Adds a frame; the batch must not be full.
     *
     * @param memory      where the frame is
     * @param start       offset of the Ethernet header in {@code memory}
     * @param bytes       frame length
     * @param segmentBytes segment size of a super-frame, or 0
     * @param frameFlags  {@link #CHECKSUM_VALID} and {@link #LOOPED}, or 0
     */
    public void add(MemorySegment memory, long start, int bytes, int segmentBytes, int frameFlags) {
        int i = count++;
        segment[i] = memory;
        offset[i] = start;
        length[i] = bytes;
        segmentSize[i] = segmentBytes;
        flags[i] = frameFlags;
    }
}
