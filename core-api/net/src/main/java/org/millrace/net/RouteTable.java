package org.millrace.net;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.millrace.wire.Ipv4Prefix;

/** Static routes, longest prefix first. Immutable. */
public final class RouteTable {
    private final List<Route> longestFirst;

    /**
     * Builds a table.
     *
     * @param routes routes in any order, each prefix once; a router must be on the link
     * @throws IllegalArgumentException if a prefix comes twice or a router cannot be reached
     */
    public RouteTable(List<Route> routes) {
        longestFirst = routes.stream()
                .sorted(Comparator.comparingInt((Route route) -> route.prefix().length()).reversed()).toList();
        Set<Ipv4Prefix> seen = new HashSet<>();
        for (Route route : longestFirst) {
            if (!seen.add(route.prefix())) {
                throw new IllegalArgumentException("two routes to " + route.prefix());
            }
            if (!route.isOnLink() && lookup(route.nextHop().bits()).filter(Route::isOnLink).isEmpty()) {
                throw new IllegalArgumentException(
                        "next hop " + route.nextHop() + " of route " + route.prefix() + " is on no link");
            }
        }
    }

    /** Returns the route of the longest prefix that contains a destination, or nothing if there is no route. */
    public Optional<Route> lookup(int destination) {
        for (Route route : longestFirst) {
            if (route.prefix().contains(destination)) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
    }

    /** Tells whether an address means all hosts of the link or of one of its networks. */
    public boolean isBroadcast(int address) {
        if (address == -1) {
            return true;
        }
        for (Route route : longestFirst) {
            if (route.isOnLink() && route.prefix().isBroadcast(address)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the routes, longest prefix first. */
    public List<Route> routes() {
        return longestFirst;
    }
}
