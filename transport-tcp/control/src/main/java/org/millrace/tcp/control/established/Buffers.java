package org.millrace.tcp.control.established;

import org.millrace.api.context.Contexts;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;

/**
 * Lets a connection's buffers grow as its path needs them, up to what its context has reserved. The receive buffer
 * doubles when an application has consumed all of it within two round trips: then it may be what limits the peer (dynamic
 * right-sizing, Fisk and Feng 2001, as Linux has it). The transmit buffer holds twice what may be in flight.
 */
public final class Buffers {
    /** What a connection begins with each way, bytes. */
    public static final int INITIAL_BYTES = 256 << 10;
    private static final long NS_PER_US = 1_000;

    private final TransportHost host;
    private final TcpProgram<?> program;

    public Buffers(TransportHost host, TcpProgram<?> program) {
        this.host = host;
        this.program = program;
    }

    /** A receive buffer's worth has been consumed. The window follows what has come into use since the last time. */
    public void consumed(TcpConnection c, long nowNs) {
        Contexts contexts = host.contexts();
        int inUse = contexts.receiveRing(c.context, c.connection, 0);
        if (inUse > c.receiveBytes) {
            c.receiveBytes = inUse;
            program.receiveBuffer(c.flow, inUse);
            host.hostControl(c.flow, TcpProgram.ACK, nowNs);
        }
        long tookNs = nowNs - c.consumedNs;
        c.consumedNs = nowNs;
        boolean limits = tookNs <= 2 * roundTripNs(c);
        if (limits && c.scaled && inUse == c.receiveBytes && inUse < contexts.receiveBytes(c.context)) {
            contexts.receiveRing(c.context, c.connection, 2 * inUse);
        }
    }

    /** By the handshake, if the connection sends nothing; not known: for as long as the timeout may be. */
    private static long roundTripNs(TcpConnection c) {
        return c.rtt.smoothedUs() < 0 ? c.rtt.timeoutNs() : c.rtt.smoothedUs() * NS_PER_US;
    }

    /** More may be in flight. */
    void congestionWindow(TcpConnection c, TcpProgress p) {
        int flight = Math.min(c.congestion.window(), p.sndWindow);
        if (2L * flight > Math.max(c.transmitLimit, INITIAL_BYTES)) {
            c.transmitLimit = Integer.highestOneBit(Math.min(flight, 1 << 28)) << 2; // 2 to 4 times as much
            host.contexts().transmitRing(c.context, c.connection, c.transmitLimit);
        }
    }
}
