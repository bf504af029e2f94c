package org.millrace.api.port;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Frames to send: headers in memory of the batch, followed by up to two spans of payload that stay where they are
 * (a payload buffer is a ring, so a wrap is two spans) until {@link Port#transmit} returns. Parallel arrays.
 *
 * <p>To add a frame: write its headers at {@link #headerOffset(int) headerOffset}{@code (count())} of {@link #headers},
 * then {@link #add}, then {@link #span} for each piece of payload, then {@link #offload} if the port does the rest.
 *
 * <p>Owned by: the data-path thread.
 */
public final class TransmitBatch {
    /** Header memory of a frame, bytes; the headers of a frame must fit. */
    public static final int HEADER_BYTES = 192;

    /** Header memory of all frames. */
    public final MemorySegment headers;
    /** Header length, bytes. */
    public final int[] headerLength;
    /** First payload span's segment, or null. */
    public final MemorySegment[] first;
    /** Its offset. */
    public final long[] firstOffset;
    /** Its length, 0 if there is none. */
    public final int[] firstLength;
    /** Second payload span's segment, or null. */
    public final MemorySegment[] second;
    /** Its offset. */
    public final long[] secondOffset;
    /** Its length, 0 if there is none. */
    public final int[] secondLength;
    /** Payload bytes at which the port cuts a super-frame; 0: do not cut. */
    public final int[] segmentSize;
    /** Offset in the frame at which the port begins to sum the transport checksum; 0: it is complete. */
    public final int[] checksumStart;
    /** Offset of the checksum field from {@link #checksumStart}. */
    public final int[] checksumOffset;

    private final long headersStart;
    private final int stride;
    private int count;

    /**
     * Makes an empty batch.
     *
     * @param capacity     most frames
     * @param headers      memory for the headers
     * @param headersStart offset of the first frame's headers in it
     * @param stride       distance between two frames' headers, at least {@link #HEADER_BYTES}
     */
    public TransmitBatch(int capacity, MemorySegment headers, long headersStart, int stride) {
        this.headers = headers;
        this.headersStart = headersStart;
        this.stride = stride;
        headerLength = new int[capacity];
        first = new MemorySegment[capacity];
        firstOffset = new long[capacity];
        firstLength = new int[capacity];
        second = new MemorySegment[capacity];
        secondOffset = new long[capacity];
        secondLength = new int[capacity];
        segmentSize = new int[capacity];
        checksumStart = new int[capacity];
        checksumOffset = new int[capacity];
    }

    /** {@return the number of frames} */
    public int count() {
        return count;
    }

    /** {@return whether no further frame can be added} */
    public boolean isFull() {
        return count == headerLength.length;
    }

    /** Forgets all frames. */
    public void clear() {
        count = 0;
    }

    /**
     * {@return the offset in {@link #headers} of frame {@code frame}'s Ethernet header}
     *
     * @param frame index of the frame; {@link #count()} for the one to be added
     */
    public long headerOffset(int frame) {
        return headersStart + (long) frame * stride;
    }

    /**
     * Adds a frame whose headers have been written; it has no payload and nothing left to the port yet.
     *
     * @param headerBytes length of its headers
     * @return its index
     */
    public int add(int headerBytes) {
        int i = count++;
        headerLength[i] = headerBytes;
        firstLength[i] = 0;
        secondLength[i] = 0;
        segmentSize[i] = 0;
        checksumStart[i] = 0;
        return i;
    }

    /**
     * Appends payload to the frame added last; at most twice, empty spans are ignored.
     *
     * @param memory where it is
     * @param offset its offset there
     * @param length bytes
     */
    public void span(MemorySegment memory, long offset, int length) {
        if (length == 0) {
            return;
        }
        int i = count - 1;
        if (firstLength[i] == 0) {
            put(first, i, memory);
            firstOffset[i] = offset;
            firstLength[i] = length;
        } else {
            put(second, i, memory);
            secondOffset[i] = offset;
            secondLength[i] = length;
        }
    }

    /** Without a collector's barrier where the last frame in this place had its payload there too. */
    private static void put(MemorySegment[] spans, int i, MemorySegment memory) {
        if (spans[i] != memory) {
            spans[i] = memory;
        }
    }

    /**
     * Leaves the transport checksum, and cutting if {@code segmentBytes} is not 0, of the frame added last to the port.
     *
     * @param start        {@link #checksumStart}
     * @param offset       {@link #checksumOffset}
     * @param segmentBytes {@link #segmentSize}
     */
    public void offload(int start, int offset, int segmentBytes) {
        int i = count - 1;
        checksumStart[i] = start;
        checksumOffset[i] = offset;
        segmentSize[i] = segmentBytes;
    }

    /**
     * {@return the length of frame {@code frame}, headers and payload, bytes}
     *
     * @param frame its index
     */
    public int frameLength(int frame) {
        return headerLength[frame] + firstLength[frame] + secondLength[frame];
    }

    /**
     * {@return a copy of frame {@code frame}, headers and payload in one piece, as the batch has it: a checksum left to the port is
     * partial} It is allocated: for ports that simulate a wire.
     *
     * @param frame its index
     */
    public byte[] copy(int frame) {
        byte[] bytes = new byte[frameLength(frame)];
        int at = copy(headers, headerOffset(frame), headerLength[frame], bytes, 0);
        at = copy(first[frame], firstOffset[frame], firstLength[frame], bytes, at);
        copy(second[frame], secondOffset[frame], secondLength[frame], bytes, at);
        return bytes;
    }

    private static int copy(MemorySegment from, long offset, int length, byte[] to, int at) {
        if (length != 0) {
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset, to, at, length);
        }
        return at + length;
    }
}
