package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * ICMP message (RFC 792; next-hop MTU of RFC 1191 §4), big-endian. The last word depends on the type.
 * Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     Type      |     Code      |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * |       Echo identifier         |  Echo sequence, next-hop MTU  |
 * +-------------------------------+-------------------------------+
 * |  Echo data, or the IPv4 header and 8 bytes it is about ...
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class IcmpHeader extends Flyweight {
    /** Length of the header in bytes. */
    public static final int LENGTH = 8;
    /** Offset of the type. */
    public static final int TYPE = 0;
    /** Offset of the code. */
    public static final int CODE = 1;
    /** Offset of the checksum. */
    public static final int CHECKSUM = 2;
    /** Offset of the word whose meaning depends on the type. */
    public static final int REST = 4;
    /** Offset of the echo identifier. */
    public static final int IDENTIFIER = 4;
    /** Offset of the echo sequence number. */
    public static final int SEQUENCE = 6;
    /** Offset of the next-hop MTU. */
    public static final int NEXT_HOP_MTU = 6;

    /** Type: echo reply. */
    public static final int ECHO_REPLY = 0;
    /** Type: destination unreachable. */
    public static final int DESTINATION_UNREACHABLE = 3;
    /** Type: source quench (deprecated by RFC 6633). */
    public static final int SOURCE_QUENCH = 4;
    /** Type: redirect. */
    public static final int REDIRECT = 5;
    /** Type: echo request. */
    public static final int ECHO_REQUEST = 8;
    /** Type: time exceeded. */
    public static final int TIME_EXCEEDED = 11;
    /** Type: parameter problem. */
    public static final int PARAMETER_PROBLEM = 12;

    /** Code of destination unreachable: network. */
    public static final int NET_UNREACHABLE = 0;
    /** Code of destination unreachable: host. */
    public static final int HOST_UNREACHABLE = 1;
    /** Code of destination unreachable: protocol. */
    public static final int PROTOCOL_UNREACHABLE = 2;
    /** Code of destination unreachable: port. */
    public static final int PORT_UNREACHABLE = 3;
    /** Code of destination unreachable: fragmentation needed and DF set. */
    public static final int FRAGMENTATION_NEEDED = 4;

    /**
     * Views the message at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the message in bytes
     * @return this
     */
    public IcmpHeader wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Checks length and checksum: call once at ingress, before any accessor.
     *
     * @param lengthBytes length of the whole message, from the IPv4 header
     * @return what is wrong, or {@link HeaderFault#NONE}
     */
    public HeaderFault check(long lengthBytes) {
        if (lengthBytes < LENGTH) {
            return HeaderFault.TRUNCATED;
        }
        boolean valid = Checksum.finish(Checksum.sum(0, segment(), offset(), lengthBytes)) == 0;
        return valid ? HeaderFault.NONE : HeaderFault.CHECKSUM;
    }

    /**
     * Returns the type.
     *
     * @return 8 bits
     */
    public int type() {
        return u8(TYPE);
    }

    /**
     * Sets the type.
     *
     * @param type 8 bits
     * @return this
     */
    public IcmpHeader type(int type) {
        u8(TYPE, type);
        return this;
    }

    /**
     * Returns the code.
     *
     * @return 8 bits
     */
    public int code() {
        return u8(CODE);
    }

    /**
     * Sets the code.
     *
     * @param code 8 bits
     * @return this
     */
    public IcmpHeader code(int code) {
        u8(CODE, code);
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
     * Returns the identifier of an echo.
     *
     * @return 16 bits
     */
    public int identifier() {
        return u16(IDENTIFIER);
    }

    /**
     * Returns the sequence number of an echo.
     *
     * @return 16 bits
     */
    public int sequence() {
        return u16(SEQUENCE);
    }

    /**
     * Sets identifier and sequence number of an echo.
     *
     * @param identifier 16 bits
     * @param sequence 16 bits
     * @return this
     */
    public IcmpHeader echo(int identifier, int sequence) {
        u16(IDENTIFIER, identifier);
        u16(SEQUENCE, sequence);
        return this;
    }

    /**
     * Returns the next hop's MTU of a fragmentation-needed message.
     *
     * @return bytes; 0 from routers older than RFC 1191
     */
    public int nextHopMtu() {
        return u16(NEXT_HOP_MTU);
    }

    /**
     * Sets the word after the checksum to an MTU, or all zero for the other destination-unreachable codes.
     *
     * @param mtuBytes 16 bits, or 0
     * @return this
     */
    public IcmpHeader nextHopMtu(int mtuBytes) {
        u32(REST, mtuBytes & 0xffff);
        return this;
    }

    /**
     * Computes and writes the checksum: the last thing to set.
     *
     * @param lengthBytes length of the whole message
     * @return this
     */
    public IcmpHeader writeChecksum(long lengthBytes) {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.finish(Checksum.sum(0, segment(), offset(), lengthBytes)));
        return this;
    }

    /**
     * Tells whether a message of this type reports an error, so that none may be sent about it (RFC 1122 §3.2.2).
     *
     * @return whether it is an error message
     */
    public boolean isError() {
        return switch (type()) {
            case DESTINATION_UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }
}
