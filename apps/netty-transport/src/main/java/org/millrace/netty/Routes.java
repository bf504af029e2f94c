package org.millrace.netty;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which addresses are Millrace's, by IPv4 prefix: {@code 10.0.0.0/8}, or a single address. All others are the kernel's, and
 * so is IPv6. A loopback address is Millrace's only if a prefix of loopback addresses names it. The address of all
 * interfaces, in either family, is {@code 0.0.0.0}: Millrace's if a prefix has it.
 */
public final class Routes implements Predicate<InetSocketAddress> {
    /** What is Millrace's unless something else is said: every IPv4 address but loopback. */
    public static final Predicate<InetSocketAddress> DEFAULT = of("0.0.0.0/0");

    private static final int LOOPBACK = 127;

    private record Prefix(int address, int mask) {
        boolean has(int bits) {
            return (bits & mask) == address && (bits >>> 24 != LOOPBACK || address >>> 24 == LOOPBACK);
        }
    }

    private final List<Prefix> prefixes = new ArrayList<>();

    private Routes() {
    }

    /**
     * {@return routes over Millrace}
     *
     * @param prefixes of its addresses, at least one
     * @throws IllegalArgumentException if one is no IPv4 prefix, or has bits set behind its length
     */
    public static Routes of(String... prefixes) {
        if (prefixes.length == 0) {
            throw new IllegalArgumentException("no prefix is given; 0.0.0.0/0 has all addresses");
        }
        Routes routes = new Routes();
        for (String prefix : prefixes) {
            routes.prefixes.add(parse(prefix));
        }
        return routes;
    }

    private static Prefix parse(String text) {
        int slash = text.indexOf('/');
        try {
            int length = slash < 0 ? 32 : Integer.parseInt(text.substring(slash + 1));
            int mask = length == 0 ? 0 : -1 << 32 - length;
            int address = bits(Inet4Address.ofLiteral(slash < 0 ? text : text.substring(0, slash)));
            if (length >= 0 && length <= 32 && (address & ~mask) == 0) {
                return new Prefix(address, mask);
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new IllegalArgumentException("'" + text + "' is no IPv4 prefix such as 10.0.0.0/8");
    }

    private static int bits(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    @Override
    public boolean test(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null || !(host instanceof Inet4Address) && !host.isAnyLocalAddress()) {
            return false;
        }
        int bits = host.isAnyLocalAddress() ? 0 : bits(host);
        for (Prefix prefix : prefixes) {
            if (prefix.has(bits)) {
                return true;
            }
        }
        return false;
    }
}
