package org.millrace.net;

/**
 * What a tool shows of one neighbour.
 *
 * @param address IPv4 address
 * @param mac MAC address in the low 48 bits, −1 if not known yet
 * @param state INCOMPLETE, REACHABLE or PROBING
 * @param pending packets that wait for its MAC address
 * @param deadlineNs time of its next request or expiry, in nanoseconds
 */
public record NeighbourStatus(int address, long mac, String state, int pending, long deadlineNs) {
}
