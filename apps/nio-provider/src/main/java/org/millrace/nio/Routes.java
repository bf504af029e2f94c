package org.millrace.nio;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Which addresses go over Millrace: those of its prefixes; never IPv6 ones, and loopback ones only by a prefix of loopback
 * addresses. The wildcard address, in either family, is 0.0.0.0: Millrace's if a prefix has it.
 */
final class Routes {
    private static final int LOOPBACK = 127;

    /** Every IPv4 address but loopback. */
    static final Routes ALL = parse("0.0.0.0/0");

    private record Prefix(int bits, int mask) {
        boolean holds(int address) {
            return (address & mask) == bits && (address >>> 24 != LOOPBACK || bits >>> 24 == LOOPBACK);
        }
    }

    private final List<Prefix> prefixes = new ArrayList<>();

    private Routes() {
    }

    /**
     * {@return the routes that a text names}
     *
     * @param text prefixes as {@code 10.0.0.0/8}, or single addresses, between commas
     * @throws IllegalArgumentException if it is no such text
     */
    static Routes parse(String text) {
        Routes routes = new Routes();
        for (String item : text.split(",", -1)) {
            routes.prefixes.add(prefix(item.strip()));
        }
        return routes;
    }

    private static Prefix prefix(String item) {
        try {
            int slash = item.indexOf('/');
            int length = slash < 0 ? 32 : Integer.parseInt(item.substring(slash + 1));
            int address = bits(Inet4Address.ofLiteral(slash < 0 ? item : item.substring(0, slash)));
            int mask = length == 0 ? 0 : -1 << 32 - length;
            if (length >= 0 && length <= 32 && (address & ~mask) == 0) {
                return new Prefix(address, mask);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + item + "' is no route: write prefixes as 10.0.0.0/8, between commas");
    }

    /** {@return whether connections to an address, or from it, go over Millrace} */
    boolean toMillrace(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        boolean wildcard = host.isAnyLocalAddress();
        if (!wildcard && !(host instanceof Inet4Address)) {
            return false;
        }
        int bits = wildcard ? 0 : bits(host);
        return prefixes.stream().anyMatch(prefix -> prefix.holds(bits));
    }

    private static int bits(InetAddress address) {
        byte[] bytes = address.getAddress();
        return (bytes[0] & 255) << 24 | (bytes[1] & 255) << 16 | (bytes[2] & 255) << 8 | bytes[3] & 255;
    }
}
