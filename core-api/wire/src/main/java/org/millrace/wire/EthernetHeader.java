package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * Ethernet II header, big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                     Destination MAC (0..31)                   |
 * +-------------------------------+-------------------------------+
 * |  Destination MAC (32..47)     |      Source MAC (0..15)       |
 * +-------------------------------+-------------------------------+
 * |                     Source MAC (16..47)                       |
 * +-------------------------------+-------------------------------+
 * |          EtherType            |
 * +-------------------------------+
 * </pre>
 */
public final class EthernetHeader extends Flyweight {
    /** Length of the header in bytes. */
    public static final int LENGTH = 14;
    /** Offset of the destination MAC. */
    public static final int DESTINATION = 0;
    /** Offset of the source MAC. */
    public static final int SOURCE = 6;
    /** Offset of the EtherType. */
    public static final int ETHER_TYPE = 12;

    /** EtherType of IPv4. */
    public static final int IPV4 = 0x0800;
    /** EtherType of ARP. */
    public static final int ARP = 0x0806;
    /** EtherType of an 802.1Q tag. */
    public static final int VLAN = 0x8100;

    /**
     * Views the header at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the header in bytes
     * @return this
     */
    public EthernetHeader wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Returns the destination.
     *
     * @return MAC address in the low 48 bits
     */
    public long destination() {
        return u48(DESTINATION);
    }

    /**
     * Sets the destination.
     *
     * @param mac MAC address in the low 48 bits
     * @return this
     */
    public EthernetHeader destination(long mac) {
        u48(DESTINATION, mac);
        return this;
    }

    /**
     * Returns the source.
     *
     * @return MAC address in the low 48 bits
     */
    public long source() {
        return u48(SOURCE);
    }

    /**
     * Sets the source.
     *
     * @param mac MAC address in the low 48 bits
     * @return this
     */
    public EthernetHeader source(long mac) {
        u48(SOURCE, mac);
        return this;
    }

    /**
     * Returns the protocol of the payload.
     *
     * @return EtherType, 16 bits; below 1536 it is an 802.3 length
     */
    public int etherType() {
        return u16(ETHER_TYPE);
    }

    /**
     * Sets the protocol of the payload.
     *
     * @param etherType 16 bits
     * @return this
     */
    public EthernetHeader etherType(int etherType) {
        u16(ETHER_TYPE, etherType);
        return this;
    }
}
