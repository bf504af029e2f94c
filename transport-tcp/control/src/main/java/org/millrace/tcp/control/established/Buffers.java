package org.millrace.tcp.control.established;

import org.millrace.api.context.Contexts;
import org.millrace.api.context.StreamOption;
import org.millrace.api.transport.TransportHost;
import org.millrace.tcp.control.connection.TcpConnection;
import org.millrace.tcp.control.program.TcpProgram;
import org.millrace.tcp.control.program.TcpProgress;

/**
 * Lets a connection's buffers grow as its path needs them, up to what its context has reserved. The receive buffer
 * holds twice what the application consumes in a round trip, more while that grows: else it may be what limits the peer (dynamic
 * right-sizing, Fisk and Feng 2001, as Linux has it). The transmit buffer holds twice what may be in flight.
 */
public final class Buffers {
    /** What a connection begins with each way, bytes. */
    public static final int INITIAL_BYTES = 256 << 10;
    private static final long NS_PER_US = 1_000;
    private static final int MOST_BYTES = 1 << 29;

    private final TransportHost host;
    private final TcpProgram<?> program;

    public Buffers(TransportHost host, TcpProgram<?> program) {
        this.host = host;
        this.program = program;
    }

    /** Bytes have been consumed. The window follows at once what has come into use since the last time. */
    public void consumed(TcpConnection c, int bytes, long nowNs) {
        Contexts contexts = host.contexts();
        int inUse = contexts.receiveRing(c.context, c.connection, 0);
        if (inUse > c.receiveBytes) {
            c.receiveBytes = inUse;
            program.receiveBuffer(c.flow, inUse);
            host.hostControl(c.flow, TcpProgram.ACK, nowNs);
        }
        c.consumedBytes += bytes;
        if (nowNs - c.consumedNs >= roundTripNs(c) || c.consumedBytes >= inUse / 2) {
            long wanted = Math.min(wantedBytes(c, nowNs), mostBytes(c));
            if (c.scaled && wanted > inUse && inUse < contexts.receiveBytes(c.context)) {
                contexts.receiveRing(c.context, c.connection, Integer.highestOneBit((int) Math.min(wanted - 1, MOST_BYTES)) << 1);
            }
        }
    }

    /** Twice what is consumed in a round trip, and ahead of that by as much again as it has grown by, twice at most. */
    private static long wantedBytes(TcpConnection c, long nowNs) {
        long roundTripNs = roundTripNs(c);
        long tookNs = nowNs - c.consumedNs;
        long before = c.consumedARoundTrip;
        long now = tookNs <= roundTripNs ? c.consumedBytes : (long) ((double) c.consumedBytes * roundTripNs / tookNs);
        c.consumedARoundTrip = now;
        c.consumedBytes = 0;
        c.consumedNs = nowNs;
        double growth = before == 0 ? 0 : Math.clamp((double) (now - before) / before, 0, 1);
        return (long) (2 * now * (1 + 2 * growth));
    }

    private static long mostBytes(TcpConnection c) {
        int chosen = c.options.get(StreamOption.RECEIVE_BYTES);
        return chosen == 0 ? Long.MAX_VALUE : chosen;
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
