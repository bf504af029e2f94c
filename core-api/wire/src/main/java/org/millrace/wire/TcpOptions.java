package org.millrace.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decoder and writers of TCP options (RFC 9293 §3.2, RFC 7323, RFC 2018). A decoder is reused from segment to
 * segment and holds what the last {@link #decode} found. Owned by one thread.
 *
 * <p>Decoding ends for any input: each turn of its loop moves on by at least one byte, and the length is at most the
 * 40 bytes that a header has for options. Unknown options are skipped (RFC 9293 MUST-6).
 */
public final class TcpOptions {
    /** Bytes that a TCP header has for options at most. */
    public static final int MAX_LENGTH = 40;
    /** Window scale above which a received one is cut (RFC 7323 §2.3). */
    public static final int MAX_WINDOW_SCALE = 14;

    /** Bytes that {@link #writeMss} writes. */
    public static final int MSS_LENGTH = 4;
    /** Bytes that {@link #writeWindowScale} writes, its padding included. */
    public static final int WINDOW_SCALE_LENGTH = 4;
    /** Bytes that {@link #writeSackPermitted} writes, its padding included. */
    public static final int SACK_PERMITTED_LENGTH = 4;
    /** Bytes that {@link #writeTimestamps} writes, its padding included. */
    public static final int TIMESTAMPS_LENGTH = 12;

    /** What timestamps begin with if they are laid out as {@link #writeTimestamps} does (RFC 7323 appendix A), 32 bits. */
    public static final long TIMESTAMPS_WORD = 0x0101_080a;

    /** Bytes that {@link #writeSack} writes, its padding included. */
    public static final int SACK_LENGTH = 12;
    /** Bytes of each further block. */
    public static final int SACK_BLOCK_LENGTH = 8;
    /** Blocks that a segment has room for at most (RFC 2018 §3). */
    public static final int MAX_SACK_BLOCKS = 4;

    private static final int END = 0;
    private static final int NOP = 1;
    private static final int MSS = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK = 5;
    private static final int TIMESTAMPS = 8;

    private static final int MSS_WORD = 0x0204_0000;
    private static final int NOP_WINDOW_SCALE_WORD = 0x0103_0300;
    private static final int NOP_NOP_SACK_PERMITTED_WORD = 0x0101_0402;
    private static final int NOP_NOP_SACK_WORD = 0x0101_050a;
    private static final int NOP_NOP_TIMESTAMPS_WORD = (int) TIMESTAMPS_WORD;

    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private boolean timestamps;
    private int tsValue;
    private int tsEcho;
    private int sackBlocks;
    private final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];

    /** A decoder that has found nothing yet. */
    public TcpOptions() {
        clear();
    }

    /**
     * Decodes the options of one segment. Of an option that appears twice, the last counts. One that has another length
     * than its kind has is passed over; one that has no length, or is truncated, ends the list. What is well-formed before and
     * behind counts.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the first option in bytes
     * @param lengthBytes length of all options, 0 to 40
     * @return whether all are well-formed
     */
    public boolean decode(MemorySegment segment, long offset, int lengthBytes) {
        clear();
        if (lengthBytes == TIMESTAMPS_LENGTH && segment.get(Flyweight.U32, offset) == NOP_NOP_TIMESTAMPS_WORD) {
            timestampsAt(segment, offset + 4);
            return true;
        }
        return lengthBytes >= 0 && lengthBytes <= MAX_LENGTH && decodeEach(segment, offset, lengthBytes);
    }

    private boolean decodeEach(MemorySegment segment, long offset, int lengthBytes) {
        boolean wellFormed = true;
        int at = 0;
        while (at < lengthBytes) {
            int kind = u8(segment, offset + at);
            if (kind == END) {
                break;
            }
            if (kind == NOP) {
                at++;
                continue;
            }
            int length = lengthBytes - at < 2 ? 0 : u8(segment, offset + at + 1);
            if (length < 2 || length > lengthBytes - at) { // RFC 9293 MUST-7: an illegal length must not hurt
                return false;
            }
            wellFormed &= decodeOne(kind, segment, offset + at + 2, length);
            at += length;
        }
        return wellFormed;
    }

    private boolean decodeOne(int kind, MemorySegment segment, long value, int length) {
        switch (kind) {
            case MSS -> {
                if (length != 4) {
                    return false;
                }
                mss = segment.get(Flyweight.U16, value) & 0xffff;
            }
            case WINDOW_SCALE -> {
                if (length != 3) {
                    return false;
                }
                windowScale = Math.min(u8(segment, value), MAX_WINDOW_SCALE); // RFC 7323 §2.3
            }
            case SACK_PERMITTED -> {
                if (length != 2) {
                    return false;
                }
                sackPermitted = true;
            }
            case SACK -> {
                return sackAt(segment, value, length - 2);
            }
            case TIMESTAMPS -> {
                if (length != 10) {
                    return false;
                }
                timestampsAt(segment, value);
            }
            default -> {
                // RFC 9293 MUST-6: skip what we do not know
            }
        }
        return true;
    }

    private boolean sackAt(MemorySegment segment, long value, int length) {
        int blocks = length / SACK_BLOCK_LENGTH;
        if (length % SACK_BLOCK_LENGTH != 0 || blocks == 0 || blocks > MAX_SACK_BLOCKS) {
            return false;
        }
        sackBlocks = blocks;
        for (int i = 0; i < 2 * blocks; i++) {
            sackEdges[i] = segment.get(Flyweight.U32, value + 4L * i);
        }
        return true;
    }

    private void timestampsAt(MemorySegment segment, long value) {
        timestamps = true;
        tsValue = segment.get(Flyweight.U32, value);
        tsEcho = segment.get(Flyweight.U32, value + 4);
    }

    private void clear() {
        mss = -1;
        windowScale = -1;
        sackPermitted = false;
        timestamps = false;
        tsValue = 0;
        tsEcho = 0;
        sackBlocks = 0;
    }

    private static int u8(MemorySegment segment, long offset) {
        return segment.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
    }

    /**
     * Returns the maximum segment size.
     *
     * @return bytes, 0 to 65535 as received, or −1 if absent
     */
    public int mss() {
        return mss;
    }

    /**
     * Returns the window scale.
     *
     * @return shift count, 0 to 14, or −1 if absent
     */
    public int windowScale() {
        return windowScale;
    }

    /**
     * Tells how many SACK blocks there are.
     *
     * @return 0 to {@link #MAX_SACK_BLOCKS}
     */
    public int sackBlocks() {
        return sackBlocks;
    }

    /**
     * Tells where a SACK block begins.
     *
     * @param block from 0
     * @return its first sequence number
     */
    public int sackStart(int block) {
        return sackEdges[2 * block];
    }

    /**
     * Tells where a SACK block ends.
     *
     * @param block from 0
     * @return the sequence number behind its last
     */
    public int sackEnd(int block) {
        return sackEdges[2 * block + 1];
    }

    /**
     * Tells whether SACK is permitted.
     *
     * @return whether the option was there
     */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /**
     * Tells whether timestamps are there.
     *
     * @return whether {@link #tsValue} and {@link #tsEcho} mean something
     */
    public boolean hasTimestamps() {
        return timestamps;
    }

    /**
     * Returns the sender's timestamp.
     *
     * @return TSval, 0 if absent
     */
    public int tsValue() {
        return tsValue;
    }

    /**
     * Returns the timestamp that the sender echoes.
     *
     * @return TSecr, 0 if absent
     */
    public int tsEcho() {
        return tsEcho;
    }

    /**
     * Writes a maximum segment size.
     *
     * @param segment memory to write to
     * @param offset absolute offset in bytes
     * @param mssBytes 16 bits
     * @return bytes written, {@link #MSS_LENGTH}
     */
    public static int writeMss(MemorySegment segment, long offset, int mssBytes) {
        segment.set(Flyweight.U32, offset, MSS_WORD | mssBytes & 0xffff);
        return MSS_LENGTH;
    }

    /**
     * Writes one NOP and a window scale.
     *
     * @param segment memory to write to
     * @param offset absolute offset in bytes
     * @param shift shift count, 0 to 14
     * @return bytes written, {@link #WINDOW_SCALE_LENGTH}
     */
    public static int writeWindowScale(MemorySegment segment, long offset, int shift) {
        segment.set(Flyweight.U32, offset, NOP_WINDOW_SCALE_WORD | shift & 0xff);
        return WINDOW_SCALE_LENGTH;
    }

    /**
     * Writes two NOPs and SACK-permitted.
     *
     * @param segment memory to write to
     * @param offset absolute offset in bytes
     * @return bytes written, {@link #SACK_PERMITTED_LENGTH}
     */
    public static int writeSackPermitted(MemorySegment segment, long offset) {
        segment.set(Flyweight.U32, offset, NOP_NOP_SACK_PERMITTED_WORD);
        return SACK_PERMITTED_LENGTH;
    }

    /**
     * Writes two NOPs and one SACK block (RFC 2018 §3).
     *
     * @param segment memory to write to
     * @param offset absolute offset in bytes
     * @param start first sequence number of the block
     * @param end the one behind its last
     * @return bytes written, {@link #SACK_LENGTH}
     */
    public static int writeSack(MemorySegment segment, long offset, int start, int end) {
        segment.set(Flyweight.U32, offset, NOP_NOP_SACK_WORD);
        segment.set(Flyweight.U32, offset + 4, start);
        segment.set(Flyweight.U32, offset + 8, end);
        return SACK_LENGTH;
    }

    /**
     * Adds a block behind those of an option that has been written last.
     *
     * @param segment memory to write to
     * @param offset absolute offset of the option, its padding included, bytes
     * @param blocks how many it has
     * @param start first sequence number of the block
     * @param end the one behind its last
     * @return bytes written, {@link #SACK_BLOCK_LENGTH}
     */
    public static int addSack(MemorySegment segment, long offset, int blocks, int start, int end) {
        segment.set(Flyweight.U32, offset, NOP_NOP_SACK_WORD + blocks * SACK_BLOCK_LENGTH);
        long at = offset + 4 + (long) blocks * SACK_BLOCK_LENGTH;
        segment.set(Flyweight.U32, at, start);
        segment.set(Flyweight.U32, at + 4, end);
        return SACK_BLOCK_LENGTH;
    }

    /**
     * Writes two NOPs and timestamps: the layout that receivers expect (RFC 7323 appendix A).
     *
     * @param segment memory to write to
     * @param offset absolute offset in bytes
     * @param tsValue own timestamp
     * @param tsEcho timestamp echoed
     * @return bytes written, {@link #TIMESTAMPS_LENGTH}
     */
    public static int writeTimestamps(MemorySegment segment, long offset, int tsValue, int tsEcho) {
        segment.set(Flyweight.U32, offset, NOP_NOP_TIMESTAMPS_WORD);
        segment.set(Flyweight.U32, offset + 4, tsValue);
        segment.set(Flyweight.U32, offset + 8, tsEcho);
        return TIMESTAMPS_LENGTH;
    }
}
