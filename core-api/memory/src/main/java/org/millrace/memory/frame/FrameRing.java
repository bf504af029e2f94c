package org.millrace.memory.frame;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Layout of a ring of frames with one writer and one reader, in memory that two processes may map. Positions count
 * bytes since the beginning and only grow; the data index is the position modulo the capacity, a power of two.
 *
 * <pre>
 *     0  u64 tail: where the writer goes on; stored with release after the records before it
 *   128  u64 head: where the reader goes on; stored with release when it needs nothing before it any more
 *   256  u32 waiting: 1 while the reader sleeps or is about to; the writer clears it and rings
 *  4096  records, each 8-byte aligned and in one piece:
 *        u32 length, u16 segment size, u16 flags (bit 0: checksum valid, bit 15: padding), then the frame
 * </pre>
 *
 * <p>Little-endian. What lies between the words keeps them in cache lines of their own, prefetched pairs too.
 */
public final class FrameRing {
    /** Offset of the writer's position. */
    public static final int TAIL = 0;
    /** Offset of the reader's position. */
    public static final int HEAD = 128;
    /** Offset of the word that says that the reader sleeps. */
    public static final int WAITING = 256;
    /** Offset of the records. */
    public static final int DATA = 4096;
    /** What is before a frame in its record. */
    public static final int RECORD_HEADER_BYTES = 8;
    /** Flag of a record that has no frame, up to the end of the ring. */
    public static final int FLAG_PADDING = 0x8000;
    /** An Ethernet header with a tag and 64 KB. */
    public static final int MAX_FRAME_BYTES = 18 + 65535;
    /** An Ethernet header. */
    public static final int MIN_FRAME_BYTES = 14;
    /** Takes the largest record behind the largest padding, twice. */
    public static final int MIN_CAPACITY_BYTES = 1 << 18;

    /** A record's header. */
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** {@link #TAIL} and {@link #HEAD}. */
    public static final VarHandle POSITION = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    /** {@link #WAITING}. */
    public static final VarHandle WORD = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private FrameRing() {
    }

    /** {@return the memory of a ring of {@code capacityBytes} of records, bytes} */
    public static long sizeBytes(int capacityBytes) {
        return DATA + (long) capacityBytes;
    }

    /** {@return the room a frame takes, bytes} */
    public static long recordBytes(int frameBytes) {
        return RECORD_HEADER_BYTES + (long) frameBytes + 7 & ~7L;
    }

    /**
     * {@return a record's header}
     *
     * @param length       of the frame, bytes
     * @param segmentBytes of a super-frame, else 0
     * @param flags        16 bits
     */
    public static long recordHeader(int length, int segmentBytes, int flags) {
        return length & 0xffff_ffffL | (long) (segmentBytes & 0xffff) << 32 | (long) flags << 48;
    }
}
