package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * UDP header (RFC 768), big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source port          |       Destination port        |
 * +-------------------------------+-------------------------------+
 * |            Length             |           Checksum            |
 * +-------------------------------+-------------------------------+
 * </pre>
 */
public final class UdpHeader extends Flyweight {
    /** Length of the header in bytes. */
    public static final int LENGTH = 8;
    /** Offset of the source port. */
    public static final int SOURCE_PORT = 0;
    /** Offset of the destination port. */
    public static final int DESTINATION_PORT = 2;
    /** Offset of the length of header and payload. */
    public static final int DATAGRAM_LENGTH = 4;
    /** Offset of the checksum. */
    public static final int CHECKSUM = 6;

    /**
     * Views the header at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the header in bytes
     * @return this
     */
    public UdpHeader wrap(MemorySegment segment, long offset) {
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
        if (l4LengthBytes < LENGTH) {
            return HeaderFault.TRUNCATED;
        }
        int length = length();
        return length < LENGTH || length > l4LengthBytes ? HeaderFault.TOTAL_LENGTH : HeaderFault.NONE;
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
    public UdpHeader ports(int source, int destination) {
        u16(SOURCE_PORT, source);
        u16(DESTINATION_PORT, destination);
        return this;
    }

    /**
     * Returns the length of header and payload.
     *
     * @return bytes
     */
    public int length() {
        return u16(DATAGRAM_LENGTH);
    }

    /**
     * Sets the length of header and payload.
     *
     * @param lengthBytes 8 to 65535
     * @return this
     */
    public UdpHeader length(int lengthBytes) {
        u16(DATAGRAM_LENGTH, lengthBytes);
        return this;
    }

    /**
     * Returns the checksum.
     *
     * @return 16 bits as on the wire; 0 means that the sender computed none
     */
    public int checksum() {
        return u16(CHECKSUM);
    }

    /**
     * Sets the checksum.
     *
     * @param checksum 16 bits as on the wire; 0 for none
     * @return this
     */
    public UdpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    /**
     * Computes and writes the checksum of a datagram that lies in one piece, its length set.
     *
     * @param source IPv4 source address
     * @param destination IPv4 destination address
     * @return this
     */
    public UdpHeader writeChecksum(int source, int destination) {
        u16(CHECKSUM, 0);
        int checksum = Checksum.finish(datagramSum(source, destination));
        u16(CHECKSUM, checksum == 0 ? 0xffff : checksum); // RFC 768: zero is sent as all ones
        return this;
    }

    /**
     * Tells whether the checksum is right or absent. The lengths must have been checked.
     *
     * @param source IPv4 source address
     * @param destination IPv4 destination address
     * @return whether the datagram adds up
     */
    public boolean checksumValid(int source, int destination) {
        return checksum() == 0 || Checksum.finish(datagramSum(source, destination)) == 0;
    }

    private long datagramSum(int source, int destination) {
        int length = length();
        long pseudo = Checksum.pseudoHeader(source, destination, Ipv4Header.UDP, length);
        return Checksum.sum(pseudo, segment(), offset(), length);
    }
}
