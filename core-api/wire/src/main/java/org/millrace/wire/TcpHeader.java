package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * TCP header (RFC 9293 §3.1), big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |                        Sequence number                        |
 * +---------------------------------------------------------------+
 * |                     Acknowledgment number                     |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * | Data  | Rsvd  |C|E|U|A|P|R|S|F|            Window             |
 * | offset|       |W|C|R|C|S|S|Y|I|                               |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |           Checksum            |        Urgent pointer         |
 * +-------------------------------+-------------------------------+
 * |                  Options, 0 to 40 bytes ...
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpHeader extends Flyweight {
    /** Length of a header without options, in bytes. */
    public static final int MIN_LENGTH = 20;
    /** Offset of the source port. */
    public static final int SOURCE_PORT = 0;
    /** Offset of the destination port. */
    public static final int DESTINATION_PORT = 2;
    /** Offset of the sequence number. */
    public static final int SEQUENCE = 4;
    /** Offset of the acknowledgment number. */
    public static final int ACKNOWLEDGMENT = 8;
    /** Offset of the data offset. */
    public static final int DATA_OFFSET = 12;
    /** Offset of the flags. */
    public static final int FLAGS = 13;
    /** Offset of the window. */
    public static final int WINDOW = 14;
    /** Offset of the checksum. */
    public static final int CHECKSUM = 16;
    /** Offset of the urgent pointer. */
    public static final int URGENT = 18;
    /** Offset of the options. */
    public static final int OPTIONS = 20;

    /** Flag: no more data from the sender. */
    public static final int FIN = 0x01;
    /** Flag: synchronize sequence numbers. */
    public static final int SYN = 0x02;
    /** Flag: reset the connection. */
    public static final int RST = 0x04;
    /** Flag: push. */
    public static final int PSH = 0x08;
    /** Flag: the acknowledgment number is valid. */
    public static final int ACK = 0x10;
    /** Flag: the urgent pointer is valid. */
    public static final int URG = 0x20;
    /** Flag: ECN echo (RFC 3168 §6.1). */
    public static final int ECE = 0x40;
    /** Flag: congestion window reduced (RFC 3168 §6.1). */
    public static final int CWR = 0x80;

    /**
     * Views the header at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the header in bytes
     * @return this
     */
    public TcpHeader wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Checks the lengths: call once at ingress, before any accessor.
     *
     * @param l4LengthBytes length of the IPv4 payload
     * @return what is wrong, or {@link HeaderFault#NONE}
     */
    public HeaderFault check(long l4LengthBytes) {
        if (l4LengthBytes < MIN_LENGTH) {
            return HeaderFault.TRUNCATED;
        }
        return check(dataOffset(), l4LengthBytes);
    }

    /**
     * Checks the length of a header that was read before: of memory that somebody else writes too, a second reading may
     * differ.
     *
     * @param dataOffset    length of the header with its options, bytes
     * @param l4LengthBytes length of header and payload
     * @return what is wrong, or {@link HeaderFault#NONE}
     */
    public static HeaderFault check(int dataOffset, long l4LengthBytes) {
        return dataOffset < MIN_LENGTH || dataOffset > l4LengthBytes ? HeaderFault.HEADER_LENGTH : HeaderFault.NONE;
    }

    /**
     * Returns the source port.
     *
     * @return 16 bits
     */
    public int sourcePort() {
        return u16(SOURCE_PORT);
    }

    /**
     * Returns the destination port.
     *
     * @return 16 bits
     */
    public int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    /**
     * Sets both ports.
     *
     * @param source 16 bits
     * @param destination 16 bits
     * @return this
     */
    public TcpHeader ports(int source, int destination) {
        u16(SOURCE_PORT, source);
        u16(DESTINATION_PORT, destination);
        return this;
    }

    /**
     * Returns the sequence number; compare with {@link SequenceNumber} only.
     *
     * @return 32 bits
     */
    public int sequence() {
        return u32(SEQUENCE);
    }

    /**
     * Sets the sequence number.
     *
     * @param sequence 32 bits
     * @return this
     */
    public TcpHeader sequence(int sequence) {
        u32(SEQUENCE, sequence);
        return this;
    }

    /**
     * Returns the acknowledgment number; compare with {@link SequenceNumber} only.
     *
     * @return 32 bits
     */
    public int acknowledgment() {
        return u32(ACKNOWLEDGMENT);
    }

    /**
     * Sets the acknowledgment number.
     *
     * @param acknowledgment 32 bits
     * @return this
     */
    public TcpHeader acknowledgment(int acknowledgment) {
        u32(ACKNOWLEDGMENT, acknowledgment);
        return this;
    }

    /**
     * Returns where the payload starts: the length of the header with its options.
     *
     * @return bytes from the header's start, 20 to 60 in a valid header
     */
    public int dataOffset() {
        return u8(DATA_OFFSET) >>> 4 << 2;
    }

    /**
     * Sets the length of the header with its options; clears the reserved bits.
     *
     * @param lengthBytes 20 to 60, a multiple of 4
     * @return this
     */
    public TcpHeader dataOffset(int lengthBytes) {
        u8(DATA_OFFSET, lengthBytes >>> 2 << 4);
        return this;
    }

    /**
     * Returns the eight flags.
     *
     * @return flags, {@link #FIN} to {@link #CWR}
     */
    public int flags() {
        return u8(FLAGS);
    }

    /**
     * Sets the eight flags.
     *
     * @param flags {@link #FIN} to {@link #CWR}
     * @return this
     */
    public TcpHeader flags(int flags) {
        u8(FLAGS, flags);
        return this;
    }

    /**
     * Tells whether any of some flags is set.
     *
     * @param mask flags to look for
     * @return whether one of them is set
     */
    public boolean has(int mask) {
        return (flags() & mask) != 0;
    }

    /**
     * Returns the window field, not scaled.
     *
     * @return 16 bits
     */
    public int window() {
        return u16(WINDOW);
    }

    /**
     * Sets the window field.
     *
     * @param window 16 bits, already scaled
     * @return this
     */
    public TcpHeader window(int window) {
        u16(WINDOW, window);
        return this;
    }

    /**
     * Returns the checksum.
     *
     * @return 16 bits as on the wire
     */
    public int checksum() {
        return u16(CHECKSUM);
    }

    /**
     * Sets the checksum.
     *
     * @param checksum 16 bits as on the wire
     * @return this
     */
    public TcpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    /**
     * Returns the urgent pointer.
     *
     * @return 16 bits, offset from the sequence number
     */
    public int urgentPointer() {
        return u16(URGENT);
    }

    /**
     * Sets the urgent pointer.
     *
     * @param urgentPointer 16 bits
     * @return this
     */
    public TcpHeader urgentPointer(int urgentPointer) {
        u16(URGENT, urgentPointer);
        return this;
    }

    /**
     * Computes and writes the checksum of a segment that lies in one piece: the last thing to set.
     *
     * @param source IPv4 source address
     * @param destination IPv4 destination address
     * @param l4LengthBytes length of header and payload
     * @return this
     */
    public TcpHeader writeChecksum(int source, int destination, int l4LengthBytes) {
        u16(CHECKSUM, 0);
        long pseudo = Checksum.pseudoHeader(source, destination, Ipv4Header.TCP, l4LengthBytes);
        u16(CHECKSUM, Checksum.finish(Checksum.sum(pseudo, segment(), offset(), l4LengthBytes)));
        return this;
    }

    /**
     * Tells whether the checksum is right.
     *
     * @param source IPv4 source address
     * @param destination IPv4 destination address
     * @param l4LengthBytes length of header and payload
     * @return whether the segment adds up
     */
    public boolean checksumValid(int source, int destination, int l4LengthBytes) {
        return checksumValid(segment(), offset(), source, destination, l4LengthBytes);
    }

    /**
     * Tells whether a segment's checksum is right.
     *
     * @param segment memory that holds it
     * @param offset absolute offset of its header in bytes
     * @param source IPv4 source address
     * @param destination IPv4 destination address
     * @param l4LengthBytes length of header and payload
     * @return whether the segment adds up
     */
    public static boolean checksumValid(MemorySegment segment, long offset, int source, int destination, int l4LengthBytes) {
        long pseudo = Checksum.pseudoHeader(source, destination, Ipv4Header.TCP, l4LengthBytes);
        return Checksum.finish(Checksum.sum(pseudo, segment, offset, l4LengthBytes)) == 0;
    }
}
