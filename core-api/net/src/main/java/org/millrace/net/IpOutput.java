package org.millrace.net;

import java.lang.foreign.MemorySegment;

/** Where IPv4 payloads leave. */
@FunctionalInterface
public interface IpOutput {
    /**
     * Sends one packet; its payload is copied.
     *
     * @param source one of the own addresses
     * @param destination unicast address of another host
     * @param protocol IPv4 protocol number
     * @param tos DSCP and ECN, ECN lowest
     * @param l4 memory that holds the payload, its checksum written
     * @param offset absolute offset of the payload in bytes
     * @param lengthBytes length of the payload
     * @param nowNs time in nanoseconds
     * @return whether it was sent, or waits for the neighbour's address; if not, a counter says why
     */
    boolean send(int source, int destination, int protocol, int tos, MemorySegment l4, long offset, int lengthBytes,
            long nowNs);
}
