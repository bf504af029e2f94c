package org.millrace.net;

import java.util.LinkedHashMap;

/**
 * Path MTUs below the route's, learned from routers (RFC 1191). Bounded: the one longest unused goes first; each is
 * forgotten after ten minutes, so that a larger one is found. Owned by the data path's thread.
 */
final class PathMtuTable {
    // RFC 1191 §6.3: twice the recommended five minutes' minimum
    private static final long LIFETIME_NS = 600_000_000_000L;

    private record Learned(int mtuBytes, long expiryNs) {
    }

    private final int capacity;
    private final LinkedHashMap<Integer, Learned> byPeer = new LinkedHashMap<>(16, 0.75f, true);
    private long deadlineNs = Long.MAX_VALUE;

    PathMtuTable(int capacity) {
        this.capacity = capacity;
    }

    /** Takes a smaller MTU; a larger one than known is not believed (RFC 1191 §3). */
    void lower(int peer, int mtuBytes, long nowNs) {
        if (mtuBytes < Route.MIN_MTU || mtuBytes >= mtu(peer, Integer.MAX_VALUE)) {
            return;
        }
        if (byPeer.size() >= capacity && !byPeer.containsKey(peer)) {
            byPeer.pollFirstEntry();
        }
        byPeer.put(peer, new Learned(mtuBytes, nowNs + LIFETIME_NS));
        deadlineNs = Math.min(deadlineNs, nowNs + LIFETIME_NS);
    }

    int mtu(int peer, int routeMtuBytes) {
        Learned learned = byPeer.get(peer);
        return learned == null ? routeMtuBytes : Math.min(learned.mtuBytes, routeMtuBytes);
    }

    long advance(long nowNs) {
        if (nowNs >= deadlineNs) {
            byPeer.values().removeIf(learned -> learned.expiryNs <= nowNs);
            deadlineNs = byPeer.values().stream().mapToLong(Learned::expiryNs).min().orElse(Long.MAX_VALUE);
        }
        return deadlineNs;
    }

    int size() {
        return byPeer.size();
    }
}
