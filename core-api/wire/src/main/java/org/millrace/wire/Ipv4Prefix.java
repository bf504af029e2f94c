package org.millrace.wire;

/**
 * A block of IPv4 addresses.
 *
 * @param address first address of the block: no bit behind the prefix is set
 * @param length prefix length in bits, 0 to 32
 */
public record Ipv4Prefix(Ipv4Address address, int length) {
    /** Every address. */
    public static final Ipv4Prefix ALL = new Ipv4Prefix(Ipv4Address.ANY, 0);

    /** Checks the range. */
    public Ipv4Prefix {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length of IPv4 is 0 to 32: " + length);
        }
        if ((address.bits() & ~mask(length)) != 0) {
            throw new IllegalArgumentException("bits set behind the prefix: " + address + "/" + length
                    + ", the block is " + new Ipv4Address(address.bits() & mask(length)) + "/" + length);
        }
    }

    /**
     * Returns the block that an address lies in.
     *
     * @param member any address of the block
     * @param length prefix length in bits, 0 to 32
     * @return the block
     */
    public static Ipv4Prefix containing(Ipv4Address member, int length) {
        return new Ipv4Prefix(new Ipv4Address(member.bits() & mask(length)), length);
    }

    /**
     * Reads a block.
     *
     * @param text such as {@code 10.0.0.0/24}
     * @return the block
     * @throws IllegalArgumentException if the text is something else or has bits set behind the prefix
     */
    public static Ipv4Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,2}")) {
            throw new IllegalArgumentException("not an IPv4 prefix like 10.0.0.0/24: " + text);
        }
        return new Ipv4Prefix(Ipv4Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /**
     * Tells whether an address lies in the block.
     *
     * @param other address
     * @return whether it does
     */
    public boolean contains(Ipv4Address other) {
        return contains(other.bits());
    }

    /**
     * Tells whether an address lies in the block.
     *
     * @param bits address, its first byte highest
     * @return whether it does
     */
    public boolean contains(int bits) {
        return ((bits ^ address.bits()) & mask(length)) == 0;
    }

    /**
     * Tells whether an address is the block's directed broadcast (RFC 1122 §3.2.1.3, RFC 3021).
     *
     * @param bits address, its first byte highest
     * @return whether it is; blocks of one or two addresses have none
     */
    public boolean isBroadcast(int bits) {
        return length < 31 && bits == (address.bits() | ~mask(length));
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << 32 - length;
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
