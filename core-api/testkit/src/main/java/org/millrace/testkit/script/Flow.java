package org.millrace.testkit.script;

import org.millrace.testkit.Endpoint;
import org.millrace.testkit.ParsedFrame;
import org.millrace.wire.TcpHeader;

/** One connection as the peer sees it: its ends, where both streams begin, and what the peer would say by itself. */
final class Flow {
    private static final String PEER_MAC = "02:00:00:00:00:01";
    private static final String HOST_MAC = "02:00:00:00:00:02";
    private static final int FIRST_PEER_PORT = 1000;
    static final int LISTENING_PORT = 80;

    final String name;
    final Endpoint peer;
    private final int peerIsn;
    private int hostPort = LISTENING_PORT;
    private int hostIsn;
    private boolean hostKnown;
    private long hostEnd;
    private int hostTimestamp;
    private int window = 65_535;
    private byte[] lastSent = {};

    /**
     * @param name    of it
     * @param number  from 0
     * @param peerIsn sequence number of the peer's SYN
     */
    Flow(String name, int number, int peerIsn) {
        this.name = name;
        this.peerIsn = peerIsn;
        peer = Endpoint.of(PEER_MAC, "10.0.0.1", FIRST_PEER_PORT + number);
    }

    Endpoint host() {
        return Endpoint.of(HOST_MAC, "10.0.0.2", hostPort);
    }

    int peerSequence(long relative) {
        return peerIsn + (int) relative;
    }

    int hostSequence(long relative) {
        return hostIsn + (int) relative;
    }

    int peerRelative(int sequence) {
        return sequence - peerIsn;
    }

    /** Absolute as long as the host has sent no SYN. */
    int hostRelative(int sequence) {
        return sequence - hostIsn;
    }

    /** {@return behind the last that the host has sent, relative: what the peer acknowledges unless told otherwise} */
    long hostEnd() {
        return hostEnd;
    }

    int hostTimestamp() {
        return hostTimestamp;
    }

    /** {@return the window field of the peer's last segment} */
    int window() {
        return window;
    }

    void window(int field) {
        window = field;
    }

    /** {@return the last frame of the host} */
    byte[] lastSent() {
        return lastSent;
    }

    /** Takes note of what the host has sent. */
    void sent(ParsedFrame frame) {
        TcpHeader tcp = frame.tcp();
        lastSent = frame.bytes();
        if (tcp.has(TcpHeader.SYN) && (!hostKnown || tcp.sequence() != hostIsn)) {
            hostPort = tcp.sourcePort();
            hostIsn = tcp.sequence();
            hostKnown = true;
            hostEnd = 0;
        }
        int length = frame.payload().length + Integer.bitCount(tcp.flags() & (TcpHeader.SYN | TcpHeader.FIN));
        if (!tcp.has(TcpHeader.RST)) {
            hostEnd = Math.max(hostEnd, hostRelative(tcp.sequence()) + length);
        }
        if (frame.options().hasTimestamps()) {
            hostTimestamp = frame.options().tsValue();
        }
    }
}
