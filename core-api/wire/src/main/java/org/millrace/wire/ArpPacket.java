package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * ARP for IPv4 over Ethernet (RFC 826), big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |     Hardware type (1)         |     Protocol type (0x0800)    |
 * +---------------+---------------+-------------------------------+
 * | HW length (6) | Pr length (4) |           Operation           |
 * +---------------+---------------+-------------------------------+
 * |                      Sender MAC (0..31)                       |
 * +-------------------------------+-------------------------------+
 * |     Sender MAC (32..47)       |      Sender IP (0..15)        |
 * +-------------------------------+-------------------------------+
 * |     Sender IP (16..31)        |      Target MAC (0..15)       |
 * +-------------------------------+-------------------------------+
 * |                      Target MAC (16..47)                      |
 * +---------------------------------------------------------------+
 * |                           Target IP                           |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class ArpPacket extends Flyweight {
    /** Length of the packet in bytes, without Ethernet header and padding. */
    public static final int LENGTH = 28;
    /** Offset of the hardware type. */
    public static final int HARDWARE_TYPE = 0;
    /** Offset of the protocol type. */
    public static final int PROTOCOL_TYPE = 2;
    /** Offset of the two address lengths. */
    public static final int ADDRESS_LENGTHS = 4;
    /** Offset of the operation. */
    public static final int OPERATION = 6;
    /** Offset of the sender's MAC. */
    public static final int SENDER_MAC = 8;
    /** Offset of the sender's IPv4 address. */
    public static final int SENDER_IP = 14;
    /** Offset of the target's MAC. */
    public static final int TARGET_MAC = 18;
    /** Offset of the target's IPv4 address. */
    public static final int TARGET_IP = 24;

    /** Operation: who has the target address? */
    public static final int REQUEST = 1;
    /** Operation: the sender has it. */
    public static final int REPLY = 2;

    private static final int ETHERNET = 1;
    private static final int MAC_AND_IPV4_LENGTHS = 0x0604;

    /**
     * Views the packet at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the packet in bytes
     * @return this
     */
    public ArpPacket wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Checks the fixed fields: call once at ingress, before any accessor.
     *
     * @param availableBytes bytes from the packet's start to the end of the frame
     * @return {@link HeaderFault#NONE}, {@link HeaderFault#TRUNCATED} or, where it is not Ethernet and IPv4,
     *     {@link HeaderFault#VERSION}
     */
    public HeaderFault check(long availableBytes) {
        if (availableBytes < LENGTH) {
            return HeaderFault.TRUNCATED;
        }
        boolean ethernetAndIpv4 = u16(HARDWARE_TYPE) == ETHERNET && u16(PROTOCOL_TYPE) == EthernetHeader.IPV4
                && u16(ADDRESS_LENGTHS) == MAC_AND_IPV4_LENGTHS;
        return ethernetAndIpv4 ? HeaderFault.NONE : HeaderFault.VERSION;
    }

    /**
     * Writes the fixed fields and the operation.
     *
     * @param operation {@link #REQUEST} or {@link #REPLY}
     * @return this
     */
    public ArpPacket initialize(int operation) {
        u16(HARDWARE_TYPE, ETHERNET);
        u16(PROTOCOL_TYPE, EthernetHeader.IPV4);
        u16(ADDRESS_LENGTHS, MAC_AND_IPV4_LENGTHS);
        u16(OPERATION, operation);
        return this;
    }

    /**
     * Returns the operation.
     *
     * @return {@link #REQUEST}, {@link #REPLY} or something else, 16 bits
     */
    public int operation() {
        return u16(OPERATION);
    }

    /**
     * Returns the sender's hardware address.
     *
     * @return MAC address in the low 48 bits
     */
    public long senderMac() {
        return u48(SENDER_MAC);
    }

    /**
     * Returns the sender's protocol address.
     *
     * @return IPv4 address
     */
    public int senderIp() {
        return u32(SENDER_IP);
    }

    /**
     * Sets both addresses of the sender.
     *
     * @param mac MAC address in the low 48 bits
     * @param ip IPv4 address
     * @return this
     */
    public ArpPacket sender(long mac, int ip) {
        u48(SENDER_MAC, mac);
        u32(SENDER_IP, ip);
        return this;
    }

    /**
     * Returns the target's hardware address.
     *
     * @return MAC address in the low 48 bits; meaningless in a request
     */
    public long targetMac() {
        return u48(TARGET_MAC);
    }

    /**
     * Returns the target's protocol address.
     *
     * @return IPv4 address
     */
    public int targetIp() {
        return u32(TARGET_IP);
    }

    /**
     * Sets both addresses of the target.
     *
     * @param mac MAC address in the low 48 bits; 0 in a request
     * @param ip IPv4 address
     * @return this
     */
    public ArpPacket target(long mac, int ip) {
        u48(TARGET_MAC, mac);
        u32(TARGET_IP, ip);
        return this;
    }
}
