package org.millrace.net;

/** One counter per event and per reason to drop. Written by the data path's thread. */
public final class NetCounters {
    /** What is counted. */
    public enum Event {
        /** ARP frame too short, or not Ethernet and IPv4, or from an impossible sender. */
        ARP_MALFORMED,
        /** ARP request sent. */
        ARP_REQUEST_SENT,
        /** ARP reply sent. */
        ARP_REPLY_SENT,
        /** Somebody else uses one of the own addresses. */
        ARP_CONFLICT,
        /** A neighbour's MAC address changed. */
        NEIGHBOUR_CHANGED,
        /** A neighbour left the full table for another. */
        NEIGHBOUR_EVICTED,
        /** A neighbour that introduced itself found no room. */
        NEIGHBOUR_NOT_LEARNED,
        /** A neighbour did not answer. */
        NEIGHBOUR_UNREACHABLE,
        /** Packet dropped: too many waited for the neighbour's address; the oldest goes. */
        PENDING_OVERFLOW,
        /** Packet dropped: the neighbour that it waited for did not answer or was evicted. */
        PENDING_UNDELIVERABLE,
        /** Packet dropped: bad Ethernet or IPv4 header. */
        IP_MALFORMED,
        /** Packet dropped: neither a transport's nor ours, or addressed to more than one host. */
        IP_NOT_FOR_US,
        /** Packet dropped: a fragment, and there is no reassembly. */
        IP_FRAGMENT,
        /** Send refused: no route. */
        NO_ROUTE,
        /** Send refused: source is not ours, or destination is not one other host. */
        BAD_ADDRESS,
        /** Send refused: larger than the path's MTU. */
        TOO_LARGE,
        /** Frame dropped: the output had no room. */
        OUTPUT_FULL,
        /** ICMP message dropped: too short or bad checksum. */
        ICMP_MALFORMED,
        /** ICMP message of a type that asks nothing of us. */
        ICMP_IGNORED,
        /** ICMP error dropped: what it quotes was not sent by us, or cannot be told. */
        ICMP_ERROR_UNRELATED,
        /** ICMP error given to the listener. */
        ICMP_ERROR_DELIVERED,
        /** Echo reply sent. */
        ECHO_REPLY_SENT,
        /** Echo request dropped: too many. */
        ECHO_RATE_LIMITED,
        /** ICMP error sent. */
        ICMP_ERROR_SENT,
        /** ICMP error not sent: too many. */
        ICMP_ERROR_RATE_LIMITED,
        /** ICMP error not sent: RFC 1122 §3.2.2 forbids it. */
        ICMP_ERROR_FORBIDDEN
    }

    private static final int EVENTS = Event.values().length;
    private final long[] counts = new long[EVENTS];

    void count(Event event) {
        counts[event.ordinal()]++;
    }

    /**
     * Returns one counter.
     *
     * @param event what was counted
     * @return how often it happened
     */
    public long get(Event event) {
        return counts[event.ordinal()];
    }
}
