package org.millrace.net;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.millrace.wire.Ipv4Prefix;

/** Static routes, longest prefix first. Owned by: the data path's thread. */
public final class RouteTable {
    private List<Route> longestFirst;

    /**
     * Builds a table.
     *
     * @param routes routes in any order, each prefix once; a router must be on the link
     * @throws IllegalArgumentException if a prefix comes twice or a router cannot be reached
     */
    public RouteTable(List<Route> routes) {
        longestFirst = checked(routes);
    }

    /** Takes over another table's routes. */
    void become(RouteTable other) {
        longestFirst = other.longestFirst;
    }

    private static List<Route> checked(List<Route> routes) {
        List<Route> sorted = routes.stream()
                .sorted(Comparator.comparingInt((Route route) -> route.prefix().length()).reversed()).toList();
        Set<Ipv4Prefix> seen = new HashSet<>();
        for (Route route : sorted) {
            if (!seen.add(route.prefix())) {
                throw new IllegalArgumentException("two routes to " + route.prefix());
            }
            if (!route.isOnLink() && lookup(sorted, route.nextHop().bits()).filter(Route::isOnLink).isEmpty()) {
                throw new IllegalArgumentException(
                        "next hop " + route.nextHop() + " of route " + route.prefix() + " is on no link");
            }
        }
        return sorted;
    }

    /** Returns the route of the longest prefix that contains a destination, or nothing if there is no route. */
    public Optional<Route> lookup(int destination) {
        return lookup(longestFirst, destination);
    }

    private static Optional<Route> lookup(List<Route> longestFirst, int destination) {
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
