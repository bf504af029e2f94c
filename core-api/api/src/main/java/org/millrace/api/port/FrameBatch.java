package org.millrace.api.port;

import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;

/**
 * Received frames, as descriptors over memory that the port owns. Parallel arrays: entry {@code i} of each belongs to
 * frame {@code i}. The memory is valid until the port's next {@link Port#receive}.
 *
 * <p>Of a long frame the port may give the beginning only, to whom has said {@link #takesHeads}: the rest is moved once, straight
 * to where it is wanted ({@link #take}), or made up for by {@link #complete}.
 *
 * <p>Owned by: the data-path thread.
 */
public final class FrameBatch {
    /** {@link #flags}: the transport checksum was checked, or never left this machine. */
    public static final int CHECKSUM_VALID = 1;
    /** {@link #flags}: this data path has sent the frame to itself. */
    public static final int LOOPED = 2;
    /** {@link #flags}: another data path of the instance has received the frame, and has it too. */
    public static final int COPIED = 4;
    private static final int TAKEN = -1;

    /** The segment that holds frame {@code i}. */
    public final MemorySegment[] segment;
    /** Offset of the first byte of the Ethernet header in {@link #segment}, bytes. */
    public final long[] offset;
    /** Frame length without FCS, bytes. */
    public final int[] length;
    /** Segment size at which a super-frame was joined, payload bytes; 0 for an ordinary frame. */
    public final int[] segmentSize;
    /** {@link #CHECKSUM_VALID}, {@link #LOOPED} and {@link #COPIED}, or 0. */
    public final int[] flags;

    /** Whether the owner knows that a frame may be there in part. */
    public boolean takesHeads;

    /** Bytes of frame {@code i} that are in {@link #segment}: less than {@link #length} if the port has the rest; or {@link #TAKEN}. */
    private final int[] there;
    private Rest rest;
    private int count;
    private long bytes;

    /** A port that has the rest of frames. Owned by: the data-path thread. */
    public interface Rest {
        /**
         * Moves bytes of a frame into two spans of a region. It is in part from then on.
         *
         * @param batch        of the frame
         * @param frame        which
         * @param from         first byte, from the frame's start
         * @param to           where they go: native memory
         * @param firstOffset  of the first span
         * @param firstLength  its bytes
         * @param secondOffset of the second span
         * @param secondLength its bytes, or 0
         */
        void take(FrameBatch batch, int frame, int from, MemorySegment to, long firstOffset, int firstLength, long secondOffset,
                  int secondLength);

        /**
         * Puts all of a frame into memory, and {@link FrameBatch#moved moves} its entry there.
         *
         * @param batch of the frame
         * @param frame which
         */
        void complete(FrameBatch batch, int frame);
    }

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
        there = new int[capacity];
    }

    /** {@return the number of frames} */
    public int count() {
        return count;
    }

    /** {@return the bytes of its frames} */
    public long bytes() {
        return bytes;
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
        bytes = 0;
    }

    /**
     * Keeps some of the frames, all of which are whole, in order, and forgets the others.
     *
     * @param wanted says of each frame, by its index so far, whether it is kept; asked once, in order
     */
    public void keep(IntPredicate wanted) {
        int kept = 0;
        bytes = 0;
        for (int i = 0; i < count; i++) {
            if (wanted.test(i)) {
                bytes += length[i];
                if (kept != i) {
                    move(i, kept);
                }
                kept++;
            }
        }
        count = kept;
    }

    private void move(int from, int to) {
        segment[to] = segment[from];
        offset[to] = offset[from];
        length[to] = length[from];
        there[to] = there[from];
        segmentSize[to] = segmentSize[from];
        flags[to] = flags[from];
    }

    /**
     * Adds a frame; the batch must not be full.
     *
     * @param memory      where the frame is
     * @param start       offset of the Ethernet header in {@code memory}
     * @param frameBytes  its length
     * @param segmentBytes segment size of a super-frame, or 0
     * @param frameFlags  {@link #CHECKSUM_VALID} and {@link #LOOPED}, or 0
     */
    public void add(MemorySegment memory, long start, int frameBytes, int segmentBytes, int frameFlags) {
        int i = count++;
        bytes += frameBytes;
        there[i] = frameBytes;
        if (segment[i] != memory) { // a collector's barrier: most frames lie where the last one in this place did
            segment[i] = memory;
        }
        offset[i] = start;
        length[i] = frameBytes;
        segmentSize[i] = segmentBytes;
        flags[i] = frameFlags;
    }

    /**
     * Adds a frame of which the beginning is there; the batch must not be full, and {@link #takesHeads}.
     *
     * @param memory       where the beginning is
     * @param start        offset of the Ethernet header in {@code memory}
     * @param headBytes    how much there is
     * @param frameBytes   its length
     * @param segmentBytes segment size of a super-frame, or 0
     * @param frameFlags   as of {@link #add}
     * @param port         who has the rest, of all frames of the batch that are in part
     */
    public void addHead(MemorySegment memory, long start, int headBytes, int frameBytes, int segmentBytes, int frameFlags, Rest port) {
        add(memory, start, frameBytes, segmentBytes, frameFlags);
        there[count - 1] = headBytes;
        rest = port;
    }

    /** {@return bytes of a frame that are in {@link #segment}, from its beginning}
     * @param i which */
    public int there(int i) {
        return there[i];
    }

    /** {@return whether all of a frame is in memory}
     * @param i which */
    public boolean isWhole(int i) {
        return there[i] == length[i];
    }

    /**
     * Moves bytes of a frame that is not whole, as {@link Rest#take}; the others are gone then.
     *
     * @param i            which
     * @param from         first byte, from the frame's start
     * @param to           where they go: native memory
     * @param firstOffset  of the first span
     * @param firstLength  its bytes
     * @param secondOffset of the second span
     * @param secondLength its bytes, or 0
     * @return false if the port does not have it: all of it is in memory, or it has been taken
     */
    public boolean take(int i, int from, MemorySegment to, long firstOffset, int firstLength, long secondOffset, int secondLength) {
        if (!isWaiting(i)) {
            return false;
        }
        rest.take(this, i, from, to, firstOffset, firstLength, secondOffset, secondLength);
        there[i] = TAKEN;
        return true;
    }

    private boolean isWaiting(int i) {
        return there[i] != TAKEN && there[i] < length[i];
    }

    /**
     * Makes a frame whole, which may move it; not if its bytes have been taken.
     *
     * @param i which
     */
    public void complete(int i) {
        if (isWaiting(i)) {
            rest.complete(this, i);
        }
    }

    /**
     * All of a frame is there, elsewhere: said by the port.
     *
     * @param i      which
     * @param memory where it is
     * @param start  where it begins
     */
    public void moved(int i, MemorySegment memory, long start) {
        segment[i] = memory;
        offset[i] = start;
        there[i] = length[i];
    }
}
