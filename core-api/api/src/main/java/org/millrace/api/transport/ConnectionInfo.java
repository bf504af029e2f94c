package org.millrace.api.transport;

import java.net.InetSocketAddress;

/**
 * A connection or listener, for people.
 *
 * @param transport       the transport's name
 * @param state           the protocol's name for its state
 * @param local           local address
 * @param peer            peer, or null for a listener
 * @param context         the context it belongs to, or -1
 * @param connection      its id there, or -1
 * @param receiveQueued   bytes received and not consumed, or for a listener the connections that wait
 * @param transmitQueued  bytes appended and not acknowledged, or for a listener its backlog
 * @param detail          more, in the transport's terms: {@code cwnd=14480 rtt=51us}
 */
public record ConnectionInfo(String transport, String state, InetSocketAddress local, InetSocketAddress peer,
                             int context, int connection, long receiveQueued, long transmitQueued, String detail) {
}
