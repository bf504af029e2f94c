package org.millrace.wire;

import java.lang.foreign.MemorySegment;

/**
 * What follows the EtherType 0x8100 (IEEE 802.1Q-2022 §9.6), big-endian. Owned by one thread.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-----+-+-----------------------+-------------------------------+
 * | PCP |D|        VLAN id        |     EtherType of payload      |
 * +-----+-+-----------------------+-------------------------------+
 * </pre>
 */
public final class VlanTag extends Flyweight {
    /** Length of the tag after its own EtherType, in bytes. */
    public static final int LENGTH = 4;
    /** Offset of priority, drop eligibility and VLAN id. */
    public static final int CONTROL = 0;
    /** Offset of the payload's EtherType. */
    public static final int ETHER_TYPE = 2;

    /**
     * Views the tag at a position.
     *
     * @param segment memory that holds the frame
     * @param offset absolute offset of the byte after the EtherType 0x8100
     * @return this
     */
    public VlanTag wrap(MemorySegment segment, long offset) {
        view(segment, offset);
        return this;
    }

    /**
     * Returns the VLAN.
     *
     * @return VLAN id, 0 to 4095; 0 is a priority tag without VLAN
     */
    public int vlanId() {
        return u16(CONTROL) & 0xfff;
    }

    /**
     * Returns the priority code point.
     *
     * @return 0 to 7
     */
    public int priority() {
        return u16(CONTROL) >>> 13;
    }

    /**
     * Tells whether the frame may be dropped first.
     *
     * @return the drop eligible indicator
     */
    public boolean dropEligible() {
        return (u16(CONTROL) & 0x1000) != 0;
    }

    /**
     * Sets all control fields.
     *
     * @param priority 0 to 7
     * @param dropEligible whether the frame may be dropped first
     * @param vlanId 0 to 4095
     * @return this
     */
    public VlanTag control(int priority, boolean dropEligible, int vlanId) {
        u16(CONTROL, priority << 13 | (dropEligible ? 0x1000 : 0) | vlanId & 0xfff);
        return this;
    }

    /**
     * Returns the protocol of the payload.
     *
     * @return EtherType, 16 bits
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
    public VlanTag etherType(int etherType) {
        u16(ETHER_TYPE, etherType);
        return this;
    }
}
