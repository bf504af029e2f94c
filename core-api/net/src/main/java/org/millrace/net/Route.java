package org.millrace.net;

import java.util.Map;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

/**
 * A static route.
 *
 * @param prefix destinations that it leads to
 * @param nextHop router, or {@link Ipv4Address#ANY} if the destinations are on the link
 * @param mtuBytes largest IPv4 packet, 68 to 65535
 * @param options what transports want to know per route, such as {@code congestion} → {@code dctcp}
 */
public record Route(Ipv4Prefix prefix, Ipv4Address nextHop, int mtuBytes, Map<String, String> options) {
    /** Smallest MTU of any link (RFC 791 §3.2). */
    public static final int MIN_MTU = 68;
    /** Largest IPv4 packet. */
    public static final int MAX_MTU = 65_535;

    /** Checks the ranges. */
    public Route {
        if (mtuBytes < MIN_MTU || mtuBytes > MAX_MTU) {
            throw new IllegalArgumentException("MTU of route " + prefix + " is 68 to 65535: " + mtuBytes);
        }
        if (nextHop.bits() != 0 && !nextHop.isUnicast()) {
            throw new IllegalArgumentException("next hop of route " + prefix + " is not one host: " + nextHop);
        }
        options = Map.copyOf(options);
    }

    /** A route to destinations on the link. */
    public static Route onLink(Ipv4Prefix prefix, int mtuBytes) {
        return new Route(prefix, Ipv4Address.ANY, mtuBytes, Map.of());
    }

    /** A route through a router. */
    public static Route via(Ipv4Prefix prefix, Ipv4Address nextHop, int mtuBytes) {
        return new Route(prefix, nextHop, mtuBytes, Map.of());
    }

    /** Tells whether the destinations are on the link. */
    public boolean isOnLink() {
        return nextHop.bits() == 0;
    }

    /** Returns whose MAC address a packet to this destination needs. */
    public int nextHopTo(int destination) {
        return isOnLink() ? destination : nextHop.bits();
    }
}
