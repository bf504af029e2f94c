package org.millrace.net;

/**
 * An ICMP error about a packet that we sent, or that somebody claims we sent.
 *
 * @param type ICMP type: destination unreachable, time exceeded or parameter problem
 * @param code ICMP code
 * @param mtuBytes with fragmentation needed, the path's MTU, 68 or more (RFC 1191); otherwise 0
 * @param reporter IPv4 address of who reports it
 * @param protocol IPv4 protocol of the packet
 * @param localAddress IPv4 source of the packet, ours
 * @param peerAddress IPv4 destination of the packet
 * @param localPort first 16 bits of its payload: source port of TCP and UDP
 * @param peerPort next 16 bits: destination port
 * @param sequence next 32 bits: the sequence number of TCP
 */
public record IcmpError(int type, int code, int mtuBytes, int reporter, int protocol, int localAddress, int peerAddress,
        int localPort, int peerPort, int sequence) {
}
