package org.millrace.wire;

import java.net.Inet4Address;
import java.net.InetAddress;

/** An IP address, for the slow paths; the data path passes the bare bits. IPv6 will be a second permitted type. */
public sealed interface IpAddress permits Ipv4Address {
    /**
     * Converts from Java's type.
     *
     * @param address address
     * @return the same address
     * @throws IllegalArgumentException if it is not an IPv4 address
     */
    static IpAddress from(InetAddress address) {
        if (address instanceof Inet4Address) {
            return Ipv4Address.from(address);
        }
        throw new IllegalArgumentException("not an IPv4 address: " + address.getHostAddress());
    }

    /**
     * Reads an address, never a host name.
     *
     * @param text such as {@code 10.0.0.1}
     * @return the address
     * @throws IllegalArgumentException if the text is something else
     */
    static IpAddress parse(String text) {
        return Ipv4Address.parse(text);
    }

    /**
     * Converts to Java's type.
     *
     * @return the same address
     */
    InetAddress toInetAddress();

    /**
     * Returns the length of the address.
     *
     * @return bytes; 4 for IPv4
     */
    int lengthBytes();
}
