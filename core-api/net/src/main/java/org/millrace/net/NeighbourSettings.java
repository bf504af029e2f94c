package org.millrace.net;

/**
 * Bounds and times of the neighbour table.
 *
 * @param maxEntries neighbours at most
 * @param maxPending packets that wait for one neighbour at most
 * @param reachableNs how long an answer is believed, in nanoseconds
 * @param retryNs time between two requests, in nanoseconds; RFC 1122 §2.3.2.1 recommends a second or more
 * @param maxRequests unanswered requests until a neighbour is unreachable
 */
public record NeighbourSettings(int maxEntries, int maxPending, long reachableNs, long retryNs, int maxRequests) {
    /** 1024 neighbours, 4 packets each, believed for a minute, asked three times a second apart. */
    public static final NeighbourSettings DEFAULT =
            new NeighbourSettings(1024, 4, 60_000_000_000L, 1_000_000_000L, 3);

    /** Checks the ranges. */
    public NeighbourSettings {
        if (maxEntries < 1 || maxPending < 0 || reachableNs < 1 || retryNs < 1 || maxRequests < 1) {
            throw new IllegalArgumentException("neighbour settings must be positive: " + maxEntries + " entries, "
                    + maxPending + " pending, " + reachableNs + " ns reachable, " + retryNs + " ns retry, "
                    + maxRequests + " requests");
        }
    }
}
