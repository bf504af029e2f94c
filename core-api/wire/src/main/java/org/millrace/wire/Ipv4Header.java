package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * IPv4 header (RFC 791 §3.1), big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+-----------+---+-------------------------------+
 * |Version|  IHL  |   DSCP    |ECN|         Total length          |
 * +-------+-------+-----------+---+-----+-------------------------+
 * |        Identification         |0|D|M|     Fragment offset     |
 * +---------------+---------------+-----+-------------------------+
 * | Time to live  |   Protocol    |        Header checksum        |
 * +---------------+---------------+-------------------------------+
 * |                        Source address                         |
 * +---------------------------------------------------------------+
 * |                      Destination address                      |
 * +---------------------------------------------------------------+
 * |                  Options, 0 to 40 bytes ...
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header extends Flyweight {
    /** Length of a header without options, in bytes. */
    public static final int MIN_LENGTH = 20;
    /** Offset of version and header length. */
    public static final int VERSION_IHL = 0;
    /** Offset of DSCP and ECN. */
    public static final int TOS = 1;
    /** Offset of the total length. */
    public static final int TOTAL_LENGTH = 2;
    /** Offset of the identification. */
    public static final int IDENTIFICATION = 4;
    /** Offset of flags and fragment offset. */
    public static final int FRAGMENT = 6;
    /** Offset of the time to live. */
    public static final int TTL = 8;
    /** Offset of the protocol. */
    public static final int PROTOCOL = 9;
    /** Offset of the header checksum. */
    public static final int CHECKSUM = 10;
    /** Offset of the source address. */
    public static final int SOURCE = 12;
    /** Offset of the destination address. */
    public static final int DESTINATION = 16;

    /** Protocol number of ICMP. */
    public static final int ICMP = 1;
    /** Protocol number of TCP. */
    public static final int TCP = 6;
    /** Protocol number of UDP. */
    public static final int UDP = 17;

    /** Flag in {@link #flags()}: don't fragment. */
    public static final int DONT_FRAGMENT = 2;
    /** Flag in {@link #flags()}: more fragments follow. */
    public static final int MORE_FRAGMENTS = 1;

    /** ECN field: not ECN-capable (RFC 3168 §5). */
    public static final int ECN_NOT_ECT = 0;
    /** ECN field: ECN-capable, ECT(1). */
    public static final int ECN_ECT1 = 1;
    /** ECN field: ECN-capable, ECT(0). */
    public static final int ECN_ECT0 = 2;
    /** ECN field: congestion experienced. */
    public static final int ECN_CE = 3;

    private static final int VERSION_4_NO_OPTIONS = 0x45;

    /**
     * Views the header at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the header in bytes
     * @return this
     */
    public Ipv4Header wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Checks the header and its checksum: call once at ingress, before any accessor. Link padding after the packet
     * is allowed.
     *
     * @param availableBytes bytes from the header's start to the end of the frame
     * @return what is wrong, or {@link HeaderFault#NONE}
     */
    public HeaderFault check(long availableBytes) {
        HeaderFault fault = checkLengths(availableBytes);
        return fault == HeaderFault.NONE && !checksumValid() ? HeaderFault.CHECKSUM : fault;
    }

    /**
     * Checks all but the checksum, for ports that have checked that.
     *
     * @param availableBytes bytes from the header's start to the end of the frame
     * @return what is wrong, or {@link HeaderFault#NONE}
     */
    public HeaderFault checkLengths(long availableBytes) {
        if (availableBytes < MIN_LENGTH) {
            return HeaderFault.TRUNCATED;
        }
        if (version() != 4) {
            return HeaderFault.VERSION;
        }
        int headerLength = headerLength();
        if (headerLength < MIN_LENGTH || headerLength > availableBytes) {
            return HeaderFault.HEADER_LENGTH;
        }
        int totalLength = totalLength();
        return totalLength < headerLength || totalLength > availableBytes ? HeaderFault.TOTAL_LENGTH : HeaderFault.NONE;
    }

    /**
     * Writes version 4, no options, no fragment, no ECN; the addresses, lengths, TTL and checksum are left.
     *
     * @return this
     */
    public Ipv4Header initialize() {
        u8(VERSION_IHL, VERSION_4_NO_OPTIONS);
        u8(TOS, 0);
        u32(IDENTIFICATION, 0);
        return this;
    }

    /**
     * Returns the IP version.
     *
     * @return 4 in a valid header
     */
    public int version() {
        return u8(VERSION_IHL) >>> 4;
    }

    /**
     * Returns the length of the header with its options.
     *
     * @return bytes, 20 to 60 in a valid header
     */
    public int headerLength() {
        return (u8(VERSION_IHL) & 0xf) << 2;
    }

    /**
     * Returns DSCP and ECN in one.
     *
     * @return 8 bits, ECN lowest
     */
    public int tos() {
        return u8(TOS);
    }

    /**
     * Sets DSCP and ECN in one.
     *
     * @param tos 8 bits, ECN lowest
     * @return this
     */
    public Ipv4Header tos(int tos) {
        u8(TOS, tos);
        return this;
    }

    /**
     * Returns the differentiated services code point.
     *
     * @return 6 bits
     */
    public int dscp() {
        return u8(TOS) >>> 2;
    }

    /**
     * Returns the ECN field.
     *
     * @return one of the {@code ECN_} constants
     */
    public int ecn() {
        return u8(TOS) & 3;
    }

    /**
     * Sets the ECN field; the checksum is left.
     *
     * @param ecn one of the {@code ECN_} constants
     * @return this
     */
    public Ipv4Header ecn(int ecn) {
        u8(TOS, u8(TOS) & ~3 | ecn & 3);
        return this;
    }

    /**
     * Returns the length of header and payload.
     *
     * @return bytes
     */
    public int totalLength() {
        return u16(TOTAL_LENGTH);
    }

    /**
     * Sets the length of header and payload.
     *
     * @param lengthBytes 20 to 65535
     * @return this
     */
    public Ipv4Header totalLength(int lengthBytes) {
        u16(TOTAL_LENGTH, lengthBytes);
        return this;
    }

    /**
     * Returns the identification.
     *
     * @return 16 bits
     */
    public int identification() {
        return u16(IDENTIFICATION);
    }

    /**
     * Sets the identification.
     *
     * @param identification 16 bits
     * @return this
     */
    public Ipv4Header identification(int identification) {
        u16(IDENTIFICATION, identification);
        return this;
    }

    /**
     * Returns the three flags.
     *
     * @return {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS}; the reserved flag is 4
     */
    public int flags() {
        return u16(FRAGMENT) >>> 13;
    }

    /**
     * Returns where the fragment's payload belongs.
     *
     * @return bytes, a multiple of 8
     */
    public int fragmentOffset() {
        return (u16(FRAGMENT) & 0x1fff) << 3;
    }

    /**
     * Sets flags and fragment offset.
     *
     * @param flags {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS}
     * @param offsetBytes a multiple of 8
     * @return this
     */
    public Ipv4Header fragment(int flags, int offsetBytes) {
        u16(FRAGMENT, flags << 13 | offsetBytes >>> 3);
        return this;
    }

    /**
     * Tells whether this is a part of a larger packet.
     *
     * @return whether more fragments follow or went before
     */
    public boolean isFragment() {
        return (u16(FRAGMENT) & 0x3fff) != 0;
    }

    /**
     * Returns the time to live.
     *
     * @return hops, 0 to 255
     */
    public int ttl() {
        return u8(TTL);
    }

    /**
     * Sets the time to live.
     *
     * @param hops 0 to 255
     * @return this
     */
    public Ipv4Header ttl(int hops) {
        u8(TTL, hops);
        return this;
    }

    /**
     * Returns the protocol of the payload.
     *
     * @return 8 bits, such as {@link #TCP}
     */
    public int protocol() {
        return u8(PROTOCOL);
    }

    /**
     * Sets the protocol of the payload.
     *
     * @param protocol 8 bits, such as {@link #TCP}
     * @return this
     */
    public Ipv4Header protocol(int protocol) {
        u8(PROTOCOL, protocol);
        return this;
    }

    /**
     * Returns the source address.
     *
     * @return IPv4 address
     */
    public int source() {
        return u32(SOURCE);
    }

    /**
     * Sets the source address.
     *
     * @param address IPv4 address
     * @return this
     */
    public Ipv4Header source(int address) {
        u32(SOURCE, address);
        return this;
    }

    /**
     * Returns the destination address.
     *
     * @return IPv4 address
     */
    public int destination() {
        return u32(DESTINATION);
    }

    /**
     * Sets the destination address.
     *
     * @param address IPv4 address
     * @return this
     */
    public Ipv4Header destination(int address) {
        u32(DESTINATION, address);
        return this;
    }

    /**
     * Returns the header checksum.
     *
     * @return 16 bits as on the wire
     */
    public int checksum() {
        return u16(CHECKSUM);
    }

    /**
     * Sets the header checksum.
     *
     * @param checksum 16 bits as on the wire
     * @return this
     */
    public Ipv4Header checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    /**
     * Computes and writes the header checksum: the last thing to set.
     *
     * @return this
     */
    public Ipv4Header writeChecksum() {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.finish(headerSum()));
        return this;
    }

    /**
     * Tells whether the header checksum is right. The header length must have been checked.
     *
     * @return whether the header adds up
     */
    public boolean checksumValid() {
        return Checksum.finish(headerSum()) == 0;
    }

    private long headerSum() {
        long sum = Checksum.word(u32(0)) + Checksum.word(u32(4)) + Checksum.word(u32(8))
                + Checksum.word(u32(12)) + Checksum.word(u32(16));
        int headerLength = headerLength();
        return headerLength == MIN_LENGTH ? sum
                : Checksum.sum(sum, segment(), offset() + MIN_LENGTH, headerLength - MIN_LENGTH);
    }
}
