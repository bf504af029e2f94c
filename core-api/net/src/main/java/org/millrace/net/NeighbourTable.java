package org.millrace.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.millrace.net.NetCounters.Event;

/**
 * Which MAC address an IPv4 address of the link has, with expiry and retry; the ARP packets themselves are
 * {@link ArpProtocol}'s. Owned by the data path's thread.
 *
 * <p>Design notes. The data path keeps a flow's MAC address until {@link #changes}, so "in use" cannot
 * be seen from look-ups: a neighbour that was used once is asked again whenever its answer becomes old, until it
 * leaves the table. One that only introduced itself expires in silence, and when the table is full such a one makes
 * room first and never takes the place of one in use: a flood of forged requests cannot displace a peer.
 */
final class NeighbourTable {
    /** Instead of a MAC address: not known yet. */
    static final long UNRESOLVED = -1;
    /** Old answers are checked by this many unicast requests before broadcast ones (RFC 1122 §2.3.2.1). */
    private static final int UNICAST_REQUESTS = 1;

    /** Sends what the table decides on. */
    interface Link {
        /** Asks for an address; {@code mac} is whom to ask, or {@link #UNRESOLVED} to ask all. */
        void request(int address, long mac);

        /** Sends a frame that has waited, its destination MAC still to be filled in. */
        void release(byte[] frame, long mac);
    }

    private final NeighbourSettings settings;
    private final Link link;
    private final NetListener listener;
    private final NetCounters counters;
    private final Map<Integer, Neighbour> neighbours = new HashMap<>();
    private long deadlineNs = Long.MAX_VALUE;
    private int changes;

    NeighbourTable(NeighbourSettings settings, Link link, NetListener listener, NetCounters counters) {
        this.settings = settings;
        this.link = link;
        this.listener = listener;
        this.counters = counters;
    }

    /** Returns a neighbour's MAC address, or {@link #UNRESOLVED} and sees to it that it is asked for. */
    long resolve(int address, long nowNs) {
        Neighbour neighbour = neighbours.get(address);
        if (neighbour == null) {
            neighbour = insert(address);
            request(neighbour, nowNs);
        }
        neighbour.used = true;
        neighbour.lastUsedNs = nowNs;
        return neighbour.mac;
    }

    /** Keeps a copy of a frame until its neighbour, just found unresolved, has answered. */
    void await(int address, MemorySegment frame, long offset, int lengthBytes) {
        Neighbour neighbour = neighbours.get(address);
        if (neighbour.pending.size() >= settings.maxPending()) {
            counters.count(Event.PENDING_OVERFLOW);
            if (neighbour.pending.pollFirst() == null) {
                return;
            }
        }
        byte[] copy = new byte[lengthBytes];
        MemorySegment.copy(frame, ValueLayout.JAVA_BYTE, offset, copy, 0, lengthBytes);
        neighbour.pending.addLast(copy);
    }

    /**
     * Takes what a neighbour says of itself.
     *
     * @param create whether to remember one that is not in the table
     */
    void learn(int address, long mac, boolean create, long nowNs) {
        Neighbour neighbour = neighbours.get(address);
        if (neighbour == null) {
            if (!create || !roomForStranger()) {
                return;
            }
            neighbour = insert(address);
            neighbour.lastUsedNs = nowNs;
        }
        long before = neighbour.mac;
        neighbour.mac = mac;
        neighbour.state = Neighbour.State.REACHABLE;
        neighbour.requests = 0;
        schedule(neighbour, nowNs + settings.reachableNs());
        if (before != mac) {
            changed(neighbour, before);
        }
    }

    private void changed(Neighbour neighbour, long before) {
        if (before != UNRESOLVED) {
            counters.count(Event.NEIGHBOUR_CHANGED);
        }
        for (byte[] frame = neighbour.pending.pollFirst(); frame != null; frame = neighbour.pending.pollFirst()) {
            link.release(frame, neighbour.mac);
        }
        if (neighbour.used) {
            changes++;
        }
    }

    /** Sends the requests that are due, gives up on who does not answer, and returns when to come again. */
    long advance(long nowNs) {
        if (nowNs < deadlineNs) {
            return deadlineNs;
        }
        List<Neighbour> due = new ArrayList<>();
        deadlineNs = Long.MAX_VALUE;
        for (Neighbour neighbour : neighbours.values()) {
            if (neighbour.deadlineNs <= nowNs) {
                due.add(neighbour);
            } else {
                deadlineNs = Math.min(deadlineNs, neighbour.deadlineNs);
            }
        }
        due.sort(Comparator.comparingInt(neighbour -> neighbour.address)); // the same order in every replay
        // a listener may resolve, which changes the table: so it is told after the table is in order
        List<Neighbour> lost = new ArrayList<>();
        for (Neighbour neighbour : due) {
            expire(neighbour, lost, nowNs);
        }
        for (Neighbour neighbour : lost) {
            listener.neighbourUnreachable(neighbour.address, nowNs);
        }
        return deadlineNs;
    }

    private void expire(Neighbour neighbour, List<Neighbour> lost, long nowNs) {
        if (!neighbour.used) {
            neighbours.remove(neighbour.address);
            return;
        }
        if (neighbour.requests < settings.maxRequests()) {
            if (neighbour.state == Neighbour.State.REACHABLE) {
                neighbour.state = Neighbour.State.PROBING;
            }
            request(neighbour, nowNs);
            return;
        }
        counters.count(Event.NEIGHBOUR_UNREACHABLE);
        remove(neighbour);
        lost.add(neighbour);
        changes++;
    }

    private void request(Neighbour neighbour, long nowNs) {
        boolean unicast = neighbour.state == Neighbour.State.PROBING && neighbour.requests < UNICAST_REQUESTS;
        neighbour.requests++;
        schedule(neighbour, nowNs + settings.retryNs());
        link.request(neighbour.address, unicast ? neighbour.mac : UNRESOLVED);
    }

    private void schedule(Neighbour neighbour, long atNs) {
        neighbour.deadlineNs = atNs;
        deadlineNs = Math.min(deadlineNs, atNs);
    }

    private Neighbour insert(int address) {
        if (neighbours.size() >= settings.maxEntries()) {
            Neighbour victim = neighbours.values().stream().min(EVICTION_ORDER).orElseThrow();
            counters.count(Event.NEIGHBOUR_EVICTED);
            remove(victim);
        }
        Neighbour neighbour = new Neighbour(address);
        neighbours.put(address, neighbour);
        return neighbour;
    }

    private static final Comparator<Neighbour> EVICTION_ORDER =
            Comparator.comparing((Neighbour neighbour) -> neighbour.used)
                    .thenComparing(neighbour -> neighbour.lastUsedNs)
                    .thenComparing(neighbour -> neighbour.address);

    private boolean roomForStranger() {
        boolean room = neighbours.size() < settings.maxEntries()
                || neighbours.values().stream().anyMatch(neighbour -> !neighbour.used);
        if (!room) {
            counters.count(Event.NEIGHBOUR_NOT_LEARNED);
        }
        return room;
    }

    private void remove(Neighbour neighbour) {
        neighbours.remove(neighbour.address);
        for (int i = neighbour.pending.size(); i > 0; i--) {
            counters.count(Event.PENDING_UNDELIVERABLE);
        }
        neighbour.pending.clear();
    }

    /** Returns how often a neighbour in use has got another MAC address or has been given up; wraps. */
    int changes() {
        return changes;
    }

    /** Returns how many neighbours there are. */
    int size() {
        return neighbours.size();
    }

    /** Returns a line for each neighbour, by address. */
    List<NeighbourStatus> status() {
        return neighbours.values().stream()
                .map(neighbour -> new NeighbourStatus(neighbour.address, neighbour.mac, neighbour.state.name(),
                        neighbour.pending.size(), neighbour.deadlineNs))
                .sorted(Comparator.comparingInt(NeighbourStatus::address)).toList();
    }
}
