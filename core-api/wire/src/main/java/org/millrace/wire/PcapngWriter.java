package org.millrace.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

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
    private static final short LINKTYPE_ETHERNET = 1;
    private static final short OPTION_IF_TSRESOL = 9;
    private static final byte NANOSECONDS = 9;
    private static final int INITIAL_BUFFER_BYTES = 2048;

    private final WritableByteChannel channel;
    private ByteBuffer block = ByteBuffer.allocate(INITIAL_BUFFER_BYTES);

    /**
     * Begins a capture by writing its header.
     *
     * @param channel blocking channel to write to; closed with this writer
     * @throws IOException if the channel fails
     */
    public PcapngWriter(WritableByteChannel channel) throws IOException {
        this.channel = channel;
        block.putInt(SECTION_HEADER_BLOCK).putInt(SECTION_HEADER_LENGTH).putInt(BYTE_ORDER_MAGIC);
        block.putShort((short) 1).putShort((short) 0); // version 1.0
        block.putLong(-1); // section length unknown
        block.putInt(SECTION_HEADER_LENGTH);
        block.putInt(INTERFACE_DESCRIPTION_BLOCK).putInt(INTERFACE_DESCRIPTION_LENGTH);
        block.putShort(LINKTYPE_ETHERNET).putShort((short) 0);
        block.putInt(0); // no snap length
        block.putShort(OPTION_IF_TSRESOL).putShort((short) 1).put(NANOSECONDS).put(new byte[3]);
        block.putInt(0); // end of options
        block.putInt(INTERFACE_DESCRIPTION_LENGTH);
        flush();
    }

    /**
     * Writes one frame.
     *
     * @param timestampNs time since 1970 in nanoseconds
     * @param frame memory that holds the frame
     * @param offset absolute offset of the frame in bytes
     * @param lengthBytes length of the frame
     * @throws IOException if the channel fails
     */
    public void write(long timestampNs, MemorySegment frame, long offset, int lengthBytes) throws IOException {
        block.clear(); // whatever a write that failed has left
        int padding = -lengthBytes & 3;
        int blockLength = ENHANCED_PACKET_OVERHEAD + lengthBytes + padding;
        if (blockLength > block.capacity()) {
            block = ByteBuffer.allocate(blockLength);
        }
        block.putInt(ENHANCED_PACKET_BLOCK).putInt(blockLength);
        block.putInt(0); // interface
        block.putLong(timestampNs); // high word first in either byte order
        block.putInt(lengthBytes).putInt(lengthBytes); // captured, original
        MemorySegment.copy(frame, offset, MemorySegment.ofArray(block.array()), block.position(), lengthBytes);
        block.position(block.position() + lengthBytes).put(new byte[padding]);
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
