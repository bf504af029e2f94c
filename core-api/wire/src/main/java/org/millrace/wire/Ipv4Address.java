package org.millrace.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 address.
 *
 * @param bits the address, its first byte highest
 */
public record Ipv4Address(int bits) implements IpAddress {
    /** No address: 0.0.0.0. */
    public static final Ipv4Address ANY = new Ipv4Address(0);
    /** All hosts of the link: 255.255.255.255. */
    public static final Ipv4Address BROADCAST = new Ipv4Address(-1);

    /**
     * Reads four decimal numbers with dots between them; no leading zeros, which some read as octal.
     *
     * @param text such as {@code 10.0.0.1}
     * @return the address
     * @throws IllegalArgumentException if the text is something else
     */
    public static Ipv4Address parse(String text) {
        String[] parts = text.split("\\.", -1);
        int bits = 0;
        for (String part : parts) {
            if (parts.length != 4 || !part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                throw new IllegalArgumentException("not an IPv4 address like 10.0.0.1: " + text);
            }
            bits = bits << 8 | Integer.parseInt(part);
        }
        return new Ipv4Address(bits);
    }

    /**
     * Converts from Java's type.
     *
     * @param address address
     * @return the same address
     * @throws IllegalArgumentException if it is not an IPv4 address
     */
    public static Ipv4Address from(InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException("not an IPv4 address: " + address.getHostAddress());
        }
        byte[] bytes = address.getAddress();
        return new Ipv4Address((bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff);
    }

    @Override
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    @Override
    public int lengthBytes() {
        return 4;
    }

    /**
     * Tells whether the address is a group's.
     *
     * @return whether it is in 224.0.0.0/4
     */
    public boolean isMulticast() {
        return bits >>> 28 == 0xe;
    }

    /**
     * Tells whether the address stays inside the host.
     *
     * @return whether it is in 127.0.0.0/8
     */
    public boolean isLoopback() {
        return bits >>> 24 == 127;
    }

    /**
     * Tells whether the address can belong to one host of a network: not 0.0.0.0/8, 127.0.0.0/8, multicast, reserved
     * or broadcast (RFC 1122 §3.2.1.3).
     *
     * @return whether packets may come from it
     */
    public boolean isUnicast() {
        return bits >>> 24 != 0 && !isLoopback() && bits >>> 28 < 0xe;
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
