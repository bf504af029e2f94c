package org.millrace.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * Writes frames to a capture that Wireshark reads (draft-ietf-opsawg-pcapng): one section, one Ethernet interface,
 * timestamps in nanoseconds, big-endian. Every write makes a system call: for traces and tests, not for the data path.
 * Owned by one thread.
 */
public final class PcapngWriter implements AutoCloseable {
    private static final int SECTION_HEADER_BLOCK = 0x0a0d0d0a;
    private static final int INTERFACE_DESCRIPTION_BLOCK = 1;
    private static final int ENHANCED_PACKET_BLOCK = 6;
    private static final int INTERFACE_STATISTICS_BLOCK = 5;
    private static final int INTERFACE_STATISTICS_LENGTH = 52;
    private static final short OPTION_ISB_IFRECV = 4;
    private static final short OPTION_ISB_IFDROP = 5;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int SECTION_HEADER_LENGTH = 28;
    private static final int INTERFACE_DESCRIPTION_LENGTH = 32;
    private static final int ENHANCED_PACKET_OVERHEAD = 32;
    private static final short OPTION_IF_NAME = 2;
    private static final short OPTION_EPB_FLAGS = 2;
    private static final int EPB_FLAGS_LENGTH = 12; // with the end of options
    private static final short LINKTYPE_ETHERNET = 1;
    private static final short OPTION_IF_TSRESOL = 9;
    private static final byte NANOSECONDS = 9;
    private static final int INITIAL_BUFFER_BYTES = 2048;

    private final WritableByteChannel channel;
    private ByteBuffer block;

    /** Which way a frame went, as the flags of its block have it. */
    public enum Direction {
        /** Not known. */
        UNKNOWN,
        /** Received. */
        INBOUND,
        /** Sent. */
        OUTBOUND
    }

    /**
     * Begins a capture of a nameless interface, of whole frames, by writing its header.
     *
     * @param channel blocking channel to write to; closed with this writer
     * @throws IOException if the channel fails
     */
    public PcapngWriter(WritableByteChannel channel) throws IOException {
        this(channel, "", 0);
    }

    /**
     * Begins a capture by writing its header.
     *
     * @param channel   blocking channel to write to; closed with this writer
     * @param name      of the interface, or an empty one
     * @param snapBytes most bytes that are written of a frame, 0: all
     * @throws IOException if the channel fails
     */
    public PcapngWriter(WritableByteChannel channel, String name, int snapBytes) throws IOException {
        this.channel = channel;
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        int nameLength = nameBytes.length == 0 ? 0 : 4 + padded(nameBytes.length);
        int descriptionLength = INTERFACE_DESCRIPTION_LENGTH + nameLength;
        block = ByteBuffer.allocate(Math.max(INITIAL_BUFFER_BYTES, SECTION_HEADER_LENGTH + descriptionLength));
        block.putInt(SECTION_HEADER_BLOCK).putInt(SECTION_HEADER_LENGTH).putInt(BYTE_ORDER_MAGIC);
        block.putShort((short) 1).putShort((short) 0); // version 1.0
        block.putLong(-1); // section length unknown
        block.putInt(SECTION_HEADER_LENGTH);
        block.putInt(INTERFACE_DESCRIPTION_BLOCK).putInt(descriptionLength);
        block.putShort(LINKTYPE_ETHERNET).putShort((short) 0);
        block.putInt(snapBytes);
        if (nameLength > 0) {
            block.putShort(OPTION_IF_NAME).putShort((short) nameBytes.length).put(nameBytes);
            block.put(new byte[nameLength - 4 - nameBytes.length]);
        }
        block.putShort(OPTION_IF_TSRESOL).putShort((short) 1).put(NANOSECONDS).put(new byte[3]);
        block.putInt(0); // end of options
        block.putInt(descriptionLength);
        flush();
    }

    private static int padded(int lengthBytes) {
        return lengthBytes + 3 & ~3;
    }

    /**
     * Writes one whole frame of which it is not known which way it went.
     *
     * @param timestampNs time since 1970 in nanoseconds
     * @param frame memory that holds the frame
     * @param offset absolute offset of the frame in bytes
     * @param lengthBytes length of the frame
     * @throws IOException if the channel fails
     */
    public void write(long timestampNs, MemorySegment frame, long offset, int lengthBytes) throws IOException {
        write(timestampNs, Direction.UNKNOWN, frame, offset, lengthBytes, lengthBytes);
    }

    /**
     * Writes a frame, or as much of it as has been captured.
     *
     * @param timestampNs time since 1970 in nanoseconds
     * @param direction   which way it went
     * @param frame       memory that holds the frame
     * @param offset      absolute offset of the frame in bytes
     * @param lengthBytes what has been captured of it
     * @param wireBytes   its length on the wire
     * @throws IOException if the channel fails
     */
    public void write(long timestampNs, Direction direction, MemorySegment frame, long offset, int lengthBytes,
                      int wireBytes) throws IOException {
        block.clear(); // whatever a write that failed has left
        int padding = -lengthBytes & 3;
        int flagsLength = direction == Direction.UNKNOWN ? 0 : EPB_FLAGS_LENGTH;
        int blockLength = ENHANCED_PACKET_OVERHEAD + lengthBytes + padding + flagsLength;
        if (blockLength > block.capacity()) {
            block = ByteBuffer.allocate(blockLength);
        }
        block.putInt(ENHANCED_PACKET_BLOCK).putInt(blockLength);
        block.putInt(0); // interface
        block.putLong(timestampNs); // high word first in either byte order
        block.putInt(lengthBytes).putInt(wireBytes); // captured, original
        MemorySegment.copy(frame, offset, MemorySegment.ofArray(block.array()), block.position(), lengthBytes);
        block.position(block.position() + lengthBytes).put(new byte[padding]);
        if (flagsLength > 0) {
            block.putShort(OPTION_EPB_FLAGS).putShort((short) Integer.BYTES).putInt(direction.ordinal());
            block.putInt(0); // end of options
        }
        block.putInt(blockLength);
        flush();
    }

    /**
     * Writes how many frames there were: the interface statistics block.
     *
     * @param timestampNs time since 1970 in nanoseconds
     * @param received    frames that were to be written
     * @param dropped     those of them lost because the writer was too slow
     * @throws IOException if the channel fails
     */
    public void statistics(long timestampNs, long received, long dropped) throws IOException {
        block.clear();
        block.putInt(INTERFACE_STATISTICS_BLOCK).putInt(INTERFACE_STATISTICS_LENGTH);
        block.putInt(0).putLong(timestampNs); // interface
        block.putShort(OPTION_ISB_IFRECV).putShort((short) 8).putLong(received);
        block.putShort(OPTION_ISB_IFDROP).putShort((short) 8).putLong(dropped);
        block.putInt(0); // end of options
        block.putInt(INTERFACE_STATISTICS_LENGTH);
        flush();
    }

    private void flush() throws IOException {
        block.flip();
        while (block.hasRemaining()) {
            channel.write(block);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
